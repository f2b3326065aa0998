"""A code word on paper in the photo (M5): asked of a share of the visits, good for ten minutes, never held against anybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.photo import Reading
from bot.photo.reading import Line
from models.visit import EvidenceState
from tests.chat import Company
from tests.handlers.test_visit_photo import evidence
from tests.readers import ScriptedReader, site_photo

BOX = ((0, 0), (90, 0), (90, 30), (0, 30))


@pytest.fixture
def asked(tmp_path: Path, reader: ScriptedReader) -> Iterator[Company]:
    made = Company(tmp_path, at="2026-11-16 14:05", reader=reader, rules={"visit": {"code_rate": 1.0}})
    yield made
    made.close()


def begin(company: Company, who: str = "zhouhang") -> str:
    card = company.say(who, "拜访 华东机械")[0].text
    found = re.search("请在纸上写 ([A-Z0-9]{4}) 一起入镜（10 分钟内有效）", card)
    assert found, card
    return found[1]


def gate_with(words: str, time: str) -> Reading:
    return replace(site_photo("2026-11-16", time), lines=(Line(words, BOX, 0.9),))


def test_a_code_word_in_the_photo_is_seen(asked: Company, reader: ScriptedReader) -> None:
    code = begin(asked)
    said = asked.say("zhouhang", images=[reader.show(b"gate", gate_with(code.lower(), "14:05"))])[0].text
    assert f"口令 {code} 已看到" in said
    assert "② 照片 ✅" in said


@pytest.mark.parametrize("words", ["", "华东机械", "AAAA"])
def test_a_code_word_that_is_not_found_costs_nothing(asked: Company, reader: ScriptedReader, words: str) -> None:
    code = begin(asked)
    said = asked.say("zhouhang", images=[reader.show(b"gate", gate_with(words, "14:05"))])[0].text
    assert f"口令 {code} 看不清或没拍到，不影响本次记录" in said
    assert evidence(asked, "photo").state == EvidenceState.VALID


@pytest.mark.parametrize(("minutes", "late"), [(10, False), (11, True)])
def test_a_code_word_is_good_for_ten_minutes(
    asked: Company, reader: ScriptedReader, minutes: int, *, late: bool
) -> None:
    code = begin(asked)
    asked.advance(minutes=minutes)
    said = asked.say("zhouhang", images=[reader.show(b"gate", gate_with(code, f"14:{5 + minutes:02}"))])[0].text
    assert ("已过 10 分钟" in said) is late


def test_the_next_visit_has_another_word(asked: Company) -> None:
    assert begin(asked) != begin(asked, "linke")
