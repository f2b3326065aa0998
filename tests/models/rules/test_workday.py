"""Working days, make-up days, holiday blocks and quiet hours as people in the office count them."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest

from models.rules.workday import WorkCalendar, default_calendar, local_instant

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHINA = default_calendar(SHANGHAI)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def test_every_day_of_2015_to_2026_is_what_an_independent_calendar_says() -> None:
    days = [date(2015, 1, 1) + timedelta(days=n) for n in range((date(2027, 1, 1) - date(2015, 1, 1)).days)]
    assert [day for day in days if CHINA.is_workday(day) != chinese_calendar.is_workday(day)] == []
    assert all(CHINA.is_known(day) for day in days)
    assert {day for day in days if CHINA.is_makeup_day(day)} == {
        day for day in days if day in chinese_calendar.workdays
    }


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2026-09-20", True),  # Sunday, pays for 国庆
        ("2026-09-19", False),
        ("2026-09-30", True),
        ("2026-10-01", False),
        ("2026-10-07", False),
        ("2026-10-08", True),
        ("2026-10-10", True),  # Saturday, pays for 国庆
        ("2026-10-11", False),
        ("2026-02-28", True),
    ],
)
def test_people_work_on_make_up_days_and_rest_through_the_holiday(day: str, worked: bool) -> None:
    assert CHINA.is_workday(date.fromisoformat(day)) is worked


def test_the_day_after_friday_is_monday_and_after_the_holiday_the_eighth() -> None:
    assert CHINA.next_workday(date(2026, 11, 13)) == date(2026, 11, 16)
    assert CHINA.next_workday(date(2026, 9, 30)) == date(2026, 10, 8)
    assert CHINA.next_workday(date(2026, 10, 9)) == date(2026, 10, 10)
    assert CHINA.next_workday(date(2026, 10, 3)) == date(2026, 10, 8)
    assert CHINA.previous_workday(date(2026, 10, 8)) == date(2026, 9, 30)
    assert CHINA.previous_workday(date(2026, 11, 16)) == date(2026, 11, 13)


def test_counting_working_days_forward_and_back() -> None:
    assert CHINA.add_workdays(date(2026, 11, 13), 2) == date(2026, 11, 17)
    assert CHINA.add_workdays(date(2026, 11, 17), -2) == date(2026, 11, 13)
    assert CHINA.add_workdays(date(2026, 9, 18), 1) == date(2026, 9, 20)
    assert CHINA.add_workdays(date(2026, 10, 3), 0) == date(2026, 10, 3)
    assert CHINA.add_workdays(date(2026, 2, 4), 20) == date(2026, 3, 10)


def test_a_holiday_has_a_name_a_first_and_a_last_day() -> None:
    assert CHINA.holiday_name(date(2026, 10, 7)) == "国庆"
    assert CHINA.holiday_block(date(2026, 10, 7)) == (date(2026, 10, 1), date(2026, 10, 7))
    assert CHINA.holiday_block(date(2026, 2, 20)) == (date(2026, 2, 15), date(2026, 2, 23))
    assert CHINA.holiday_name(date(2026, 10, 8)) is None
    assert CHINA.holiday_block(date(2026, 10, 8)) is None
    assert CHINA.holiday_name(date(2026, 10, 10)) is None


def test_a_plain_weekend_is_free_but_no_holiday() -> None:
    saturday = date(2026, 11, 14)
    assert not CHINA.is_statutory_off(saturday)
    assert CHINA.holiday_block(saturday) is None


def test_a_weekend_that_touches_a_holiday_belongs_to_the_same_run_of_free_days() -> None:
    assert CHINA.holiday_block(date(2016, 1, 1)) == (date(2016, 1, 1), date(2016, 1, 3))
    assert CHINA.holiday_block(date(2016, 1, 3)) == (date(2016, 1, 1), date(2016, 1, 3))


def test_new_year_2019_began_in_december_by_the_2019_notice() -> None:
    assert CHINA.holiday_name(date(2018, 12, 31)) == "元旦"
    assert CHINA.is_makeup_day(date(2018, 12, 29))


def test_a_year_without_a_table_counts_the_plain_week_and_says_so() -> None:
    assert CHINA.is_workday(date(2027, 2, 5))
    assert not CHINA.is_workday(date(2027, 2, 6))
    assert not CHINA.is_known(date(2027, 2, 5))
    assert CHINA.is_known(date(2026, 12, 31))


@pytest.mark.parametrize(
    ("wall", "quiet", "awake"),
    [
        ("2026-11-17 20:59:59", False, "2026-11-17 20:59:59"),
        ("2026-11-17 21:00:00", True, "2026-11-18 08:00:00"),
        ("2026-11-18 00:00:00", True, "2026-11-18 08:00:00"),
        ("2026-11-18 07:59:59", True, "2026-11-18 08:00:00"),
        ("2026-11-18 08:00:00", False, "2026-11-18 08:00:00"),
    ],
)
def test_nobody_is_written_to_between_nine_and_eight(wall: str, quiet: bool, awake: str) -> None:
    assert CHINA.in_quiet(at(wall)) is quiet
    assert CHINA.after_quiet(at(wall)) == at(awake)


def test_quiet_hours_inside_one_day_and_none_at_all() -> None:
    nap = replace(CHINA, quiet=(time(13), time(14)))
    assert nap.in_quiet(at("2026-11-17 13:30"))
    assert not nap.in_quiet(at("2026-11-17 14:00"))
    assert nap.after_quiet(at("2026-11-17 13:30")) == at("2026-11-17 14:00")
    never = replace(CHINA, quiet=(time(0), time(0)))
    assert not never.in_quiet(at("2026-11-17 00:00"))


def test_quiet_hours_follow_the_zone_of_the_person() -> None:
    moment = datetime(2026, 11, 17, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai, 02:00 in Berlin
    assert not CHINA.in_quiet(moment)
    assert default_calendar("Europe/Berlin").in_quiet(moment)


def test_wall_times_that_do_not_exist_or_exist_twice() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert local_instant(date(2026, 3, 29), time(2, 30), berlin) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert local_instant(date(2026, 10, 25), time(2, 30), berlin) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_calendars_can_be_compared_and_used_as_keys() -> None:
    assert default_calendar(SHANGHAI) is CHINA
    assert hash(replace(CHINA, lunch=None)) != hash(CHINA)
    assert WorkCalendar(zone=SHANGHAI).is_workday(date(2026, 10, 1))
