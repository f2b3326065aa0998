"""How long a clock has run, and when it will have run long enough.

A clock's time is a set of intervals: the calendar's intervals for its mode, without pauses and leave (M13).
Everything is counted in whole intervals and is exact to the microsecond; nothing steps through minutes.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

from models.rules.workday import WorkCalendar

FAR = datetime.max.replace(tzinfo=UTC)
"""The end of an interval that nobody has ended yet."""

_DAY = timedelta(days=1)
_MIDNIGHT = time(0)


class TimeMode(StrEnum):
    """When a clock runs (appendix 4, #7 and #8)."""

    NATURAL = "natural"
    """Always."""
    NATURAL_EXCEPT_HOLIDAYS = "natural_except_holidays"
    """Always, except on statutory days off (R09); plain weekends count."""
    WORKING_DAYS = "working_days"
    """All 24 hours of each working day (P07, P14)."""
    WORKING_HOURS = "working_hours"
    """Office hours of each working day, without lunch (L06, L07)."""


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """A half-open interval of instants: the start belongs to it, the end does not."""

    start_at: datetime
    end_at: datetime = FAR


def elapsed(
    start_at: datetime, at: datetime, mode: TimeMode, calendar: WorkCalendar, pauses: Iterable[Span] = ()
) -> timedelta:
    """Return how long the clock has run between two instants; zero when `at` lies before the start."""
    total = timedelta()
    for span in running_spans(start_at, mode, calendar, pauses):
        if span.start_at >= at:
            break
        total += min(span.end_at, at) - span.start_at
    return total


def due(
    start_at: datetime, duration: timedelta, mode: TimeMode, calendar: WorkCalendar, pauses: Iterable[Span] = ()
) -> datetime | None:
    """Return the first instant (UTC) at which the clock has run `duration`; None when an open pause prevents it."""
    left = duration
    if left <= timedelta():
        return start_at.astimezone(UTC)
    for span in running_spans(start_at, mode, calendar, pauses):
        if span.start_at + left <= span.end_at:
            return span.start_at + left
        left -= span.end_at - span.start_at
    return None


def running_spans(
    start_at: datetime, mode: TimeMode, calendar: WorkCalendar, pauses: Iterable[Span] = ()
) -> Iterator[Span]:
    """Yield, in order and without end, the intervals in which the clock runs from `start_at` on."""
    start_at = start_at.astimezone(UTC)
    stops = list(pauses)
    if mode is TimeMode.NATURAL_EXCEPT_HOLIDAYS:
        holidays = _holidays(calendar)
        stops += holidays[bisect_right(holidays, start_at, key=lambda span: span.end_at) :]
    return _without(_open_spans(start_at, mode, calendar), merged(stops))


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the union of the spans: sorted, not touching, empty ones dropped."""
    union: list[Span] = []
    for span in sorted(spans):
        if span.end_at <= span.start_at:
            continue
        if union and span.start_at <= union[-1].end_at:
            union[-1] = Span(union[-1].start_at, max(union[-1].end_at, span.end_at))
        else:
            union.append(span)
    return union


def is_provisional(start_at: datetime, until_at: datetime, mode: TimeMode, calendar: WorkCalendar) -> bool:
    """Say whether the count leans on a year that has no holiday table, and may change when it arrives."""
    if mode is TimeMode.NATURAL:
        return False
    return not (calendar.is_known(calendar.local_date(start_at)) and calendar.is_known(calendar.local_date(until_at)))


def _open_spans(start_at: datetime, mode: TimeMode, calendar: WorkCalendar) -> Iterator[Span]:
    if mode in (TimeMode.NATURAL, TimeMode.NATURAL_EXCEPT_HOLIDAYS):
        yield Span(start_at)
        return
    day = calendar.local_date(start_at)
    while True:
        for span in _day_spans(calendar, day, mode):
            if span.end_at > start_at:
                yield Span(max(span.start_at, start_at), span.end_at)
        day += _DAY


@lru_cache(maxsize=8192)
def _day_spans(calendar: WorkCalendar, day: date, mode: TimeMode) -> tuple[Span, ...]:
    if not calendar.is_workday(day):
        return ()
    if mode is TimeMode.WORKING_DAYS:
        return (Span(calendar.at(day, _MIDNIGHT), calendar.at(day + _DAY, _MIDNIGHT)),)
    edges = [calendar.work_start, *(calendar.lunch or ()), calendar.work_end]
    instants = [calendar.at(day, edge) for edge in edges]
    return tuple(Span(*pair) for pair in zip(instants[::2], instants[1::2], strict=True) if pair[0] < pair[1])


@lru_cache(maxsize=64)
def _holidays(calendar: WorkCalendar) -> tuple[Span, ...]:
    days = (Span(calendar.at(day, _MIDNIGHT), calendar.at(day + _DAY, _MIDNIGHT)) for day in calendar.off)
    return tuple(merged(days))


def _without(spans: Iterable[Span], stops: Sequence[Span]) -> Iterator[Span]:
    """Yield the spans minus the stops; both come in order, so each stop is passed once."""
    passed = 0
    for span in spans:
        cursor = span.start_at
        while passed < len(stops) and stops[passed].start_at < span.end_at:
            stop = stops[passed]
            if cursor < stop.start_at:
                yield Span(cursor, stop.start_at)
            cursor = max(cursor, stop.end_at)
            if stop.end_at > span.end_at:
                break
            passed += 1
        if cursor == FAR:
            return
        if cursor < span.end_at:
            yield Span(cursor, span.end_at)
