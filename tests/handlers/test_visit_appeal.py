from __future__ import annotations

from models.visit import EvidenceState
from tests.chat import Company
from tests.handlers.test_visit_photo import evidence
from tests.readers import ScriptedReader, site_photo


def test_an_appeal_goes_to_the_manager_whose_verdict_is_written_back(visiting: Company, reader: ScriptedReader) -> None:
    photo = reader.show(b"gate", site_photo("2026-11-16", "14:05"))
    visiting.say("zhouhang", images=[photo])
    visiting.press("zhouhang", "我有异议")
    card = visiting.last("chenmin")
    assert "周航" in card.text
    visiting.press("chenmin", "采信销售")
    assert evidence(visiting, "photo").state == EvidenceState.VALID
    assert "采信销售" in visiting.last("zhouhang").text
    assert visiting.press("chenmin", "采信销售", on=card)[0].text == "这条已经判过了。"


def test_only_the_direct_manager_judges_an_appeal(visiting: Company, reader: ScriptedReader) -> None:
    visiting.say("zhouhang", images=[reader.show(b"gate", site_photo("2026-11-16", "14:05"))])
    visiting.press("zhouhang", "我有异议")
    card = visiting.last("chenmin")
    answer = visiting.press("linke", "采信销售", on=card)[0]
    assert "不是发给你的" in answer.text


def test_an_overruled_reading_counts_as_a_misread(visiting: Company, reader: ScriptedReader) -> None:
    visiting.say("zhouhang", images=[reader.show(b"gate", site_photo("2026-11-16", "14:05"))])
    visiting.press("zhouhang", "我有异议")
    assert "0/1" in visiting.say("chenmin", "/口径 误判率")[0].text
    visiting.press("chenmin", "采信销售")
    visiting.advance(minutes=15)
    assert "1/1" in visiting.say("chenmin", "/口径 误判率")[0].text
