"""What others see of a picture, and what is left of it after a month (appendix 4 #14)."""

from __future__ import annotations

from datetime import timedelta

from bot.adapters.practice import samples
from models.chat import MASKED, MediaRow, masked_copy_of
from scheduler.job import JobTurn
from scheduler.jobs.retention import delete_originals
from tests.chat import Company
from tests.handlers.test_visit_photo import evidence
from tests.readers import ScriptedReader, chat_screenshot, site_photo

SHOT = samples.make_chat_screenshot("王建国", "采购经理")


def masked(company: Company, kind: str) -> tuple[str, str]:
    """The keys of an original and of its masked copy."""
    original = evidence(company, kind).media_key
    with company.session() as session:
        copy = masked_copy_of(session, original)
        assert original is not None
        assert copy is not None
        row = session.get(MediaRow, copy)
        assert row is not None
        assert row.kind == MASKED
    return original, copy


def retention(company: Company, *, days: int) -> None:
    """Run the nightly job as on a later day."""
    at = company.now + timedelta(days=days)
    with company.database.write() as session:
        delete_originals(JobTurn(company.app.services, session, at, "job:test", at))


def test_the_receipt_says_masked_only_when_a_masked_copy_was_made(visiting: Company, reader: ScriptedReader) -> None:
    answer = visiting.say("zhouhang", images=[reader.show(SHOT, chat_screenshot("王建国", "采购经理"))])[0]
    assert "头像与其余聊天内容已打码存档，原图 30 天后删除" in answer.text
    assert visiting.app.services.media.get(masked(visiting, "screenshot")[1]) is not None
    broken = reader.show(b"chat", chat_screenshot("王建国", "采购经理"))
    assert "打码" not in visiting.say("zhouhang", images=[broken])[0].text


def test_the_original_goes_on_its_day_and_the_masked_copy_stays(visiting: Company, reader: ScriptedReader) -> None:
    visiting.say("zhouhang", images=[reader.show(SHOT, chat_screenshot("王建国", "采购经理"))])
    original, copy = masked(visiting, "screenshot")
    retention(visiting, days=29)
    assert visiting.app.services.media.get(original) is not None
    retention(visiting, days=30)
    assert visiting.app.services.media.get(original) is None
    assert visiting.app.services.media.get(copy) is not None
    assert evidence(visiting, "screenshot").read == "王建国 采购经理"


def test_the_card_of_an_appeal_shows_the_masked_copy(visiting: Company, reader: ScriptedReader) -> None:
    photo = reader.show(samples.make_plain_photo(), site_photo("2026-11-16", "14:05"))
    visiting.say("zhouhang", images=[photo])
    visiting.press("zhouhang", "我有异议")
    original, copy = masked(visiting, "photo")
    assert visiting.last("chenmin").card.image == copy
    documents = visiting.say("chenmin", "/穿透 V-20261116-001")[1:]
    assert [one.content.key for one in documents] == [original]  # type: ignore[union-attr]
