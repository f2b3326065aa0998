"""The morning cards: one for each rep who has something on, one for each leader (D08, P15). Empty ones are not sent."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from bot.agenda import agenda_of, numbers_of
from bot.cards.digest import agenda_card
from models.person import LEADERS, Person, is_away, tree_of
from scheduler.job import JobTurn, at_times, on_workdays


@at_times(on_workdays(lambda services: services.settings.rules.digest.rep_at))
def greet_people(turn: JobTurn) -> None:
    """Send everybody below the leaders what his day is about."""
    for person in _present(turn):
        if person.role not in LEADERS:
            _send(turn, person, frozenset({person.id}), "早，今天")


@at_times(on_workdays(lambda services: services.settings.rules.digest.manager_at))
def brief_leaders(turn: JobTurn) -> None:
    """Send every leader the day of the people under him, with the month's numbers."""
    for person in _present(turn):
        if person.role in LEADERS:
            _send(turn, person, tree_of(turn.session, person.id) | {person.id}, "晨卡", numbers=True)


def _send(turn: JobTurn, person: Person, owners: frozenset[str], title: str, *, numbers: bool = False) -> None:
    agenda = agenda_of(turn, person, owners=owners)
    if agenda.is_empty:
        return
    if numbers:
        agenda = replace(agenda, numbers=numbers_of(turn, person, owners))
    on = turn.calendar.local_date(turn.occurs_at)
    turn.send(person.id, agenda_card(f"{title} {on:%m-%d}", agenda), key=f"D08:{on.isoformat()}", rule="D08")


def _present(turn: JobTurn) -> list[Person]:
    people = turn.session.scalars(select(Person).where(Person.active).order_by(Person.id))
    return [person for person in people if is_away(turn.session, person.id, turn.now) is None]
