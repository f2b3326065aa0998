"""Takes the due step of every running clock, once each however often and however late this runs (E01)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Final

import structlog
from prometheus_client import Counter

from bot.cards.deadline import Occasion, card_for, merged_card_for
from bot.outbox import NORMAL, URGENT, Address, Note
from bot.reply import Content
from models.deadline import (
    EFFECTS,
    Deadline,
    companions_of,
    due_deadlines,
    next_due_at,
    one_at_a_time,
    postpone,
    take_step,
)
from models.event import Fact, record_all
from models.rules.clock import Priority
from models.rules.escalation import Firing, Kind
from models.world import World
from scheduler.job import JobTurn, when_due

log = structlog.get_logger(__name__)
DEADLINE_FAILURES = Counter("deadline_failures_total", "Steps of clocks that could not be carried out", ["clock"])

BATCH: Final = 100
"""Rows a transaction: SQLite has one writer, and people who write wait for it (about a third of a millisecond a row)."""
RETRY_AFTER: Final = timedelta(minutes=1)
_PRIORITIES: Final = {Priority.NORMAL: NORMAL, Priority.URGENT: URGENT}


@dataclass(slots=True)
class Batch:
    """What some due clocks cause, collected so that it is written with a few statements."""

    turn: JobTurn
    world: World
    facts: list[Fact] = field(default_factory=list)
    debts: list[tuple[Address, Note]] = field(default_factory=list)
    together: list[Occasion] = field(default_factory=list)

    def write(self) -> None:
        """Write everything but the shared cards."""
        self.turn.session.flush()
        record_all(self.turn.session, self.facts)
        self.turn.services.outbox.owe_all(self.turn.session, self.debts, self.turn.now)

    def owe(self, person_id: str, content: Content, *, key: str, subject: str, of: Occasion) -> None:
        """Owe a person a card about an occasion."""
        address = Address(person_id=person_id)
        note = Note(
            f"{key}@{address.recipient}", content, priority=_PRIORITIES[of.firing.step.priority], subject=subject,
            rule=of.deadline.rule, cause=self.turn.cause,
        )  # fmt: skip
        self.debts.append((address, note))


@when_due(next_due_at)
def fire_deadlines(turn: JobTurn) -> None:
    """Take what is due: state changes, event log and outbox rows in this one transaction."""
    one_at_a_time(turn.session)
    world = World(turn.session, turn.calendar, turn.now)
    due = due_deadlines(turn.session, turn.now, BATCH)
    if len(due) == BATCH:
        due += companions_of(turn.session, due[-1])
    shared = Batch(turn, world)
    _send_merged(shared, _together(turn, due, world))
    shared.write()


def _together(turn: JobTurn, due: list[Deadline], world: World) -> list[Occasion]:
    """Carry out all that is due; returns what is to go onto shared cards."""
    together = _carried_out(turn, due, world)
    if together is None:
        # One clock that cannot be carried out must not hold up all the others; it stays due and is counted.
        together = [occasion for deadline in due for occasion in _one_alone(turn, deadline, world)]
    return together


def _carried_out(turn: JobTurn, due: list[Deadline], world: World) -> list[Occasion] | None:
    """Carry out a batch or nothing of it; None when something in it failed."""
    batch = Batch(turn, world)
    try:
        with turn.session.begin_nested():
            for deadline in due:
                _fire(batch, deadline)
            batch.write()
    except Exception:
        log.exception("deadlines_failed", count=len(due), first=due[0].key)
        return None
    return batch.together


def _one_alone(turn: JobTurn, deadline: Deadline, world: World) -> list[Occasion]:
    together = _carried_out(turn, [deadline], world)
    if together is None:
        DEADLINE_FAILURES.labels(deadline.clock).inc()
        postpone(turn.session, deadline, turn.now + RETRY_AFTER)
    return together or []


def _fire(batch: Batch, deadline: Deadline) -> None:
    """Take every due step of one clock."""
    turn = batch.turn
    while firing := take_step(turn.session, deadline, turn.now, batch.world, flush=False):
        if firing.step.effect and firing.kind is Kind.STEP:
            EFFECTS[firing.step.effect](turn.session, deadline, firing)
        batch.facts.append(_fact(turn, deadline, firing))
        for who in firing.told:
            occasion = Occasion(turn.session, batch.world, deadline, firing, who)
            if firing.step.merge and firing.kind is Kind.STEP:
                batch.together.append(occasion)
            else:
                batch.owe(who.person_id, card_for(occasion), key=firing.key, subject=str(deadline.subject), of=occasion)


def _send_merged(batch: Batch, occasions: Iterable[Occasion]) -> None:
    """Owe one card to each person, kind and deadline, however many matters it names."""
    groups: defaultdict[tuple[str, str, str], list[Occasion]] = defaultdict(list)
    for occasion in occasions:
        step = occasion.firing.step
        groups[occasion.who.person_id, f"{step.merge}:{step.card}", occasion.firing.due_at.isoformat()].append(occasion)
    for (person_id, kind, due_at), group in groups.items():
        matters = sha256("\n".join(sorted(item.firing.key for item in group)).encode()).hexdigest()[:8]
        key, subject = f"{kind}:{due_at}:{matters}", f"{kind}:{due_at}"
        batch.owe(person_id, merged_card_for(group), key=key, subject=subject, of=group[0])


def _fact(turn: JobTurn, deadline: Deadline, firing: Firing) -> Fact:
    """Return the trace of what fell due and who was told, or why nobody was (E02, E04)."""
    return Fact(
        "deadline_expired" if firing.kind is Kind.EXPIRY else "deadline_due",
        deadline.subject_kind,
        deadline.subject_id,
        at=turn.now,
        cause=turn.cause,
        data={
            "key": firing.key,
            "card": firing.step.card,
            "due_at": firing.due_at.isoformat(),
            "told": [who.person_id for who in firing.told],
            "silence": firing.silence,
        },
    )
