"""A clock counts exactly the time it is meant to: the same as a person who ticks off every single minute."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from models.rules.running_time import Span, TimeMode, due, elapsed, is_provisional, merged
from models.rules.workday import WorkCalendar, default_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHINA = default_calendar(SHANGHAI)
NATURAL, HOLIDAYS, DAYS, HOURS = TimeMode
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def late(days: str) -> timedelta:
    hours, minutes, *seconds = map(int, days.split(":"))
    return timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)


@pytest.mark.parametrize(
    ("rule", "mode", "start", "duration", "end"),
    [
        ("R09", NATURAL, "2026-11-04 16:00", "48:00", "2026-11-06 16:00"),
        ("R09", HOLIDAYS, "2026-09-29 17:00", "48:00", "2026-10-08 17:00"),
        ("R09", HOLIDAYS, "2026-09-29 17:00", "31:00", "2026-10-01 00:00"),
        ("R09", HOLIDAYS, "2026-09-29 17:00", "31:00:01", "2026-10-08 00:00:01"),
        ("R09", HOLIDAYS, "2026-10-03 09:00", "48:00", "2026-10-10 00:00"),
        ("R09", HOLIDAYS, "2026-11-13 18:00", "48:00", "2026-11-15 18:00"),  # a plain weekend counts
        ("P14", DAYS, "2026-11-13 15:00", "48:00", "2026-11-17 15:00"),
        ("P14", DAYS, "2026-11-13 15:00", "46:00", "2026-11-17 13:00"),
        ("P14", DAYS, "2026-09-18 15:00", "48:00", "2026-09-21 15:00"),  # Sunday 20 September is worked
        ("P14", DAYS, "2026-09-30 15:00", "48:00", "2026-10-09 15:00"),
        ("P07", DAYS, "2026-11-13 17:00", "48:00", "2026-11-17 17:00"),
        ("P07", DAYS, "2026-11-14 10:00", "48:00", "2026-11-18 00:00"),
        ("P07", DAYS, "2026-10-09 17:00", "48:00", "2026-10-12 17:00"),  # Saturday 10 October is worked
        ("L06", HOURS, "2026-11-16 10:00", "00:15", "2026-11-16 10:15"),
        ("L06", HOURS, "2026-11-16 23:10", "00:15", "2026-11-17 09:15"),
        ("L06", HOURS, "2026-11-16 17:50", "00:15", "2026-11-17 09:05"),
        ("L06", HOURS, "2026-11-16 12:10", "00:15", "2026-11-16 13:45"),
        ("L06", HOURS, "2026-11-13 17:59:59", "00:15", "2026-11-16 09:14:59"),
        ("L07", HOURS, "2026-11-16 10:00", "02:00", "2026-11-16 12:00"),
        ("L07", HOURS, "2026-11-16 10:30", "02:00", "2026-11-16 14:00"),
        ("L07", HOURS, "2026-09-30 17:00", "02:00", "2026-10-08 10:00"),
        ("year end", DAYS, "2025-12-31 15:00", "24:00", "2026-01-04 15:00"),
        ("leap day", NATURAL, "2024-02-28 10:00", "48:00", "2024-03-01 10:00"),
        ("leap day", DAYS, "2024-02-28 10:00", "24:00", "2024-02-29 10:00"),
    ],
)
def test_the_instants_people_were_promised(rule: str, mode: TimeMode, start: str, duration: str, end: str) -> None:
    when = due(at(start), late(duration), mode, CHINA)
    assert when == at(end), rule
    assert elapsed(at(start), at(end), mode, CHINA) == late(duration)
    assert elapsed(at(start), at(end) - timedelta(seconds=1), mode, CHINA) < late(duration)


def test_a_pause_stops_the_clock_and_does_not_cancel_it() -> None:
    pause = [Span(at("2026-11-05 16:00"), at("2026-11-12 09:00"))]
    assert due(at("2026-11-04 16:00"), 48 * HOUR, NATURAL, CHINA, pause) == at("2026-11-13 09:00")
    assert elapsed(at("2026-11-04 16:00"), at("2026-11-11 00:00"), NATURAL, CHINA, pause) == 24 * HOUR


def test_a_pause_nobody_ended_has_no_due_time_yet() -> None:
    for mode in TimeMode:
        assert due(at("2026-11-04 16:00"), 48 * HOUR, mode, CHINA, [Span(at("2026-11-04 17:00"))]) is None
    assert (
        elapsed(at("2026-11-04 16:00"), at("2026-12-04 16:00"), NATURAL, CHINA, [Span(at("2026-11-04 17:00"))]) == HOUR
    )


def test_due_is_reached_before_a_pause_that_begins_at_that_instant() -> None:
    pause = [Span(at("2026-11-06 16:00"), at("2026-11-09 16:00"))]
    assert due(at("2026-11-04 16:00"), 48 * HOUR, NATURAL, CHINA, pause) == at("2026-11-06 16:00")


def test_overlapping_pauses_count_once() -> None:
    pauses = [
        Span(at("2026-11-05 10:00"), at("2026-11-05 14:00")),
        Span(at("2026-11-05 12:00"), at("2026-11-05 16:00")),
        Span(at("2026-11-05 16:00"), at("2026-11-05 16:00")),
    ]
    assert due(at("2026-11-05 09:00"), 2 * HOUR, NATURAL, CHINA, pauses) == at("2026-11-05 17:00")
    assert merged(pauses) == [Span(at("2026-11-05 10:00"), at("2026-11-05 16:00"))]


def test_nothing_has_elapsed_before_the_start_and_no_duration_is_due_at_once() -> None:
    start = at("2026-11-14 10:00")
    assert elapsed(start, start - HOUR, NATURAL, CHINA) == timedelta()
    assert due(start, timedelta(), HOURS, CHINA) == start


def test_twenty_four_hours_across_a_change_of_summer_time_are_twenty_four_hours() -> None:
    berlin = default_calendar("Europe/Berlin")
    start = at("2026-03-28 12:00", berlin.zone)
    assert due(start, 24 * HOUR, NATURAL, berlin) == at("2026-03-29 13:00", berlin.zone)
    start = at("2026-10-24 12:00", berlin.zone)
    assert due(start, 24 * HOUR, NATURAL, berlin) == at("2026-10-25 11:00", berlin.zone)


def test_each_person_s_office_hours_are_those_of_their_own_zone() -> None:
    tokyo = default_calendar("Asia/Tokyo")
    start = at("2026-11-16 17:30")  # 18:30 in Tokyo: after hours there, not yet here
    assert due(start, timedelta(minutes=15), HOURS, CHINA) == at("2026-11-16 17:45")
    assert due(start, timedelta(minutes=15), HOURS, tokyo) == at("2026-11-17 09:15", tokyo.zone)


def test_a_count_into_a_year_without_a_table_is_marked() -> None:
    start = at("2026-12-30 15:00")
    assert not is_provisional(start, at("2026-12-31 15:00"), DAYS, CHINA)
    assert is_provisional(start, at("2027-01-01 00:00"), DAYS, CHINA)
    assert not is_provisional(start, at("2027-01-01 00:00"), NATURAL, CHINA)


# --- the brute force -------------------------------------------------------------------------------------------------

ORIGIN = datetime(2025, 9, 1, tzinfo=UTC)
MINUTES = 500 * 24 * 60  # into January 2027, past the last known year
CASES_PER_OFFICE = 12_500
OFFICES = {
    "Shanghai": CHINA,
    "Shanghai without lunch": replace(CHINA, lunch=None),
    "Shanghai from 8:30 to 17:15": replace(
        CHINA, work_start=time(8, 30), work_end=time(17, 15), lunch=(time(12), time(13))
    ),
    "Berlin": default_calendar("Europe/Berlin"),
    "New York": default_calendar("America/New_York"),
    "Havana, where midnight happens twice": default_calendar("America/Havana"),
    "Santiago, where a day begins at one": default_calendar("America/Santiago"),
    "Lord Howe, half an hour of summer time": default_calendar("Australia/Lord_Howe"),
}


@cache
def minutes_that_run(office: str) -> dict[TimeMode, np.ndarray]:
    """For each minute since ORIGIN say, from the wall clock it shows, whether the clock runs in it."""
    calendar = OFFICES[office]
    lunch = calendar.lunch or (time(0), time(0))
    wall = [(ORIGIN + n * MINUTE).astimezone(calendar.zone) for n in range(MINUTES)]
    worked = {day: calendar.is_workday(day) for day in {moment.date() for moment in wall}}
    office_time = [
        calendar.work_start <= moment.time() < calendar.work_end and not lunch[0] <= moment.time() < lunch[1]
        for moment in wall
    ]
    working_day = np.array([worked[moment.date()] for moment in wall])
    return {
        NATURAL: np.ones(MINUTES, dtype=bool),
        HOLIDAYS: np.array([moment.date() not in calendar.off for moment in wall]),
        DAYS: working_day,
        HOURS: working_day & np.array(office_time),
    }


@dataclass(frozen=True)
class Case:
    mode: TimeMode
    start: int
    end: int
    pauses: list[tuple[int, int]]
    duration: int

    def ticks(self, office: str) -> np.ndarray:
        running = minutes_that_run(office)[self.mode][self.start : self.start + 30 * 24 * 60].copy()
        for first, last in self.pauses:
            running[max(0, first - self.start) : max(0, last - self.start)] = False
        return running


def random_case(dice: random.Random) -> Case:
    start = dice.randrange(MINUTES - 31 * 24 * 60)
    pauses = []
    for _ in range(dice.choice((0, 0, 1, 2, 4))):
        first = start + dice.randrange(-600, 8 * 24 * 60)
        pauses.append((first, first + dice.choice((0, 1, 45, 600, 3000))))
    duration = dice.choice((1, 15, 120, 240, 1440, 2880, dice.randrange(1, 4000)))
    return Case(dice.choice(list(TimeMode)), start, start + dice.randrange(14 * 24 * 60), pauses, duration)


def instant(minute: int) -> datetime:
    return ORIGIN + minute * MINUTE


def check(case: Case, office: str, calendar: WorkCalendar) -> None:
    pauses = [Span(instant(first), instant(last)) for first, last in case.pauses]
    ticks = case.ticks(office)
    counted = int(np.count_nonzero(ticks[: case.end - case.start]))
    assert elapsed(instant(case.start), instant(case.end), case.mode, calendar, pauses) == counted * MINUTE, case
    running = np.flatnonzero(ticks)
    if len(running) >= case.duration:  # the last minute needed is over when the clock is due
        expected = instant(case.start + int(running[case.duration - 1]) + 1)
        assert due(instant(case.start), case.duration * MINUTE, case.mode, calendar, pauses) == expected, case


@pytest.mark.parametrize("office", OFFICES)
def test_the_clock_equals_ticking_off_every_minute_in_100_000_random_cases(office: str) -> None:
    dice = random.Random(f"running time {office}")
    calendar = OFFICES[office]
    for _ in range(CASES_PER_OFFICE):
        check(random_case(dice), office, calendar)


def test_the_clock_is_exact_between_minutes_too() -> None:
    dice = random.Random("seconds")
    for _ in range(300):
        start = at("2026-09-24 08:00") + timedelta(seconds=dice.randrange(14 * 86400))
        seconds = [start + timedelta(seconds=n) for n in range(dice.randrange(1, 7200))]
        wall = [moment.astimezone(SHANGHAI) for moment in seconds]
        worked = [
            CHINA.is_workday(moment.date())
            and time(9) <= moment.time() < time(18)
            and not time(12) <= moment.time() < time(13, 30)
            for moment in wall
        ]
        assert elapsed(start, seconds[-1] + timedelta(seconds=1), HOURS, CHINA) == timedelta(seconds=sum(worked))
