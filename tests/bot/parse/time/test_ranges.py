"""What managers ask about: the stretch of time in a question."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.parse.time import parse_range
from models.rules.workday import default_calendar

NOW = datetime(2026, 11, 18, 10, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Wednesday


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("本周的拜访", "2026-11-16", "2026-11-22"),
        ("看上个月的回款", "2026-10-01", "2026-10-31"),
        ("最近7天谁没拜访", "2026-11-12", "2026-11-18"),
        ("近30天新增客户", "2026-10-20", "2026-11-18"),
        ("前三天的日报", "2026-11-16", "2026-11-18"),
        ("第三季度业绩", "2026-07-01", "2026-09-30"),
        ("第四季度业绩", "2026-10-01", "2026-12-31"),
        ("Q1对比", "2026-01-01", "2026-03-31"),
        ("2026-09的业绩", "2026-09-01", "2026-09-30"),
        ("3月签了几单", "2026-03-01", "2026-03-31"),
        ("12月到期的合同", "2026-12-01", "2026-12-31"),
        ("本周三到周五的安排", "2026-11-18", "2026-11-20"),
        ("10月8日到10月15日", "2026-10-08", "2026-10-15"),
        ("上半年", "2026-01-01", "2026-06-30"),
        ("去年", "2025-01-01", "2025-12-31"),
        ("今年以来", "2026-01-01", "2026-11-18"),
        ("本月至今", "2026-11-01", "2026-11-18"),
        ("昨天的日报", "2026-11-17", "2026-11-17"),
        ("上周五谁迟交", "2026-11-13", "2026-11-13"),
        ("月底前到期的承诺", "2026-11-18", "2026-11-30"),
        ("30天内到期", "2026-11-18", "2026-12-18"),
        ("下周到期", "2026-11-23", "2026-11-29"),
    ],
)
def test_a_question_is_about_the_stretch_it_names(asked: str, first: str, last: str) -> None:
    match = parse_range(asked, now=NOW, calendar=default_calendar())
    assert match is not None
    assert (match.start_on, match.end_on) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("asked", ["华东机械的承诺", "谁的业绩最好", "尽快处理的", "V-20261116-004"])
def test_a_question_without_time_has_no_range(asked: str) -> None:
    assert parse_range(asked, now=NOW, calendar=default_calendar()) is None
