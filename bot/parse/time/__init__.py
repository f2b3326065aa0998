"""Chinese time expressions of sales talk: every one found, resolved, or marked as not resolvable; never a guess.

`parse_times` finds all, `parse_time` the one that matters, `parse_range` the stretch a question is about; `describe`
says a result in short Chinese. Conventions: weeks begin on Monday, 前 includes the day named, feasts exclude it.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.parse.time.choose import choose
from bot.parse.time.describe import describe
from bot.parse.time.expression import find_all
from bot.parse.time.guards import NameFinder, fold, mask_names
from bot.parse.time.match import Grain, Kind, Note, TimeMatch
from bot.parse.time.period import Frame
from models.rules.workday import WorkCalendar

__all__ = [
    "MAX_CHARS",
    "Grain",
    "Kind",
    "NameFinder",
    "Note",
    "TimeMatch",
    "describe",
    "impossible_day",
    "parse_range",
    "parse_time",
    "parse_times",
]

MAX_CHARS = 4000
_BEFORE = re.compile(r"[之以]?前$")


def parse_times(
    text: str, *, now: datetime, calendar: WorkCalendar, names: Iterable[str] | NameFinder = (), past: bool = False
) -> tuple[TimeMatch, ...]:
    """Return every time expression, left to right, spans counted in `text`. Never raises.

    `now` is an aware instant (a naive one is taken as the calendar's local time); `names` are customers and contacts
    whose letters are never time; with `past` (a visit note) bare days lie behind. Only `MAX_CHARS` signs are read.
    """
    masked = fold(mask_names(text[:MAX_CHARS], names))
    found = find_all(masked, _frame(now, calendar, past=past))
    return tuple(_in_own_words(match, text) for match in found)


def _in_own_words(match: TimeMatch, text: str) -> TimeMatch:
    said = text[slice(*match.span)]
    return match if said == match.text else replace(match, text=said)


def parse_time(
    text: str,
    *,
    now: datetime,
    calendar: WorkCalendar,
    names: Iterable[str] | NameFinder = (),
    prefer: str = "deadline",
    past: bool = False,
) -> TimeMatch | None:
    """Return the expression that matters, or None. `prefer`: deadline, point or range; see `parse_times`.

    What a time is changed to (改到周五) comes before all; a vague match is returned only when there is nothing else.
    """
    return choose(parse_times(text, now=now, calendar=calendar, names=names, past=past), text, prefer)


def parse_range(
    text: str, *, now: datetime, calendar: WorkCalendar, names: Iterable[str] | NameFinder = ()
) -> TimeMatch | None:
    """Return the stretch of time a query is about (上个月, 最近7天, 第三季度, 本周三到周五), or None.

    A bare month, quarter or day is the one of this year, month or week. Every match has `start` and `end`.
    """
    masked = fold(mask_names(text[:MAX_CHARS], names))
    frame = _frame(now, calendar, past=False, query=True)
    bounded = [
        made for match in find_all(masked, frame) if (made := _in_own_words(match, text).bounded(frame.now)) is not None
    ]
    return choose(bounded, text, "range")


def impossible_day(text: str, *, now: datetime, calendar: WorkCalendar) -> str | None:
    """Return the first day a text names that no calendar has (2月30日, 11月31号), in its own words; None when all exist."""
    wrong = next((match for match in parse_times(text, now=now, calendar=calendar) if match.invalid), None)
    return None if wrong is None else _BEFORE.sub("", wrong.text.strip())


def _frame(now: datetime, calendar: WorkCalendar, *, past: bool, query: bool = False) -> Frame:
    local = now.replace(tzinfo=calendar.zone) if now.tzinfo is None else now.astimezone(calendar.zone)
    return Frame(local, calendar, past=past, query=query)
