"""The month's misreadings are told once, to those who answer for the people (M4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import pytest

from models.metric import Scope
from models.photo_misread import photo_misread
from scheduler.jobs.monthly import first_workday
from tests.chat import Company, shanghai
from tests.readers import ScriptedReader, site_photo


@pytest.fixture
def end_of_month(tmp_path: Path) -> Iterator[Company]:
    """Monday the 30th: 周航's photo was misread, he said so, and 陈敏 believed him."""
    reader = ScriptedReader()
    made = Company(tmp_path, at="2026-11-30 16:40", reader=reader)
    made.say("zhouhang", "拜访 华东机械")
    made.say("zhouhang", images=[reader.show(b"gate", site_photo("2026-11-30", "14:05"))])
    made.press("zhouhang", "我有异议")
    made.press("chenmin", "采信销售")
    yield made
    made.close()


def test_the_leader_is_told_on_the_first_working_day_and_only_once(end_of_month: Company) -> None:
    end_of_month.advance_to("2026-12-01 07:00")
    assert "识图误判" not in end_of_month.said("chenmin")
    end_of_month.advance_to("2026-12-02 09:30")
    cards = [message.text for message in end_of_month.inbox("chenmin") if "识图误判" in message.text]
    assert len(cards) == 1
    assert "11 月识图误判 100.0%（1/1）" in cards[0]
    assert "照片" in cards[0]
    assert "识图误判" not in end_of_month.said("zhouhang")
    rows = end_of_month.press("chenmin", "导出 CSV")
    assert rows


def test_what_is_judged_next_month_counts_in_that_month(tmp_path: Path) -> None:
    """What was read on the 30th and judged on the 2nd would otherwise be in neither report."""
    reader = ScriptedReader()
    late = Company(tmp_path, at="2026-11-30 16:40", reader=reader)
    late.say("zhouhang", "拜访 华东机械")
    late.say("zhouhang", images=[reader.show(b"gate", site_photo("2026-11-30", "14:05"))])
    late.press("zhouhang", "我有异议")
    asked = late.last("chenmin")
    late.advance_to("2026-12-02 10:00")
    late.press("chenmin", "采信销售", on=asked)
    november, december, january = (shanghai(f"{month}-01 00:00") for month in ("2026-11", "2026-12", "2027-01"))
    with late.session() as session:
        assert photo_misread(session, Scope(None, november, december)).value == 0
        assert photo_misread(session, Scope(None, december, january)).value == 1
    late.close()


def test_a_month_without_pictures_is_no_news(tmp_path: Path) -> None:
    quiet = Company(tmp_path, at="2026-11-30 16:40")
    quiet.advance_to("2026-12-01 09:30")
    assert "识图误判" not in quiet.said("chenmin")
    quiet.close()


@pytest.mark.parametrize(
    ("on", "first"),
    [(date(2026, 12, 1), True), (date(2026, 12, 2), False), (date(2026, 11, 1), False), (date(2026, 11, 2), True)],
)
def test_the_first_working_day_of_a_month(company: Company, on: date, *, first: bool) -> None:
    calendar = company.app.services.calendar
    assert first_workday(calendar, calendar.at(on, time(8, 45))) is first
