"""Weeks, weekdays, weekends, and the n-th of them inside something longer."""

import re
from dataclasses import replace
from datetime import date, timedelta

from bot.parse.time.atom import RELATIVES, atom
from bot.parse.time.match import Grain, Note
from bot.parse.time.months import SHIFT
from bot.parse.time.numerals import NUMBER, to_int
from bot.parse.time.period import DAY, Frame, Period, Style, day, week_of

__all__ = ["ATOMS", "WEEKDAY", "agreeing"]

_WEEK = r"(?:周|星期|礼拜)"
WEEKDAY = r"(?:[一二三四五六日天]|[1-7](?![\d.:/\-年月日号点%]))"
_WEEKDAYS = {
    **{char: index for index, char in enumerate("一二三四五六日")},
    "天": 6,
    **{str(index + 1): index for index in range(7)},
}
_NOT_NUMBER = r"(?!个|次(?!日)|趟|书)"
_NO_COUNT = r"(?<![\d一二两俩三四五六七八九十百半几每老小大阿双单整])(?<!每个)(?<!每隔)"
_NOT_A_MOMENT = r"(?!(?<=[^周期拜十万统唯单其专]一)下)"  # 看一下周五的安排 is about 周五, unlike 万一下周五来
# 周五 said as part of a person's or firm's name; 周三次 as part of 一周三次.
_SATURDAY = 5


def _weekday_in(week: Period, char: str) -> Period:
    return day(week.first + timedelta(days=_WEEKDAYS[char]))


@atom(
    rf"{_NOT_A_MOMENT}(?P<rel>后个|下下下个?|下下个?|下一?个?|上上上个?|上上个?|上一?个?|本|这一?个?|当){_WEEK}(?:(?P<d>{WEEKDAY}){_NOT_NUMBER}(?P<more>(?:[、,/]?(?:周|星期)?[一二三四五六日天]){{1,3}}(?![点时号月年个天一二三四五六七八九十次刻]))?)?(?!末)",
    opens=RELATIVES,
)
def _relative_week(found: re.Match[str], frame: Frame, within: Period | None) -> Period | None:
    """本周, 下周三, 下下周一: calendar weeks from Monday (convention 1)."""
    if within is not None:
        return None
    shift = SHIFT[found["rel"]]
    week = week_of(frame.today, shift)
    if not found["d"]:
        return week
    chosen = _weekday_in(week, found["d"])
    if found["more"]:
        return _several(chosen, [_weekday_in(week, char) for char in found["more"] if char in _WEEKDAYS])
    if (
        frame.today.weekday() >= _SATURDAY
        and (shift > 0 or (shift == 0 and chosen.last < frame.today))
        and not frame.past
    ):
        return chosen.unsure(day(chosen.first + timedelta(weeks=1)), note=Note.WEEKEND_SPEECH)
    return chosen


def _several(chosen: Period, rest: list[Period]) -> Period:
    return chosen.unsure(*rest, note=Note.SEVERAL)


@atom(
    rf"{_NO_COUNT}{_WEEK}(?P<d>{WEEKDAY}){_NOT_NUMBER}(?P<more>(?:[、,/]?(?:周|星期)?[一二三四五六日天]){{1,3}}(?![点时号月年个天一二三四五六七八九十次刻]))?",
    opens="周星礼",
    continues="周星礼",
)
def _weekday(found: re.Match[str], frame: Frame, within: Period | None) -> Period | None:
    if within is not None:
        return _weekday_within(found["d"], within, following=found.string[found.start() - 1] == "的")
    today = frame.today
    ahead = (_WEEKDAYS[found["d"]] - today.weekday()) % 7
    behind = day(today - timedelta(days=(-ahead) % 7), fixed=False)
    if frame.past:
        return behind
    chosen = day(today + timedelta(days=ahead), fixed=False)
    if found["more"]:
        rest = [
            day(chosen.first + timedelta(days=(_WEEKDAYS[char] - _WEEKDAYS[found["d"]]) % 7))
            for char in found["more"]
            if char in _WEEKDAYS
        ]
        return _several(chosen, rest)
    over = chosen.first != today and _WEEKDAYS[found["d"]] < today.weekday()
    return replace(chosen, others=(behind,), note=Note.ROLLED) if over else chosen


def _weekday_within(char: str, within: Period, *, following: bool = False) -> Period | None:
    """下周的周三, 两周后的周三, 1月28日周三: a weekday inside a week, or beside a date it should agree with."""
    if within.grain is Grain.WEEK:
        return _weekday_in(within, char)
    if following:  # 一周后的周五: of the week that day lies in
        return _weekday_in(week_of(within.first), char)
    if within.grain is not Grain.DAY or within.instant or within.style is Style.FEAST:
        return None
    return agreeing(within, _WEEKDAYS[char])


def agreeing(dated: Period, weekday: int) -> Period:
    """Return the reading of a date that falls on the weekday said beside it; a question where none does."""
    for reading in (dated, *dated.others):
        if reading.first.weekday() == weekday:
            return replace(reading, others=(), ambiguous=False, note=Note.NONE, confidence=0.98)
    beside = week_of(dated.first).first + timedelta(days=weekday)
    return dated.unsure(day(beside), note=Note.MISMATCH)


