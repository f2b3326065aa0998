"""Once a month, on its first working day: how often the machine misread pictures last month (M4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select

from bot.cards.metric import misread_report
from bot.windows import last_month
from models.metric import Scope, take_snapshot
from models.person import Person, Role, tree_of
from models.rules.workday import WorkCalendar
from scheduler.job import JobTurn, at_times, on_days

MISREAD = "photo_misread"


def first_workday(calendar: WorkCalendar, at: datetime) -> bool:
    """Tell the first working day of a month."""
    on = calendar.local_date(at)
    return calendar.is_workday(on) and not any(calendar.is_workday(on.replace(day=day)) for day in range(1, on.day))


@at_times(on_days(lambda services: services.settings.rules.digest.manager_at, day=first_workday))
def tell_of_misreadings(turn: JobTurn) -> None:
    """Tell every leader of his people's pictures and every administrator of all; a month without pictures is no news."""
    start, end = last_month(turn)
    for person, owners in _readers(turn):
        snapshot = take_snapshot(turn.session, MISREAD, Scope(owners, start, end), now=turn.now, viewer_id=person.id)
        if snapshot.all_rows:
            month = turn.calendar.local_date(start)
            card = misread_report(snapshot, month.month)
            turn.send(person.id, card, key=f"M4:{month:%Y-%m}", rule="M4")


def _readers(turn: JobTurn) -> Iterator[tuple[Person, frozenset[str] | None]]:
    for person in turn.session.scalars(select(Person).where(Person.active).order_by(Person.id)):
        if person.role == Role.ADMIN:
            yield person, None
        elif person.is_leader:
            yield person, frozenset(tree_of(turn.session, person.id) | {person.id})
