"""Stretches of time people speak of, on the wall clock of the company."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot.context import Turn


def month_so_far(turn: Turn) -> tuple[datetime, datetime]:
    """Return the first instant of this month and the one just after now: what is due later today is not due yet."""
    first = turn.calendar.local_date(turn.now).replace(day=1)
    return turn.calendar.at(first, time()), turn.now + timedelta(microseconds=1)


def last_month(turn: Turn) -> tuple[datetime, datetime]:
    """Return the first instants of last month and of this one."""
    first = turn.calendar.local_date(turn.now).replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    return turn.calendar.at(before, time()), turn.calendar.at(first, time())


def today(turn: Turn) -> tuple[datetime, datetime]:
    """Return the first instants of today and of tomorrow."""
    day = turn.calendar.local_date(turn.now)
    return turn.calendar.at(day, time()), turn.calendar.at(day + timedelta(days=1), time())