@atom(rf"[((]{_WEEK}?(?P<d>{WEEKDAY})[))]", continues="(")
def _weekday_aside(found: re.Match[str], _frame: Frame, within: Period | None) -> Period | None:
    """1/28(周三)."""
    return _weekday_within(found["d"], within) if within is not None and within.grain is Grain.DAY else None


def _weekend(week: Period) -> Period:
    return Period(week.first + timedelta(days=5), week.last, Grain.WEEKEND, Style.SPAN)


@atom(
    rf"{_NOT_A_MOMENT}(?:(?P<rel>下下个?|下个?|上上个?|上个?|本|这个?)?(?<!\d)周末|双休日|(?P<rel2>下下个?|下个?|上上个?|上个?|本|这个?)?(?:礼拜|星期)末)(?:两天)?(?!愉快|快乐)",
    opens=RELATIVES + "周双礼星",
    continues=RELATIVES + "周双礼星",
)
def _weekend_atom(found: re.Match[str], frame: Frame, within: Period | None) -> Period | None:
    if within is not None:
        return _weekend(within) if within.grain is Grain.WEEK else None
    relative = found["rel"] or found["rel2"]
    weekend = _weekend(week_of(frame.today, SHIFT[relative] if relative else 0))
    if relative is None and frame.past and frame.today < weekend.first:
        return _weekend(week_of(frame.today, -1))
    return weekend


_NTH = rf"(?:第(?P<n>{NUMBER})|(?P<first>首|头一|头1)|(?P<last>最后(?:[一1])?)|倒数第(?P<back>{NUMBER}))个?"


def _position(found: re.Match[str]) -> int | None:
    """Return 1 for the first … -1 for the last."""
    if found["last"]:
        return -1
    number = 1 if found["first"] else to_int(found["n"] or found["back"])
    return -number if number and found["back"] else number


@atom(
    rf"的?{_NTH}(?:(?P<unit>工作日|星期|礼拜|周)(?P<d>{WEEKDAY})?(?![天一二三四五六日])|(?P<days>天|日))",
    opens="首头第最倒",
    continues="首头第最倒的",
)
def _nth(found: re.Match[str], frame: Frame, within: Period | None) -> Period | None:
    """下个月第一个周一, 月底最后一个工作日, 本季度第二周."""
    position = _position(found)
    if within is None:
        return _from_today(found, frame)
    long_enough = within.grain not in {Grain.DAY, Grain.WEEKEND, Grain.DAYPART} or within.style is Style.EDGE
    if not position or not (long_enough or within.style is Style.FEAST):
        return None
    if within.style is Style.FEAST:  # 国庆第二天: of the days off
        found_day = within.bounds[0] + timedelta(days=position - 1)
        return day(found_day) if found["days"] and position > 0 and found_day <= within.bounds[1] else None
    if within.style is Style.EDGE:  # 月底最后一天 = the month's last day
        within = Period(within.first.replace(day=1), within.last, Grain.MONTH)
    return _pick(found, position, within, frame)


def _from_today(found: re.Match[str], frame: Frame) -> Period | None:
    if found["unit"] == "工作日" and found["first"]:
        return day(frame.calendar.next_workday(frame.today))
    return None


def _pick(found: re.Match[str], position: int, within: Period, frame: Frame) -> Period | None:
    if found["unit"] == "工作日":
        fits = [each for each in _days(within) if frame.calendar.is_workday(each)]
    elif found["d"]:
        fits = [each for each in _days(within) if each.weekday() == _WEEKDAYS[found["d"]]]
    elif found["days"]:
        fits = list(_days(within))
    else:
        return _nth_week(position, within)
    index = position - 1 if position > 0 else position
    return day(fits[index]) if -len(fits) <= index < len(fits) else None


def _nth_week(position: int, within: Period) -> Period | None:
    """Weeks of a month are cut at its borders: 第一周 is the one with its first day, 最后一周 the one with its last."""
    week = week_of(within.first, position - 1) if position > 0 else week_of(within.last, position + 1)
    first, last = max(week.first, within.first), min(week.last, within.last)
    return Period(first, last, Grain.WEEK, Style.SPAN) if first <= last else None


def _days(period: Period) -> list[date]:
    return [period.first + DAY * number for number in range((period.last - period.first).days + 1)]


@atom(r"(?P<which>(?:下|次)一?个?|最近的?一?个?|上一?个?|前一?个?)(?:工作日|上班日)", opens="下次最上前")
def _next_workday(found: re.Match[str], frame: Frame, within: Period | None) -> Period | None:
    if within is not None:
        return None
    back = found["which"][0] in "上前"
    calendar = frame.calendar
    return day(calendar.previous_workday(frame.today) if back else calendar.next_workday(frame.today))


ATOMS = (_relative_week, _weekday, _weekday_aside, _weekend_atom, _nth, _next_workday)
