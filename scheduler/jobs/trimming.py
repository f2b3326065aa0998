"""Trims what has had its use: handled updates, ended messages, runs of jobs, old questions. Log and records stay for ever.

Ninety days keep the keys far longer than any platform delivers again (a signed callback can be replayed, so at least thirty).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, select, tuple_
from sqlalchemy.orm import Session

from bot.outbox import WAITING_STATES
from models.chat import InboxRow, InboxState, JobRunRow, OutboxRow
from models.commitment_draft import CommitmentDraft
from models.undo import UndoRequest
from scheduler.job import JobTurn, when_due

KEEP: Final = timedelta(days=90)
BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Heap:
    """A table that grows: its key, which is also its order of age, and the instant its rows are counted from."""

    table: Any
    key: tuple[Any, ...]
    at: Any
    ended: tuple[ColumnElement[bool], ...] = ()


HEAPS: Final = (
    Heap(InboxRow, (InboxRow.id,), InboxRow.received_at, (InboxRow.state != InboxState.NEW,)),
    Heap(OutboxRow, (OutboxRow.id,), OutboxRow.created_at, (OutboxRow.state.not_in(WAITING_STATES),)),
    Heap(JobRunRow, (JobRunRow.job, JobRunRow.occurs_at), JobRunRow.ran_at),
    Heap(UndoRequest, (UndoRequest.id,), UndoRequest.asked_at),
    Heap(
        CommitmentDraft, (CommitmentDraft.id,), CommitmentDraft.created_at, (CommitmentDraft.commitment_id.is_(None),)
    ),
)


def next_old_at(session: Session) -> datetime | None:
    """Return when the first row becomes old enough to go; reads one row of each table."""
    firsts = [session.scalar(select(heap.at).where(*heap.ended).order_by(*heap.key).limit(1)) for heap in HEAPS]
    return min((at + KEEP for at in firsts if at is not None), default=None)


@when_due(next_old_at)
def trim(turn: JobTurn) -> None:
    """Delete a batch of old rows of each table."""
    for heap in HEAPS:
        old = select(*heap.key).where(heap.at <= turn.now - KEEP, *heap.ended).order_by(*heap.key).limit(BATCH)
        keys = [tuple(row) for row in turn.session.execute(old)]
        if keys:
            turn.session.execute(delete(heap.table).where(tuple_(*heap.key).in_(keys)))
