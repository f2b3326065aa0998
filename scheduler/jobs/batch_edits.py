"""Many changes in a few minutes are told to the manager once, merged (V13)."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from bot.cards.drill_down import batch_edited
from models.chat import get_setting, put_setting
from models.event import Event
from models.person import Person
from models.rules.hints import BATCH_WITHIN, burst_of
from scheduler.job import JobTurn, when_due

SEEN: Final = "batch_edits:seen"
TOLD: Final = "batch.told"
QUIET: Final = timedelta(hours=1)
CHANGES: Final = (
    "commitment.",
    "next_step.",
    "correction",
    "visit.recorded",
    "visit.backfilled",
    "visit.self_reported",
)
"""Beginnings of the event kinds that are changes of somebody's records."""


def _changes() -> ColumnElement[bool]:
    return or_(*(Event.kind.startswith(kind) for kind in CHANGES)) & Event.actor_id.is_not(None)


def first_unseen(session: Session) -> datetime | None:
    """Return when the five minutes after the first change that was not looked at are over."""
    seen = get_setting(session, SEEN) or 0
    first = session.scalar(select(Event.at).where(Event.id > seen, _changes()).order_by(Event.id).limit(1))
    return first + BATCH_WITHIN if first else None


@when_due(first_unseen)
def tell_of_batches(turn: JobTurn) -> None:
    """Look at the changes since the last look and the five minutes before; one alert a person and hour."""
    seen = get_setting(turn.session, SEEN) or 0
    since = turn.occurs_at - 2 * BATCH_WITHIN
    query = select(Event).where(Event.at >= since, Event.at <= turn.now, _changes()).order_by(Event.at, Event.id)
    events = list(turn.session.scalars(query))
    by_person: dict[str, dict[str, datetime]] = defaultdict(dict)
    for one in events:  # one press or sentence is one change, however many facts it makes
        by_person[str(one.actor_id)].setdefault(one.cause or str(one.id), one.at)
    for person_id, causes in by_person.items():
        count = burst_of(sorted(causes.values()))
        if count:
            _tell(turn, person_id, count, max(causes.values()))
    put_setting(turn.session, SEEN, max([seen, *(one.id for one in events)]))


def _tell(turn: JobTurn, person_id: str, count: int, last: datetime) -> None:
    person = turn.session.get(Person, person_id)
    told = select(Event.id).where(Event.kind == TOLD, Event.subject_id == person_id, Event.at > last - QUIET).limit(1)
    if person is None or person.manager_id is None or turn.session.scalar(told) is not None:
        return
    entry = turn.record(TOLD, "person", person_id, count=count)
    turn.send(person.manager_id, batch_edited(person.name, count), key=f"V13:{person_id}:{entry.id}", rule="V13")
