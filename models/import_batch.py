"""Imports: the draft that is looked at first, the batch that was written, and how a whole batch is taken back (J8, J12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.chat import BigId, next_number
from models.db import Base, UtcDateTime
from models.register import REGISTERS, Values


class Change(StrEnum):
    """What an import did to a record."""

    NEW = "new"
    CHANGED = "changed"


class DraftState(StrEnum):
    """Life of a file that was sent in chat."""

    READING = "reading"
    READY = "ready"
    DONE = "done"
    DROPPED = "dropped"


class ImportDraft(Base):
    """A file somebody wants imported: what was found in it so far, and what was said about doubtful rows."""

    __tablename__ = "import_draft"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(16))
    media_key: Mapped[str] = mapped_column(String(64))
    file_name: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(8), default=DraftState.READING, index=True)
    compared: Mapped[int] = mapped_column(default=0)
    """Rows up to here have been compared with the customers there are."""
    suspects: Mapped[dict[str, list[str]]] = mapped_column(JSON, default=dict)
    """Row number → ids of customers it may already be."""
    decisions: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """Row number → the id it is, or `new`."""
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    """What the person was shown; other counts are shown again before anything is written."""
    batch_id: Mapped[str | None] = mapped_column(String(24))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ImportBatch(Base):
    """One import that was carried out; `id` is IM-<day>-<number>."""

    __tablename__ = "import_batch"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    by_person_id: Mapped[str | None] = mapped_column(String(64))
    file_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ImportChange(Base):
    """What a batch did to one record: the values before and after, by column; only those it touched."""

    __tablename__ = "import_change"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("import_batch.id"), index=True)
    record_id: Mapped[str] = mapped_column(String(64))
    change: Mapped[str] = mapped_column(String(8))
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


@dataclass(frozen=True, slots=True)
class Edit:
    """A record that is there already, and the values it is to get."""

    record_id: str
    before: Values
    after: Values


@dataclass(frozen=True, slots=True)
class Order:
    """What a batch is to write."""

    kind: str
    file_name: str
    new: Sequence[Values]
    edits: Sequence[Edit]
    counts: dict[str, int] = field(default_factory=dict)
    by_person_id: str | None = None


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What taking a batch back does: records deleted, records put back, records somebody has touched since."""

    batch: ImportBatch
    remove: tuple[str, ...]
    restore: tuple[ImportChange, ...]
    kept: tuple[str, ...]


def write_batch(session: Session, order: Order, *, now: datetime, day: date) -> ImportBatch:
    """Write new and changed records under the next number of the local `day`; the caller's transaction commits."""
    register = REGISTERS[order.kind]
    number = next_number(session, "IM", f"{day:%Y%m%d}", width=2)
    batch = ImportBatch(
        id=number, kind=order.kind, by_person_id=order.by_person_id, file_name=order.file_name[:200], at=now,
        counts=order.counts,
    )  # fmt: skip
    session.add(batch)
    session.flush()
    ids = register.insert(session, order.new, batch=number, now=now) if order.new else []
    for edit in order.edits:
        register.change(session, edit.record_id, edit.after, now=now)
    written = register.current(session, set(ids))
    rows = [_change(number, Change.NEW, id_, {}, written[id_]) for id_ in ids]
    rows += [_change(number, Change.CHANGED, edit.record_id, edit.before, edit.after) for edit in order.edits]
    if rows:
        session.execute(insert(ImportChange), rows)
    return batch


def _change(batch: str, change: Change, record_id: str, before: Values, after: Values) -> dict[str, Any]:
    values = {"before": dict(before), "after": dict(after)}
    return {"batch_id": batch, "record_id": record_id, "change": change} | values


def find_batch(session: Session, said: str) -> ImportBatch | None:
    """Return a batch by its number, however it is written; without a number the newest that is not undone."""
    wanted = said.strip().upper()
    if wanted:
        return session.get(ImportBatch, wanted)
    query = (
        select(ImportBatch)
        .where(ImportBatch.undone_at.is_(None))
        .order_by(ImportBatch.at.desc(), ImportBatch.id.desc())
    )
    return session.scalars(query.limit(1)).first()


def plan_undo(session: Session, batch: ImportBatch) -> UndoPlan:
    """Say what undoing a batch would do; a record that was edited or used since stays as it is."""
    register = REGISTERS[batch.kind]
    changes = session.scalars(
        select(ImportChange).where(ImportChange.batch_id == batch.id).order_by(ImportChange.id)
    ).all()
    now = register.current(session, {change.record_id for change in changes})
    untouched = [c for c in changes if c.record_id in now and _same(now[c.record_id], c.after)]
    new = {c.record_id for c in untouched if c.change == Change.NEW}
    remove = new - register.in_use(session, new)
    restore = [c for c in untouched if c.change == Change.CHANGED]
    gone = remove | {c.record_id for c in restore}
    kept = tuple(c.record_id for c in changes if c.record_id not in gone and c.record_id in now)
    return UndoPlan(batch, tuple(sorted(remove)), tuple(restore), kept)


def _same(now: Values, after: Values) -> bool:
    return all(_plain(now.get(column)) == _plain(value) for column, value in after.items())


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value if value is not None else ""


def undo_batch(session: Session, plan: UndoPlan, *, now: datetime) -> None:
    """Carry out an undo; the batch keeps its number and the record of what it did."""
    register = REGISTERS[plan.batch.kind]
    for change in plan.restore:
        register.change(session, change.record_id, change.before, now=now)
    if plan.remove:
        register.remove(session, plan.remove)
    plan.batch.undone_at = now
    session.flush()


def drafts_being_read(session: Session) -> datetime | None:
    """Return since when the oldest draft waits to be read, if any."""
    return session.scalar(select(func.min(ImportDraft.created_at)).where(ImportDraft.state == DraftState.READING))
