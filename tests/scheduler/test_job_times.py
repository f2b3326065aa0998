"""Jobs on the wall clock: once a day whatever the calendar and the clocks do."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from models.rules.workday import default_calendar
from scheduler.job import When, every_day
from tests.chat import Company

DAY = timedelta(days=1)


def occurrences(when: When, company: Company, zone: str, first: date, days: int) -> list[datetime]:
    """Return what falls on so many days of a zone, as local wall times."""
    calendar = default_calendar(zone)
    local = ZoneInfo(zone)
    end = datetime.combine(first + days * DAY, time(), local)
    found, at = [], when(datetime.combine(first, time(), local) - timedelta(seconds=1), calendar, company.app.services)
    while at is not None and at < end:
        found.append(at.astimezone(local))
        at = when(at, calendar, company.app.services)
    return found


@pytest.mark.sqlite_only
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"])
@pytest.mark.parametrize("wall", [time(0), time(1, 30), time(2, 30), time(23, 59)])
def test_once_on_each_day_of_a_leap_year_in_every_zone(quiet_company: Company, zone: str, wall: time) -> None:
    seen = occurrences(every_day(lambda _: wall), quiet_company, zone, date(2028, 1, 1), 366)
    days = Counter(at.date() for at in seen)
    assert set(days) == {date(2028, 1, 1) + number * DAY for number in range(366)}
    assert set(days.values()) == {1}
    shifted = [at for at in seen if at.time() != wall]
    assert len(shifted) <= 2, "only where the clocks go forward over it"


@pytest.mark.sqlite_only
def test_the_hour_that_is_left_out_comes_later_and_the_hour_that_is_twice_comes_once(quiet_company: Company) -> None:
    half_past_two = every_day(lambda _: time(2, 30))
    (spring,) = occurrences(half_past_two, quiet_company, "America/New_York", date(2028, 3, 12), 1)
    assert (spring.hour, spring.minute) == (3, 30)
    half_past_one = every_day(lambda _: time(1, 30))
    (autumn,) = occurrences(half_past_one, quiet_company, "America/New_York", date(2028, 11, 5), 1)
    assert autumn.astimezone(UTC).hour == 5, "the first of the two"


def test_a_process_that_slept_over_new_year_greets_each_missed_morning_once(company: Company) -> None:
    company.advance_to("2026-12-30 12:00")
    before = len(company.inbox("chenmin"))
    company.clock.move_to(datetime(2027, 1, 4, 12, tzinfo=ZoneInfo("Asia/Shanghai")))
    for _ in range(3):
        company.runtime.tick()
        company.settle()
    cards = [shown.key for shown in company.inbox("chenmin")[before:]]
    assert len(cards) == len(set(cards))
    assert len([key for key in cards if key.startswith(("morning", "digest"))]) <= 2, "two days are made up for at most"


def test_a_clock_put_back_by_a_day_repeats_nothing(company: Company) -> None:
    company.advance_to("2026-11-17 18:05")
    seen = {who: len(company.inbox(who)) for who in ("zhouhang", "chenmin", "hechuan")}
    company.clock.reset(company.now - DAY)
    for _ in range(3):
        company.runtime.tick()
        company.settle()
    company.advance_to("2026-11-17 18:04")
    assert {who: len(company.inbox(who)) for who in seen} == seen
