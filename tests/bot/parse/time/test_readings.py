"""Names that look like time, hours that are not ours, the past, and what the person is told."""

from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.parse.time import Kind, Note, describe, parse_time, parse_times
from models.rules.workday import default_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = default_calendar()
NOW = datetime(2026, 1, 21, 10, tzinfo=SHANGHAI)


class Index:
    """A finder of names like the one built from the customer table."""

    def spans(self, text: str) -> list[tuple[int, int]]:
        start = text.find("周五福")
        return [(start, start + 3)] if start >= 0 else []


def test_a_known_customer_is_never_a_time() -> None:
    said = "给周五福寄样，周四到"
    for names in (["周五福"], Index()):
        matches = parse_times(said, now=NOW, calendar=CALENDAR, names=names)
        assert [match.text for match in matches] == ["周四"]


def test_the_span_counts_signs_of_what_was_typed() -> None:
    said = "明天集团：下周三１５：００开会"
    (match,) = parse_times(said, now=NOW, calendar=CALENDAR, names=["明天集团"])
    assert said[slice(*match.span)] == match.text == "下周三１５：００"


def test_the_working_day_ends_when_the_calendar_says() -> None:
    early = replace(CALENDAR, work_start=time(8), work_end=time(17, 30), lunch=None)
    due = {
        said: parse_time(said, now=NOW, calendar=early).due_at.time()  # type: ignore[union-attr]
        for said in ("周五前", "周五下班前", "明天上班前", "明天午休前")
    }
    assert due == {"周五前": time(17, 30), "周五下班前": time(17, 30), "明天上班前": time(8), "明天午休前": time(12)}


def test_a_day_deadline_is_soft_at_closing_time_and_hard_at_midnight_but_a_clock_is_exact() -> None:
    day = parse_time("周五前", now=NOW, calendar=CALENDAR)
    hour = parse_time("周五下午3点前", now=NOW, calendar=CALENDAR)
    assert day is not None
    assert hour is not None
    assert day.grace_until == datetime(2026, 1, 23, 23, 59, 59, tzinfo=SHANGHAI)
    assert hour.grace_until == hour.due_at == datetime(2026, 1, 23, 15, tzinfo=SHANGHAI)


@pytest.mark.parametrize(("said", "told"), [("周二去了恒瑞", date(2026, 1, 20)), ("15号", date(2026, 1, 15))])
def test_in_a_visit_note_bare_days_lie_behind(said: str, told: date) -> None:
    match = parse_time(said, now=NOW, calendar=CALENDAR, past=True)
    assert match is not None
    assert match.start_on == told


@pytest.mark.parametrize("said", ["周二要交了方案再走", "周五到了再说", "周四约了采购"])
def test_a_plan_is_not_taken_for_the_past(said: str) -> None:
    match = parse_time(said, now=NOW, calendar=CALENDAR)
    assert match is not None
    assert match.start is not None
    assert match.start > NOW


def test_next_year_without_a_notice_is_provisional() -> None:
    match = parse_time("明年国庆前", now=NOW, calendar=CALENDAR)
    assert match is not None
    assert match.provisional
    assert match.end_on == date(2027, 9, 30)


def test_date_and_weekday_that_disagree_are_asked_about() -> None:
    match = parse_time("1月28日（周四）开会", now=NOW, calendar=CALENDAR)
    assert match is not None
    assert (match.ambiguous, match.note) == (True, Note.MISMATCH)
    assert {match.start_on, *(each.start_on for each in match.alternatives)} == {date(2026, 1, 28), date(2026, 1, 29)}


def test_month_end_on_a_rest_day_keeps_the_date_and_offers_the_last_working_day() -> None:
    match = parse_time("月底前回款", now=NOW, calendar=CALENDAR)
    assert match is not None
    assert (match.end_on, match.note) == (date(2026, 1, 31), Note.REST_DAY)
    assert match.alternatives[0].end_on == date(2026, 1, 30)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("周五前", "01-23 周五 18:00 前"),
        ("下周三下午3点", "01-28 周三 15:00"),
        ("明天", "01-22 周四"),
        ("明天上午", "01-22 周四 上午"),
        ("周六", "01-24 周六（休息日）"),
        ("2月17日", "02-17 周二（假期）"),
        ("2027年1月5日", "2027-01-05 周二"),
        ("今晚12点前", "01-21 周三 24:00 前"),
        ("明天0点", "01-22 周四 00:00"),
        ("明天下午2点到4点", "01-22 周四 14:00–16:00"),
        ("下周", "01-26 周一 至 02-01 周日"),
        ("国庆后", "10-08 周四 起"),
        ("2月30日", "2月30日（没有这一天）"),
        ("尽快", "尽快"),
    ],
)
def test_the_reply_says_the_day_the_way_a_colleague_would(said: str, shown: str) -> None:
    match = parse_time(said, now=NOW, calendar=CALENDAR)
    assert match is not None
    assert describe(match, now=NOW) == shown


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("不是周四是周五", "周五"),
        ("周三不行，周四吧", "周四"),
        ("从周四改到下周二", "下周二"),
        ("尽快，最迟周五", "最迟周五"),
        ("昨天见了王总，周五前报价", "周五前"),
    ],
)
def test_of_several_times_the_one_that_counts_is_chosen(said: str, meant: str) -> None:
    match = parse_time(said, now=NOW, calendar=CALENDAR)
    assert match is not None
    assert match.text == meant


def test_a_repeated_time_is_no_single_promise() -> None:
    match = parse_time("每周五交周报", now=NOW, calendar=CALENDAR)
    assert match is not None
    assert (match.kind, match.due_at) == (Kind.RECURRING, None)


@pytest.mark.parametrize("said", ["13月45日", "13月3日", "45月1号", "十三月五日", "2026-13-01", "13月底前"])
def test_a_month_that_does_not_exist_is_never_read_as_another(said: str) -> None:
    match = parse_time(f"{said}给蓝海发合同", now=NOW, calendar=CALENDAR)
    assert match is not None
    assert match.invalid
    assert match.text in {said, said.removesuffix("底前")}


@pytest.mark.parametrize("said", ["13个月", "12月25日", "18月龄", "2026-12-01"])
def test_what_only_looks_like_it_stays_what_it_is(said: str) -> None:
    match = parse_time(f"{said}发货", now=NOW, calendar=CALENDAR)
    assert match is None or not match.invalid
