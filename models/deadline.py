"""Deadlines: clocks that run for a subject. The row is the truth; the scheduler only looks which are due.

`snapshot` holds the whole pure state (`models.rules.running.Running`) with the chain it was started with; the other columns are
copies of it to search by, written only by `_store`. Every change goes through row lock and version, so two schedulers, or a
scheduler and a person, never take the same step twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import Index, Select, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import db
from models.chat import BigId
from models.db import Base, UtcDateTime
from models.rules.clock import Clock
from models.rules.escalation import Firing, next_due, take
from models.rules.running import Running, reopen, stop
from models.world import World

_FIRING_LOCK: Final = 7_003
RUNNING_JSON: Final = TypeAdapter(Running)

Effect = Callable[[Session, "Deadline", Firing], None]
EFFECTS: Final[dict[str, Effect]] = {}
"""What a step changes besides writing to people, by the name the catalogue gives it."""


def effect(name: str) -> Callable[[Effect], Effect]:
    """Register what a step's effect does, beside the table it changes: `@effect("mark_waiting")` in models/lead.py."""

    def register(function: Effect) -> Effect:
        other = EFFECTS.setdefault(name, function)
        if other is not function:
            raise ValueError(f"effect {name}: defined in {other.__module__} and {function.__module__}")
        return function

    return register


