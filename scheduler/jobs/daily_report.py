"""Starts the clock of every daily report, tells groups the number, and asks for next year's calendar in time (D05, D11)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sqlalchemy import select

from bot.cards.daily_report import group_count
from bot.context import Group
from models.chat import GroupRow
from models.daily_report import MISSING, REPORTING_ROLES, count_of, report_code
from models.deadline import Start, Subject, start_deadline
from models.person import Person
from models.rules.clock import Clock, OnDay
from models.world import World
from scheduler.job import JobTurn, at_times, on_workdays

GROUP_PURPOSE: Final = "sales"


@at_times(on_workdays(lambda services: services.settings.calendar.work_hours[0]))
def open_reports(turn: JobTurn) -> None:
    """Every working day owes a report from everybody who writes one."""
    world = World(turn.session, turn.calendar, turn.now)
    on = turn.calendar.local_date(turn.occurs_at)
    clock = report_clock(turn)
    for person in _reporting(turn):
        start = Start(owner_id=person.id, at=turn.occurs_at)
        start_deadline(turn.session, clock, Subject("daily_report", report_code(person.id, on)), start, world)


def report_clock(turn: JobTurn) -> Clock:
    """Return the configured clock; the step to the manager is due when the report is."""
    clock, due_at = turn.settings.rules.clocks["daily_report"], turn.settings.rules.daily_report.due_at
    steps = tuple(
        replace(step, after=replace(step.after, at=due_at))
        if step.card == MISSING and isinstance(step.after, OnDay)
        else step
        for step in clock.steps
    )
    return replace(clock, steps=steps)


@at_times(on_workdays(lambda services: services.settings.rules.daily_report.due_at))
def tell_groups(turn: JobTurn) -> None:
    """Tell the sales groups a number and no name (M19)."""
    on = turn.calendar.local_date(turn.occurs_at)
    count = count_of(turn.session, _reporting(turn), on, at=turn.occurs_at)
    if not count.owed:
        return
    text = group_count(count)
    after = turn.now + turn.settings.rules.daily_report.push_after
    for group in turn.session.scalars(select(GroupRow).where(GroupRow.purpose == GROUP_PURPOSE)):
        turn.send(Group(group.id), text, key=f"D05:group:{on.isoformat()}", at=after, rule="D05")


def _reporting(turn: JobTurn) -> list[Person]:
    if not turn.settings.rules.daily_report.enabled:
        return []
    query = select(Person).where(Person.active, Person.role.in_(REPORTING_ROLES)).order_by(Person.id)
    return list(turn.session.scalars(query))
