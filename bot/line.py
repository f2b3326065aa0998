"""The line of messages that wait to be sent: who is next, found by short looks into indexes, however many wait.

Urgent before others, the longest due first, each recipient's in the order they were owed. The statements are built once: they are
asked several times for every message, and building one costs ten times as much as asking it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session, aliased

from bot.outbox import URGENT, WAITING_STATES
from models.chat import OutboxRow, OutboxState

HEADS: Final = 50
"""Rows looked at for one whose recipient is free."""
_NOW: Final = bindparam("now", type_=OutboxRow.not_before.type)
_LEASE_NOW: Final = bindparam("lease_now", type_=OutboxRow.not_before.type)


def _free(reached: ColumnElement[bool]) -> Select[tuple[OutboxRow]]:
    busy = aliased(OutboxRow)
    in_flight = exists().where(
        and_(
            busy.recipient == OutboxRow.recipient, busy.id < OutboxRow.id, busy.state.in_(WAITING_STATES),
            busy.claimed_until > _LEASE_NOW,
        )
    )  # fmt: skip
    free = or_(OutboxRow.claimed_until.is_(None), OutboxRow.claimed_until <= _LEASE_NOW)
    return select(OutboxRow).where(reached, free, ~in_flight)


def _heads(state: OutboxState, *wanted: ColumnElement[bool]) -> Select[tuple[datetime, int, str]]:
    columns = (OutboxRow.not_before, OutboxRow.id, OutboxRow.recipient)
    due = _free(OutboxRow.not_before <= _NOW).where(OutboxRow.state == state, *wanted)
    return due.with_only_columns(*columns).order_by(OutboxRow.not_before, OutboxRow.id).limit(HEADS)


def _first_of(*wanted: ColumnElement[bool]) -> Select[tuple[int]]:
    own = CLAIMABLE.where(OutboxRow.recipient == bindparam("recipient"), *wanted)
    return own.with_only_columns(OutboxRow.id).order_by(OutboxRow.id).limit(1)


CLAIMABLE: Final = _free(or_(OutboxRow.not_before <= _NOW, OutboxRow.not_before <= OutboxRow.created_at)).where(
    OutboxRow.state.in_(WAITING_STATES)
)
"""Rows that are due, unclaimed, and behind nothing that is being sent to the same recipient; asked with `Line.instants`.

What was owed for at once is due by every clock: another process's may be a moment behind, and would skip it.
"""
_URGENT: Final = OutboxRow.priority.in_(range(URGENT + 1))
_URGENT_HEADS: Final = _heads(OutboxState.WAITING, _URGENT)
_OTHER_HEADS: Final = tuple(_heads(state) for state in WAITING_STATES)
_FIRST_URGENT_OF: Final = _first_of(_URGENT)
_FIRST_OF: Final = _first_of()
_THIS: Final = CLAIMABLE.where(OutboxRow.id == bindparam("row_id")).with_for_update(skip_locked=True)


@dataclass(frozen=True, slots=True)
class Line:
    """The line at an instant: `now` of the business for what is due, `lease_now` of the claims."""

    session: Session
    now: datetime
    lease_now: datetime

    @property
    def instants(self) -> dict[str, Any]:
        """What `CLAIMABLE` is asked with."""
        return {"now": self.now, "lease_now": self.lease_now}

    def first(self) -> OutboxRow | None:
        """Lock the first row to send; where a turn is changing a row just now, what follows it to that recipient waits too."""
        for first_of, heads in (
            (_FIRST_URGENT_OF, self._heads(_URGENT_HEADS)),
            (_FIRST_OF, self._heads(*_OTHER_HEADS)),
        ):
            for recipient in heads:
                row = self._lock(first_of, recipient)
                if row is not None:
                    return row
        return None

    def _heads(self, *statements: Select[tuple[datetime, int, str]]) -> Iterable[str]:
        """Return whom the longest due messages are for, each once; asked only when somebody looks."""
        heads = [tuple(head) for statement in statements for head in self.session.execute(statement, self.instants)]
        yield from dict.fromkeys(recipient for *_, recipient in sorted(heads))

    def _lock(self, first_of: Select[tuple[int]], recipient: str) -> OutboxRow | None:
        """Lock what a recipient was owed first; None while a turn holds it."""
        row_id = self.session.scalar(first_of, self.instants | {"recipient": recipient})
        if row_id is None:
            return None
        return self.session.scalars(_THIS, self.instants | {"row_id": row_id}).first()
