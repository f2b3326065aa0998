"""Say a resolved time the way a colleague would write it."""

import re
from datetime import date, datetime, timedelta

from bot.parse.time.match import Grain, Kind, Note, TimeMatch

__all__ = ["describe"]

_WEEKDAYS = "一二三四五六日"
_EVENING = re.compile("[晚夜]|24|12|十二")  # whoever says 今晚12点 thinks of that evening


def describe(match: TimeMatch, *, now: datetime) -> str:
    """Return short Chinese for a match: 10-08 周四 15:00, 10-07 周三（假期）, 11-20 周五 18:00 前.

    `now` (aware) decides whether the year is written. An unresolved match is described by its own words.
    """
    zone = (match.due_at or match.start or now).tzinfo
    today = now.astimezone(zone).date()
    if match.invalid:
        return f"{match.text}（没有这一天）"
    if match.kind is Kind.RANGE and match.start and match.end:
        return _span(match.start, match.end, match.grain, today)
    if match.kind is Kind.OPEN_END and match.start:
        return f"{_moment(match.start, match.grain, today)} 起"
    when = match.due_at if match.kind is Kind.DEADLINE else match.start or match.due_at
    if when is None:
        return match.text
    grain = Grain.MINUTE if match.kind is Kind.DEADLINE else match.grain
    tail = " 前" if match.kind is Kind.DEADLINE else ""
    if grain is Grain.MINUTE and when.hour == when.minute == 0 and _EVENING.search(match.text):
        return f"{_day(when.date() - timedelta(days=1), today)} 24:00{tail}{_remark(match)}"
    return _moment(when, grain, today) + tail + _remark(match)


def _day(day: date, today: date) -> str:
    year = "" if day.year == today.year else f"{day.year}-"
    return f"{year}{day:%m-%d} 周{_WEEKDAYS[day.weekday()]}"


def _moment(when: datetime, grain: Grain, today: date) -> str:
    if grain is Grain.DAYPART:
        return f"{_day(when.date(), today)} {_part(when.hour)}"
    if grain is not Grain.MINUTE:
        return _day(when.date(), today)
    return f"{_day(when.date(), today)} {when:%H:%M}"


def _part(hour: int) -> str:
    for limit, name in ((6, "凌晨"), (12, "上午"), (13, "下午"), (17, "下午"), (18, "傍晚")):
        if hour < limit:
            return name
    return "晚上"


def _span(start: datetime, end: datetime, grain: Grain, today: date) -> str:
    if start.date() == end.date():
        return f"{_day(start.date(), today)} {start:%H:%M}–{end:%H:%M}"
    if grain is Grain.MINUTE:
        return f"{_day(start.date(), today)} {start:%H:%M} 至 {_day(end.date(), today)} {end:%H:%M}"
    return f"{_day(start.date(), today)} 至 {_day(end.date(), today)}"


def _remark(match: TimeMatch) -> str:
    return {Note.HOLIDAY: "（假期）", Note.REST_DAY: "（休息日）", Note.PAST: "（已过）"}.get(match.note, "")
