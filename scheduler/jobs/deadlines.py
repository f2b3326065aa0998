"""Takes the due step of every running clock, once each however often and however late this runs (E01)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256
from typing import Final

import structlog
from prometheus_client import Counter

from bot.cards.deadline import Occasion, card_for, merged_card_for
from bot.outbox import NORMAL, URGENT
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
from models.rules.clock import Priority
from models.rules.escalation import Firing, Kind
from models.world import World
from scheduler.job import JobTurn, when_due

log = structlog.get_logger(__name__)
DEADLINE_FAILURES = Counter("deadline_failures_total", "Steps of clocks that could not be carried out", ["clock"])

BATCH: Final = 20
"""Rows a transaction: SQLite has one writer, and people who write wait for it (about 3 ms a row)."""
RETRY_AFTER: Final = timedelta(minutes=1)
_PRIORITIES: Final = {Priority.NORMAL: NORMAL, Priority.URGENT: URGENT}


@when_due(next_due_at)
def fire_deadlines(turn: JobTurn) -> None:
    """Take what is due: state changes, event log and outbox rows in this one transaction."""
    one_at_a_time(turn.session)
    world = World(turn.session, turn.calendar, turn.now)
    together: list[Occasion] = []
    due = due_deadlines(turn.session, turn.now, BATCH)
    if len(due) == BATCH:
        due += companions_of(turn.session, due[-1])
    for deadline in due:
        try:
            with turn.session.begin_nested():
                occasions = _fire(turn, deadline, world)
        except Exception:
            # One clock that cannot be carried out must not hold up all the others; it stays due and is counted.
            log.exception("deadline_failed", key=deadline.key)
            DEADLINE_FAILURES.labels(deadline.clock).inc()
            postpone(turn.session, deadline, turn.now + RETRY_AFTER)
            continue
        together += occasions
    _send_merged(turn, together)


def _fire(turn: JobTurn, deadline: Deadline, world: World) -> list[Occasion]:
    """Take every due step of one clock; returns what is to go onto shared cards."""
    together: list[Occasion] = []
    while firing := take_step(turn.session, deadline, turn.now, world):
        if firing.step.effect and firing.kind is Kind.STEP:
            EFFECTS[firing.step.effect](turn.session, deadline, firing)
        _note(turn, deadline, firing)
        for who in firing.told:
            occasion = Occasion(turn.session, world, deadline, firing, who)
            if firing.step.merge and firing.kind is Kind.STEP:
                together.append(occasion)
            else:
                _send(turn, occasion)
    return together


def _send(turn: JobTurn, occasion: Occasion) -> None:
    turn.send(
        occasion.who.person_id,
        card_for(occasion),
        key=occasion.firing.key,
        priority=_PRIORITIES[occasion.firing.step.priority],
        subject=str(occasion.deadline.subject),
        rule=occasion.deadline.rule,
    )


def _send_merged(turn: JobTurn, occasions: Iterable[Occasion]) -> None:
    """Write one card for each person, kind and deadline, however many matters it names."""
    groups: defaultdict[tuple[str, str, str], list[Occasion]] = defaultdict(list)
    for occasion in occasions:
        step = occasion.firing.step
        groups[occasion.who.person_id, f"{step.merge}:{step.card}", occasion.firing.due_at.isoformat()].append(occasion)
    for (person_id, kind, due_at), group in groups.items():
        matters = sha256("\n".join(sorted(item.firing.key for item in group)).encode()).hexdigest()[:8]
        first = group[0]
        turn.send(
            person_id,
            merged_card_for(group),
            key=f"{kind}:{due_at}:{matters}",
            priority=_PRIORITIES[first.firing.step.priority],
            subject=f"{kind}:{due_at}",
            rule=first.deadline.rule,
        )


def _note(turn: JobTurn, deadline: Deadline, firing: Firing) -> None:
    """Leave a trace of what fell due and who was told, or why nobody was (E02, E04)."""
    turn.record(
        "deadline_expired" if firing.kind is Kind.EXPIRY else "deadline_due",
        deadline.subject_kind,
        deadline.subject_id,
        key=firing.key,
        card=firing.step.card,
        due_at=firing.due_at.isoformat(),
        told=[who.person_id for who in firing.told],
        silence=firing.silence,
    )
