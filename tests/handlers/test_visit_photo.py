from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PIL import Image

from bot.adapters.practice import samples
from bot.photo import Reading
from models.visit import EvidenceState, VisitEvidence, evidence_of
from tests.chat import Company
from tests.readers import ScriptedReader, chat_screenshot, site_photo

VISIT = "V-20261116-001"


def evidence(company: Company, kind: str) -> VisitEvidence:
    with company.session() as session:
        return next(item for item in evidence_of(session, VISIT) if item.kind == kind)


@pytest.mark.parametrize(("time", "agrees"), [("16:25", True), ("16:24", False), ("16:55", True), ("16:56", False)])
def test_the_watermark_may_be_a_quarter_of_an_hour_off(
    visiting: Company, reader: ScriptedReader, time: str, agrees: bool
) -> None:
    photo = reader.show(b"gate", site_photo("2026-11-16", time, confidence=0.99))
    answer = visiting.say("zhouhang", images=[photo])[0]
    assert ("② 照片 ✅" in answer.text) is agrees


def test_a_late_photo_is_kept_as_backfilled_with_its_reason(visiting: Company, reader: ScriptedReader) -> None:
    photo = reader.show(b"gate", site_photo("2026-11-16", "14:05"))
    card = visiting.say("zhouhang", images=[photo])[0]
    assert "相差 2 小时 35 分" in card.text
    assert card.buttons == ["重拍一张", "是 14:05 拍的，按补记", "我有异议"]
    visiting.press("zhouhang", "是 14:05")
    answer = visiting.say("zhouhang", "车间不让带手机，出来才发")[0]
    assert "补记·晚 2h35m" in answer.text
    kept = evidence(visiting, "photo")
    assert (kept.state, kept.lag) == (EvidenceState.VALID_BACKFILLED, 9300)


def test_a_blurred_photo_is_unreadable_and_nobody_is_accused(visiting: Company, reader: ScriptedReader) -> None:
    photo = reader.show(b"gate", site_photo("2026-11-16", "14:05", confidence=0.4))
    card = visiting.say("zhouhang", images=[photo])[0]
    assert "看不清" in card.text
    visiting.press("zhouhang", "手动输入时间")
    answer = visiting.say("zhouhang", "16:38")[0]
    assert "自述" in answer.text
    assert evidence(visiting, "photo").state == EvidenceState.SELF_REPORTED


def test_a_screenshot_with_the_known_contact_agrees(visiting: Company, reader: ScriptedReader) -> None:
    shot = reader.show(b"chat", chat_screenshot("王建国", "采购经理"))
    answer = visiting.say("zhouhang", images=[shot])[0]
    assert "③ 截图识别：王建国 · 采购经理（把握 0.93）" in answer.text


def test_a_name_one_character_off_is_asked_about(visiting: Company, reader: ScriptedReader) -> None:
    shot = reader.show(b"chat", chat_screenshot("王建图", "采购经理", confidence=0.99))
    card = visiting.say("zhouhang", images=[shot])[0]
    assert "是同一个人吗" in card.text
    visiting.press("zhouhang", "是客户联系人")
    assert evidence(visiting, "screenshot").state == EvidenceState.SELF_REPORTED


def test_all_three_pieces_invite_the_review(visiting: Company, reader: ScriptedReader) -> None:
    visiting.say("zhouhang", location=(31.2304, 121.4737))
    visiting.say("zhouhang", images=[reader.show(b"gate", site_photo("2026-11-16", "16:38"))])
    answers = visiting.say("zhouhang", images=[reader.show(b"chat", chat_screenshot("王建国", "采购经理"))])
    assert "☑☑☑" in answers[0].text
    assert "结束拜访" in answers[1].text


def boxed(reading: Reading) -> Reading:
    """The same reading with its time at the foot of the practice picture."""
    box = ((40, 1150), (340, 1150), (340, 1230), (40, 1230))
    return replace(reading, fields={name: replace(field, box=box) for name, field in reading.fields.items()})


@pytest.mark.parametrize("confidence", [0.97, 0.4])
def test_what_was_read_is_shown_beside_a_doubtful_verdict(
    visiting: Company, reader: ScriptedReader, confidence: float
) -> None:
    data = samples.make_site_photo(datetime(2026, 11, 16, 6, 5, tzinfo=UTC))
    photo = reader.show(data, boxed(site_photo("2026-11-16", "14:05", confidence=confidence)))
    card = visiting.say("zhouhang", images=[photo])[0]
    assert card.card is not None
    assert card.card.image is not None
    shown = visiting.app.services.media.get(card.card.image)
    assert shown is not None
    assert shown != data
    width, height = Image.open(io.BytesIO(shown)).size
    assert width > 2 * height


def test_an_original_that_does_not_open_gives_a_card_without_a_picture(
    visiting: Company, reader: ScriptedReader
) -> None:
    photo = reader.show(b"gate", boxed(site_photo("2026-11-16", "14:05")))
    card = visiting.say("zhouhang", images=[photo])[0]
    assert card.card is not None
    assert card.card.image is None
    assert "相差 2 小时 35 分" in card.text
