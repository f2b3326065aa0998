"""Promises to customers: register, remind, reschedule, close (P01–P05, P15); the drafts before and the answers after."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Select, String, Text, case, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.chat import BigId
from models.db import Base, UtcDateTime
from models.deadline import Deadline, Start, Subject, start_deadline, stop_deadlines
from models.metric import Measured, Ref, Scope, metric
from models.person import Concern, Sight
from models.rules.clock import Clock
from models.rules.escalation import step_due_at
from models.rules.gates import COMMITMENT_GATE, Requirement
from models.rules.workday import WorkCalendar
from models.world import World

SUBJECT = "commitment"


class CommitmentState(StrEnum):
    """Life of a registered promise."""

    OPEN = "open"
    CLOSED = "closed"
    MISSED = "missed"  # its owner said that it will not be kept
    UNDONE = "undone"


class Commitment(Base):
    """A registered promise; `id` is CN-<day>-<number>, never used again (P02)."""

    __tablename__ = "commitment"
    __table_args__ = (
        Index("ix_commitment_owner_id", "owner_id", "due_at"),
        Index("ix_commitment_customer_id", "customer_id", "state"),
        Index("ix_commitment_due_at", "due_at", "state"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    matter: Mapped[str] = mapped_column(String(200))
    said: Mapped[str] = mapped_column(Text, default="")  # the sentence it was read from
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    first_due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(8), default=CommitmentState.OPEN)
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    basis_media: Mapped[str | None] = mapped_column(String(64))
    basis_note: Mapped[str] = mapped_column(String(80), default="")  # number of a recording
    reschedules: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(200), default="")  # why it was moved or will not be kept
    grace_until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # 再给我2小时
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    proof_media: Mapped[str | None] = mapped_column(String(64))
    waybill: Mapped[str] = mapped_column(String(40), default="")

    @property
    def subject(self) -> Subject:
        """What its clock runs for."""
        return Subject(SUBJECT, self.id)

    @property
    def is_complete(self) -> bool:
        """Whether all four elements are there; without a basis it is 「待补依据」 and not fully registered (P01)."""
        return not self.missing

    @property
    def missing(self) -> tuple[Requirement, ...]:
        """What is not there yet of the four elements."""
        have = {"customer": self.customer_id, "matter": self.matter, "due": self.due_at}
        have["basis"] = self.basis_media or self.basis_note
        return COMMITMENT_GATE.missing({name for name, value in have.items() if value})

    @property
    def kept(self) -> bool:
        """Whether it was closed by its (last agreed) time, with something to show for it (P05)."""
        proven = bool(self.proof_media or self.waybill)
        return (
            self.state == CommitmentState.CLOSED
            and proven
            and self.closed_at is not None
            and self.closed_at <= self.due_at
        )


class CommitmentMove(Base):
    """A new time for a promise: asked about, and confirmed (or not) by its owner; the history of its times (P05)."""

    __tablename__ = "commitment_move"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    commitment_id: Mapped[str] = mapped_column(ForeignKey("commitment.id"), index=True)
    old_due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    new_due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said: Mapped[str] = mapped_column(String(60), default="")
    reason: Mapped[str] = mapped_column(String(200), default="")
    consent_media: Mapped[str | None] = mapped_column(String(64))  # the customer's agreement
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone: Mapped[bool] = mapped_column(default=False)


# -- registering -------------------------------------------------------------------------------------------------------


def start_clock(session: Session, clock: Clock, commitment: Commitment, now: datetime, world: World) -> Deadline:
    """Start the reminders of a promise; every start is an occurrence of its own, so undo may start it anew."""
    before = select(func.count()).where(Deadline.subject_kind == SUBJECT, Deadline.subject_id == commitment.id)
    occurrence = str((session.scalar(before) or 0) + 1)
    start = Start(commitment.owner_id, now, target_at=commitment.due_at, occurrence=occurrence)
    return start_deadline(session, clock, commitment.subject, start, world)


def reminders(deadline: Deadline, world: World) -> list[datetime]:
    """Return when the owner will be reminded before the time is up (UTC)."""
    running, around = deadline.running, world.around(deadline.owner_id)
    planned = (step_due_at(running, n, around) for n, step in enumerate(running.clock.steps) if step.reminder)
    return sorted(at for at in planned if at is not None and running.started_at < at < (running.target_at or at))


# -- changing ----------------------------------------------------------------------------------------------------------


def reschedule(session: Session, move: CommitmentMove, *, now: datetime) -> Commitment:
    """Carry out a confirmed move: the clock stops, the count grows by one; the caller starts the new clock."""
    commitment = session.get_one(Commitment, move.commitment_id)
    stop_deadlines(session, commitment.subject, now, "rescheduled")
    move.old_due_at, move.confirmed_at = commitment.due_at, now
    commitment.due_at, commitment.reason, commitment.grace_until = move.new_due_at, move.reason, None
    commitment.reschedules += 1
    session.flush()
    return commitment


def close(session: Session, commitment: Commitment, *, at: datetime) -> None:
    """Close a promise as done at `at`; its clock stops."""
    commitment.state, commitment.closed_at = CommitmentState.CLOSED, at
    stop_deadlines(session, commitment.subject, at, "closed")


def give_up(session: Session, commitment: Commitment, reason: str, *, now: datetime) -> None:
    """Note that a promise will not be kept; its clock stops, it stays in the closing rate as not kept."""
    commitment.state, commitment.reason, commitment.closed_at = CommitmentState.MISSED, reason, now
    stop_deadlines(session, commitment.subject, now, "missed")


def undo_commitment(session: Session, commitment_id: str, now: datetime) -> Commitment | None:
    """Take back the registration of a promise (M10): its clock stops, it leaves the load and the closing rate.

    Returns the promise, or None when there is none or it was taken back before. Its number is not used again.
    """
    commitment = session.get(Commitment, commitment_id)
    if commitment is None or commitment.state == CommitmentState.UNDONE:
        return None
    commitment.state = CommitmentState.UNDONE
    stop_deadlines(session, commitment.subject, now, "undone")
    session.flush()
    return commitment


def undo_reschedule(session: Session, commitment: Commitment, now: datetime) -> CommitmentMove | None:
    """Put back the time before the last move (M10); the caller starts the clock anew. Returns the move that is undone."""
    moves = [move for move in moves_of(session, commitment.id) if not move.undone]
    if not moves:
        return None
    stop_deadlines(session, commitment.subject, now, "undone")
    moves[-1].undone = True
    commitment.due_at, commitment.reschedules = moves[-1].old_due_at, commitment.reschedules - 1
    session.flush()
    return moves[-1]


def undo_close(session: Session, commitment: Commitment) -> None:
    """Open a closed promise again (M10); the caller starts the clock anew."""
    commitment.state, commitment.closed_at, commitment.proof_media, commitment.waybill = (
        CommitmentState.OPEN,
        None,
        None,
        "",
    )
    session.flush()


def moves_of(session: Session, commitment_id: str) -> list[CommitmentMove]:
    """Return the confirmed moves of a promise, the oldest first."""
    query = select(CommitmentMove).where(
        CommitmentMove.commitment_id == commitment_id, CommitmentMove.confirmed_at.is_not(None)
    )
    return list(session.scalars(query.order_by(CommitmentMove.confirmed_at, CommitmentMove.id)))


# -- asking ------------------------------------------------------------------------------------------------------------


def open_of(session: Session, owner_id: str) -> list[Commitment]:
    """Return the open promises of a person, the nearest first."""
    return list(session.scalars(_open().where(Commitment.owner_id == owner_id)))


def open_for_customer(session: Session, customer_id: str, sight: Sight) -> list[Commitment]:
    """Return the open promises to a customer that a viewer may see, the nearest first."""
    return list(session.scalars(_within(_open().where(Commitment.customer_id == customer_id), sight)))


@dataclass(frozen=True, slots=True)
class DueOverview:
    """The promises a morning is about (P15): still due today, overdue, due tomorrow (local days)."""

    today: list[Commitment] = field(default_factory=list)
    overdue: list[Commitment] = field(default_factory=list)
    tomorrow: list[Commitment] = field(default_factory=list)


def due_overview(
    session: Session, owners: Collection[str] | None, now: datetime, calendar: WorkCalendar
) -> DueOverview:
    """Return what `/承诺 今天` and the manager's morning card show, from one query; `owners` None means everybody's (P15)."""
    today = calendar.local_date(now)
    tomorrow, after = (calendar.at(today + timedelta(days=days), time()) for days in (1, 2))
    query = _open().where(Commitment.due_at < after)
    if owners is not None:
        query = query.where(Commitment.owner_id.in_(owners))
    rows = list(session.scalars(query))
    return DueOverview(
        today=[row for row in rows if now <= row.due_at < tomorrow],
        overdue=[row for row in rows if row.due_at < now],
        tomorrow=[row for row in rows if row.due_at >= tomorrow],
    )


def closing_rate(
    session: Session, owners: Collection[str] | None, start: datetime, end: datetime, *, now: datetime | None = None
) -> tuple[list[Commitment], list[Commitment]]:
    """Return (kept, due) of the promises settled in [start, end): closed in time with proof, of all that are due (P05).

    A promise is settled when its time is up, or earlier when it is closed earlier. Open ones count once they are due by
    `now` (default `end`); what was taken back does not count. `owners` None means everybody's.
    """
    by = end if now is None else min(now, end)
    settled = case((Commitment.closed_at < Commitment.due_at, Commitment.closed_at), else_=Commitment.due_at)
    query = select(Commitment).where(settled >= start, settled < end, Commitment.state != CommitmentState.UNDONE)
    if owners is not None:
        query = query.where(Commitment.owner_id.in_(owners))
    rows = session.scalars(query.order_by(Commitment.due_at, Commitment.id))
    due = [row for row in rows if row.due_at <= by or row.state != CommitmentState.OPEN]
    return [row for row in due if row.kept], due


def _open() -> Select[tuple[Commitment]]:
    query = select(Commitment).where(Commitment.state == CommitmentState.OPEN)
    return query.order_by(Commitment.due_at, Commitment.id)


def _within(query: Select[tuple[Commitment]], sight: Sight) -> Select[tuple[Commitment]]:
    owners = sight.owners_for(Concern.COMMITMENT)
    return query if owners is None else query.where(Commitment.owner_id.in_(owners))


@metric(
    "promise_kept",
    title="承诺闭环率",
    rule="P05",
    formula="到期前完成且有凭证的承诺 ÷ 已到期的承诺（撤销的不算）",
    target=0.95,
    warn=0.85,
)
def promise_kept(session: Session, scope: Scope) -> Measured:
    """Measure the share of due promises that were kept (P05)."""
    kept, due = closing_rate(session, scope.owners, scope.start, scope.end)
    refs = {row.id: Ref("commitment", row.id, f"{row.id} {row.matter}") for row in due}
    return Measured(tuple(refs[row.id] for row in kept), tuple(refs.values()))
