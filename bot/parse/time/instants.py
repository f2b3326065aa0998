"""Instants of local days, and the plainest matches made of them."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.parse.time.match import Grain, Kind, TimeMatch
from bot.parse.time.period import Frame, Period, Style, day

__all__ = ["Said", "at", "clock_match", "day_end", "due_day", "exact_match", "working_end"]

_LAST_SECOND = time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class Said:
    """The text of an expression and what it does: '' (names), 前, 内, 后, 起."""

    text: str
    span: tuple[int, int]
    does: str = ""
    latest: bool = False  # 最迟 stands before it: the whole of what is named is still in time


def at(day_: date, minutes: float, frame: Frame) -> datetime:
    """Return the local instant of a day and minutes after its midnight."""
    days, rest = divmod(round(minutes), 24 * 60)
    return datetime.combine(day_ + timedelta(days=days), time(rest // 60, rest % 60), frame.calendar.zone)


def day_end(day_: date, frame: Frame) -> datetime:
    """Return the last second of a day."""
    return datetime.combine(day_, _LAST_SECOND, frame.calendar.zone)


def working_end(day_: date, frame: Frame) -> datetime:
    """Return the end of the working day; for today after hours the end of the day, as the promise is younger than that."""
    due = datetime.combine(day_, frame.calendar.work_end, frame.calendar.zone)
    return day_end(day_, frame) if due < frame.now and day_ == frame.today else due


def due_day(period: Period, frame: Frame) -> date:
    """Return the day by which the whole period counts: a week's last working day, else the last day (convention 5)."""
    if period.grain is Grain.WEEK and period.style is Style.SPAN:
        last = period.last if frame.calendar.is_workday(period.last) else frame.calendar.previous_workday(period.last)
        return max(last, period.first)
    return period.last


def exact_match(when: datetime, said: Said, period: Period) -> TimeMatch:
    """Return a match for an exact instant, with what is known of the period it was named by."""
    kind = Kind.DEADLINE if said.does in {"前", "内"} else Kind.POINT
    return TimeMatch(
        said.text,
        said.span,
        kind,
        Grain.MINUTE,
        start=None if kind is Kind.DEADLINE else when,
        end=when,
        due_at=when,
        grace_until=when,
        note=period.note,
        ambiguous=period.ambiguous,
    )


def clock_match(when: datetime, said: Said, confidence: float = 0.95) -> TimeMatch:
    """Return a match for an exact time of day."""
    made = exact_match(when, said, day(when.date(), confidence=confidence))
    if said.does in {"后", "起"}:
        made = replace(made, kind=Kind.OPEN_END, end=None)
    return made if made.confidence == confidence else replace(made, confidence=confidence)
