"""Keeps the working calendar honest: a missing year is announced in time, and what runs is planned anew when it changes."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import select

from bot.calendar import refresh_calendar
from bot.cards.calendar import holiday_table_missing
from models.chat import get_setting, put_setting
from models.deadline import reschedule
from models.person import Person, Role
from models.rules.workday import WorkCalendar, missing_years
from models.world import World
from scheduler.job import JobTurn, at_times, every_day, on_days

DIGEST: Final = "calendar_digest"


def _first_workday_of_week(calendar: WorkCalendar, at: datetime) -> bool:
    day = calendar.local_date(at)
    monday = day - timedelta(days=day.weekday())
    return calendar.is_workday(day) and calendar.next_workday(monday - timedelta(days=1)) == day


@at_times(on_days(lambda _: time(9, 40), day=_first_workday_of_week))
def ask_for_missing_years(turn: JobTurn) -> None:
    """Ask the administrators each week, from 1 November, for next year's table (J3)."""
    today = turn.calendar.local_date(turn.occurs_at)
    years = missing_years(today, turn.calendar.known_years)
    if not years:
        return
    for admin in turn.session.scalars(select(Person).where(Person.role == Role.ADMIN, Person.active)):
        turn.send(admin.id, holiday_table_missing(years), key=f"calendar:missing:{today}")


@at_times(every_day(lambda _: time(8, 5)))
def plan_anew(turn: JobTurn) -> None:
    """Plan every running clock anew when the calendar is another one than yesterday."""
    refresh_calendar(turn.services, turn.session)
    digest = _digest(turn.calendar)
    if get_setting(turn.session, DIGEST) == digest:
        return
    put_setting(turn.session, DIGEST, digest)
    moved = reschedule(turn.session, World(turn.session, turn.calendar, turn.now))
    turn.record("calendar_changed", "calendar", digest[:12], moved=moved)


def _digest(calendar: WorkCalendar) -> str:
    hours = (calendar.zone.key, calendar.work_start, calendar.work_end, calendar.lunch, calendar.quiet)
    facts = (*hours, sorted(calendar.off), sorted(calendar.work), sorted(calendar.known_years))
    return sha256(repr(facts).encode()).hexdigest()
