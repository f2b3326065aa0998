"""The line of messages that wait to be sent: who is next, found by short looks into indexes, however many wait.

Urgent before others, the longest due first, each recipient's in the order they were owed. The statements are built once: they are
asked for every message, and building one costs ten times as much as asking it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, literal, or_, select, union_all
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


def _heads(state: OutboxState, *wanted: ColumnElement[bool]) -> Select[tuple[bool, datetime, int, str]]:
    columns = (literal(not wanted).label("later"), OutboxRow.not_before, OutboxRow.id, OutboxRow.recipient)
    due = _free(OutboxRow.not_before <= _NOW).where(OutboxRow.state == state, *wanted)
    longest = due.with_only_columns(*columns).order_by(OutboxRow.not_before, OutboxRow.id).limit(HEADS)
    return select(longest.subquery())  # a part of a union may have no LIMIT of its own everywhere


def _first_of(*wanted: ColumnElement[bool]) -> Select[tuple[OutboxRow]]:
    own = CLAIMABLE.where(OutboxRow.recipient == bindparam("recipient"), *wanted)
    first = own.with_only_columns(OutboxRow.id).order_by(OutboxRow.id).limit(1).scalar_subquery()
    return CLAIMABLE.where(OutboxRow.id == first).with_for_update(skip_locked=True)


CLAIMABLE: Final = _free(or_(OutboxRow.not_before <= _NOW, OutboxRow.not_before <= OutboxRow.created_at)).where(
    OutboxRow.state.in_(WAITING_STATES)
)
"""Rows that are due, unclaimed, and behind nothing that is being sent to the same recipient; asked with `Line.instants`.

What was owed for at once is due by every clock: another process's may be a moment behind, and would skip it.
"""
_URGENT: Final = OutboxRow.priority.in_(range(URGENT + 1))
_HEADS: Final = union_all(_heads(OutboxState.WAITING, _URGENT), *(_heads(state) for state in WAITING_STATES))
_FIRST_OF: Final = {False: _first_of(_URGENT), True: _first_of()}
"""By whether it may be one that is not urgent."""


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

    def first(self) -> tuple[OutboxRow | None, bool]:
        """Lock the first row to send, and say whether others wait too.

        Where a turn is changing a row just now, what follows it to that recipient waits.
        """
        heads = sorted(tuple(head) for head in self.session.execute(_HEADS, self.instants))
        more = len({row_id for _, _, row_id, _ in heads}) > 1
        for later, recipient in dict.fromkeys((later, recipient) for later, *_, recipient in heads):
            asked = self.instants | {"recipient": recipient}
            row = self.session.scalars(_FIRST_OF[bool(later)], asked).first()
            if row is not None:
                return row, more
        return None, False
