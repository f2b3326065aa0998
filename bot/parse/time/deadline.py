"""What 前, 内, 后, 起 make of a named stretch of days (language.md conventions 2, 4 and 5)."""

from dataclasses import replace
from datetime import date

from bot.parse.time.instants import Said, at, day_end, due_day, working_end
from bot.parse.time.match import Grain, Kind, TimeMatch
from bot.parse.time.period import DAY, Frame, Period, Style

__all__ = ["of_period"]


def of_period(period: Period, said: Said, frame: Frame) -> TimeMatch:
    """Return the match of a period by itself, without its other readings."""
    if said.does in {"前", "内"} or (not said.does and period.style is Style.EDGE):
        return _deadline(period, said, frame)
    if said.does in {"后", "起"}:
        return _open_end(period, said, frame)
    due = due_day(period, frame)
    return TimeMatch(
        said.text,
        said.span,
        Kind.POINT if period.first == period.last else Kind.RANGE,
        period.grain,
        start=at(period.first, 0, frame),
        end=day_end(period.last, frame),
        due_at=working_end(due, frame),
        grace_until=day_end(due, frame),
    )


def _by(due: date, period: Period, said: Said, frame: Frame) -> TimeMatch:
    return TimeMatch(
        said.text,
        said.span,
        Kind.DEADLINE,
        period.grain,
        end=day_end(due, frame),
        due_at=working_end(due, frame),
        grace_until=day_end(due, frame),
        provisional=not frame.calendar.is_known(due),
    )


def _deadline(period: Period, said: Said, frame: Frame) -> TimeMatch:
    """Return when something 前/内 a period is due: the day named counts, a feast or a longer stretch does not."""
    calendar = frame.calendar
    if said.does == "前" and period.style is Style.FEAST and not said.latest:
        made = _by(calendar.previous_workday(period.bounds[0]), replace(period, grain=Grain.DAY), said, frame)
        return replace(made, provisional=made.provisional or not calendar.is_known(period.first))
    inclusive = _by(due_day(period, frame), period, said, frame)
    if said.does != "前" or said.latest or period.style is not Style.SPAN or period.contains(frame.today):
        return inclusive
    if period.grain in {Grain.WEEK, Grain.WEEKEND}:  # 下周前: before it begins, or before it ends?
        before = _by(calendar.previous_workday(period.first), period, said, frame)
        return replace(before, alternatives=(inclusive,), ambiguous=True, confidence=0.6)
    return replace(_by(period.first - DAY, period, said, frame), alternatives=(inclusive,))


def _open_end(period: Period, said: Said, frame: Frame) -> TimeMatch:
    """Return when 后/起 begins: 国庆后 on the first working day after the days off (convention 4), 周三后 on Thursday."""
    if said.does == "起":
        first = period.first
    elif period.style is Style.FEAST:
        first = frame.calendar.next_workday(period.bounds[1])
    else:
        first = period.last + DAY
    return TimeMatch(
        said.text,
        said.span,
        Kind.OPEN_END,
        period.grain,
        start=at(first, 0, frame),
        end=day_end(first, frame),
        due_at=working_end(first, frame),
        grace_until=day_end(first, frame),
        provisional=not (frame.calendar.is_known(first) and frame.calendar.is_known(period.bounds[0])),
    )
