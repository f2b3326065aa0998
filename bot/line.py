"""The line of messages that wait to be sent: who is next, found by short looks into indexes, however many wait.

Urgent before others, the longest due first, each recipient's in the order they were owed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from bot.outbox import URGENT, WAITING_STATES
from models.chat import OutboxRow, OutboxState

HEADS: Final = 50
"""Rows looked at for one whose recipient is free."""
_URGENT: Final = OutboxRow.priority.in_(range(URGENT + 1))


@dataclass(frozen=True, slots=True)
class Line:
    """The line at an instant: `now` of the business for what is due, `lease_now` of the claims."""

    session: Session
    now: datetime
    lease_now: datetime

    def first(self) -> OutboxRow | None:
        """Lock the first row to send; where a turn is changing a row just now, what follows it to that recipient waits too."""
        for wanted, heads in ((_URGENT, self._urgent()), (None, self._others())):
            for recipient in dict.fromkeys(heads):
                row = self._first_of(recipient, wanted)
                if row is not None:
                    return row
        return None

    def claimable(self) -> Select[tuple[OutboxRow]]:
        """Return rows that are due, unclaimed, and behind nothing that is being sent to the same recipient.

        What was owed for at once is due by every clock: another process's may be a moment behind, and would skip it.
        """
        reached = or_(OutboxRow.not_before <= self.now, OutboxRow.not_before <= OutboxRow.created_at)
        return self._free(reached).where(OutboxRow.state.in_(WAITING_STATES))

    def _free(self, reached: ColumnElement[bool]) -> Select[tuple[OutboxRow]]:
        busy = aliased(OutboxRow)
        in_flight = exists().where(
            and_(
                busy.recipient == OutboxRow.recipient, busy.id < OutboxRow.id, busy.state.in_(WAITING_STATES),
                busy.claimed_until > self.lease_now,
            )
        )  # fmt: skip
        free = or_(OutboxRow.claimed_until.is_(None), OutboxRow.claimed_until <= self.lease_now)
        return select(OutboxRow).where(reached, free, ~in_flight)

    def _urgent(self) -> Iterable[str]:
        return (recipient for *_, recipient in self._heads(OutboxState.WAITING, _URGENT))

    def _others(self) -> Iterable[str]:
        heads = [head for state in WAITING_STATES for head in self._heads(state)]
        return (recipient for *_, recipient in sorted(heads))

    def _heads(self, state: OutboxState, *wanted: ColumnElement[bool]) -> list[tuple[datetime, int, str]]:
        columns = (OutboxRow.not_before, OutboxRow.id, OutboxRow.recipient)
        due = self._free(OutboxRow.not_before <= self.now).where(OutboxRow.state == state, *wanted)
        ordered = due.with_only_columns(*columns).order_by(OutboxRow.not_before, OutboxRow.id).limit(HEADS)
        return [(not_before, row_id, recipient) for not_before, row_id, recipient in self.session.execute(ordered)]

    def _first_of(self, recipient: str, wanted: ColumnElement[bool] | None) -> OutboxRow | None:
        """Lock what a recipient was owed first; None while a turn holds it."""
        own = self.claimable().where(OutboxRow.recipient == recipient)
        own = own if wanted is None else own.where(wanted)
        row_id = self.session.scalar(own.with_only_columns(OutboxRow.id).order_by(OutboxRow.id).limit(1))
        this = self.claimable().where(OutboxRow.id == row_id)
        return self.session.scalars(this.with_for_update(skip_locked=True)).first()
