"""Dates, times and weekdays in the forms watermarks and papers print them, and as blur makes them."""

import pytest

from bot.photo.dates import find_date, find_month_day, find_time, find_weekday
from bot.photo.text import Heard, plain


def heard(text: str) -> Heard:
    text = plain(text)
    return Heard(text, (1.0,) * len(text))


@pytest.mark.parametrize(
    "text",
    [
        "2026年1月5日", "2026.01.05", "26-1-5", "２０２６－０１－０５", "2026/1/5", "20260105", "2026 年 1 月 5 日", "2O26-Ol-05",
        "2026-01-0514:05", "2026/01705", "202601/05", "2026.01.05 周一", "Jan 5, 2026", "5 Jan 2026", "January 5th, 2026 Mon", "拍摄时间：2026年01月05日 14:05:09",
    ],
)  # fmt: skip
def test_the_fifth_of_january_in_every_form(text: str) -> None:
    found = find_date(heard(text))
    assert found is not None
    assert found.value == "2026-01-05"


@pytest.mark.parametrize("text", ["2026-13-05", "2026/02730", "1.5.3", "13812341234", "31.2304,121.4737", "86万"])
def test_what_is_no_date(text: str) -> None:
    assert find_date(heard(text)) is None


@pytest.mark.parametrize("text", ["2026/01705", "202601/05"])
def test_a_date_with_a_lost_stroke_is_never_sure(text: str) -> None:
    found = find_date(heard(text))
    assert found is not None
    assert found.heard.confidence <= 0.7


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-01-05 14:05", "14:05"), ("2026.01.0514.0509", "14:05:09"), ("2026-01-05 14;05", "14:05"),
        ("2026-01-05 下午2:05", "14:05"), ("2026.01.05 星期一", None), ("2026.01.05 25.30", None),
    ],
)  # fmt: skip
def test_the_time_behind_a_date(text: str, time: str | None) -> None:
    line = heard(text)
    day = find_date(line)
    assert day is not None
    found = find_time(line, after=day.end)
    assert (found.value if found else None) == time


def test_dots_make_a_time_only_behind_a_date() -> None:
    assert find_time(heard("14.05")) is None
    assert find_time(heard("¥14.05")) is None


@pytest.mark.parametrize(
    ("text", "weekday"),
    [("星期目", "星期日"), ("星期天", "星期日"), ("周六", "星期六"), ("星期-", "星期一"), ("星期—", "星期一"), ("星期", None), ("周-5", None), ("Monday", "星期一"), ("Jan 4, 2026 Sun", "星期日"), ("Sunshine", None)],
)  # fmt: skip
def test_weekdays_as_blur_makes_them(text: str, weekday: str | None) -> None:
    found = find_weekday(heard(text))
    assert (found.value if found else None) == weekday


@pytest.mark.parametrize(
    ("text", "day"), [("1月5日 周一", "01-05"), ("12月31日", "12-31"), ("2月30日", None), ("13月5日", None)]
)
def test_a_day_without_its_year(text: str, day: str | None) -> None:
    found = find_month_day(heard(text))
    assert (found.value if found else None) == day