@dataclass(frozen=True, slots=True)
class Subject:
    """What a clock runs for: a kind of record and its number."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


class Deadline(Base):
    """One running (or ended) clock of one subject."""

    __tablename__ = "deadline"
    __table_args__ = (
        Index("ix_deadline_subject", "subject_kind", "subject_id"),
        Index("ix_deadline_owner_id", "owner_id", "stopped_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    clock: Mapped[str] = mapped_column(String(64))
    rule: Mapped[str] = mapped_column(String(64))
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[str] = mapped_column(String(64))
    owner_id: Mapped[str] = mapped_column(String(64))
    submitter_id: Mapped[str | None] = mapped_column(String(64))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    round: Mapped[int]
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stop_reason: Mapped[str | None] = mapped_column(String(64))
    snapshot: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # read once, by the mapper

    @property
    def subject(self) -> Subject:
        """What it runs for."""
        return Subject(self.subject_kind, self.subject_id)

    @property
    def running(self) -> Running:
        """The pure state."""
        return RUNNING_JSON.validate_json(self.snapshot)


@dataclass(frozen=True, slots=True)
class Start:
    """How a clock begins: whose it is, when (UTC), who submitted, what instant was promised, which occurrence it is."""

    owner_id: str
    at: datetime
    submitter_id: str | None = None
    target_at: datetime | None = None
    occurrence: str = "1"


def start_deadline(session: Session, clock: Clock, subject: Subject, start: Start, world: World) -> Deadline:
    """Start a clock and return its row; the same clock, subject and occurrence again changes nothing."""
    key = f"{clock.name}:{subject}:{start.occurrence}"
    existing = session.scalars(select(Deadline).where(Deadline.key == key)).one_or_none()
    if existing:
        return existing
    running = Running(key, clock, start.at, start.owner_id, start.submitter_id, start.target_at)
    deadline = Deadline(
        key=key,
        clock=clock.name,
        rule=" ".join(clock.rules),
        subject_kind=subject.kind,
        subject_id=subject.id,
    )
    _store(deadline, running, world)
    session.add(deadline)
    session.flush()
    return deadline


def deadlines_of(session: Session, subject: Subject, clocks: Iterable[str] = ()) -> list[Deadline]:
    """Return what still runs for a subject (only the named clocks, if any are named), locked for this transaction."""
    query = select(Deadline).where(
        Deadline.subject_kind == subject.kind, Deadline.subject_id == subject.id, Deadline.stopped_at.is_(None)
    )
    names = list(clocks)
    if names:
        query = query.where(Deadline.clock.in_(names))
    return _locked(session, query.order_by(Deadline.id))


def running_of_owner(session: Session, owner_id: str) -> list[Deadline]:
    """Return everything that runs for a person, locked for this transaction: for leave, hand-over and /我的."""
    query = select(Deadline).where(Deadline.owner_id == owner_id, Deadline.stopped_at.is_(None))
    return _locked(session, query.order_by(Deadline.next_at, Deadline.id))


def stop_deadlines(
    session: Session, subject: Subject, at: datetime, reason: str, clocks: Iterable[str] = ()
) -> list[Deadline]:
    """Stop what runs for a subject because it was handled at `at`, the platform's time of the action.

    Returns the stopped rows; `retracted(row.running)` names steps that had fired although it was handled in time.
    """
    stopped = deadlines_of(session, subject, clocks)
    for deadline in stopped:
        _store(deadline, stop(deadline.running, at, reason), None)
    session.flush()
    return stopped


def reopen_deadline(session: Session, subject: Subject, reason: str, world: World) -> Deadline | None:
    """Let what was last stopped for `reason` run on, because that was taken back (M10); returns the row, if there is one."""
    query = select(Deadline).where(
        Deadline.subject_kind == subject.kind, Deadline.subject_id == subject.id, Deadline.stop_reason == reason
    )
    for deadline in _locked(session, query.order_by(Deadline.id.desc()).limit(1)):
        _store(deadline, reopen(deadline.running), world)
        session.flush()
        return deadline
    return None


def change_deadline(
    session: Session, deadline: Deadline, change: Callable[[Running], Running], world: World
) -> Deadline:
    """Apply an operation of `models.rules.running` (acknowledge, snooze, pause, restart …) and plan anew."""
    _store(deadline, change(deadline.running), world)
    session.flush()
    return deadline


def due_deadlines(session: Session, before: datetime, limit: int = 500) -> list[Deadline]:
    """Return rows that are due by `before`, the longest overdue first; rows another scheduler holds are left to it."""
    query = select(Deadline).where(Deadline.next_at <= before).order_by(Deadline.next_at, Deadline.id).limit(limit)
    return _locked(session, query, skip_locked=True)


def companions_of(session: Session, deadline: Deadline) -> list[Deadline]:
    """Return the later rows of the same clock and instant, when its steps share cards: one card must name them all."""
    if not any(step.merge for step in deadline.running.clock.steps):
        return []
    query = select(Deadline).where(
        Deadline.next_at == deadline.next_at, Deadline.clock == deadline.clock, Deadline.id > deadline.id
    )
    return _locked(session, query.order_by(Deadline.id), skip_locked=True)


def one_at_a_time(session: Session) -> None:
    """Let one scheduler fire at a time, so that two never split one shared card (PostgreSQL; SQLite has one writer)."""
    db.one_at_a_time(session, _FIRING_LOCK)


def take_step(
    session: Session, deadline: Deadline, now: datetime, world: World, *, flush: bool = True
) -> Firing | None:
    """Take one due step of a row, in the caller's transaction; None when nothing is left that is due.

    Without `flush` the row is written with the others of a batch, when the caller flushes.
    """
    if deadline.next_at is None or deadline.next_at > now:
        return None
    running, firing = take(deadline.running, now, world.around(deadline.owner_id), world.team)
    _store(deadline, running, world)
    if flush:
        session.flush()
    return firing


def postpone(session: Session, deadline: Deadline, until_at: datetime) -> None:
    """Look at a row again later, because its step could not be carried out; the step itself stays due."""
    deadline.next_at = until_at
    session.flush()


def next_due_at(session: Session) -> datetime | None:
    """Return when the next row falls due, for a clock that is moved by hand and for the lag gauge."""
    return session.scalar(select(func.min(Deadline.next_at)))


def reschedule(session: Session, world: World, owner_id: str | None = None) -> int:
    """Plan running rows anew because leave or the calendar changed; returns how many moved."""
    query = select(Deadline).where(Deadline.stopped_at.is_(None))
    if owner_id is not None:
        query = query.where(Deadline.owner_id == owner_id)
    moved = 0
    for deadline in _locked(session, query.order_by(Deadline.id)):
        before = deadline.next_at
        _store(deadline, deadline.running, world)
        moved += deadline.next_at != before
    session.flush()
    return moved


def hand_over(session: Session, deadlines: Sequence[Deadline], to_id: str, world: World) -> None:
    """Give running clocks to another owner; the time that has run stays run (S4)."""
    for deadline in deadlines:
        _store(deadline, replace(deadline.running, owner_id=to_id), world)
    session.flush()


def _locked(session: Session, query: Select[tuple[Deadline]], *, skip_locked: bool = False) -> list[Deadline]:
    """Run a query so that the rows are current and nobody else changes them before we commit (PostgreSQL; SQLite has one writer)."""
    locked = query.with_for_update(skip_locked=skip_locked).execution_options(populate_existing=True)
    return list(session.scalars(locked))


def _store(deadline: Deadline, running: Running, world: World | None) -> None:
    """Write the state and its copies; `world` is needed unless the clock has stopped."""
    item = None
    if not running.stopped_at:
        assert world is not None
        item = next_due(running, world.around(running.owner_id))
    deadline.snapshot = RUNNING_JSON.dump_json(running).decode()
    deadline.owner_id, deadline.submitter_id = running.owner_id, running.submitter_id
    deadline.started_at, deadline.round = running.started_at, running.round
    deadline.acknowledged_at = running.acknowledged_at
    deadline.stopped_at, deadline.stop_reason = running.stopped_at, running.stop_reason
    deadline.next_at = item.fire_at if item else None
