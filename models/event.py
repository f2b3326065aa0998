"""The event log: append-only and hash-chained. Undo, audit, `/口径` and "who looked at me" read it.

The chain binds a salted hash of an event's data and not the data itself, so that what an event says about a person can be erased
(PIPL article 47) while the chain still proves that it was there, unchanged, and by whose order it went.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from secrets import token_hex
from typing import Any, Final

from sqlalchemy import JSON, Index, String, event, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.chat import BigId
from models.db import Base, UtcDateTime, one_at_a_time

GENESIS: Final = "0" * 64
ERASED: Final = "person.erased"
"""Kind of the event that says whose data went; `data["events"]` are the ids of the entries that were emptied."""
PAGE: Final = 1_000
_CHAIN_LOCK: Final = 7_001  # PostgreSQL advisory lock: the chain grows one transaction at a time


class Event(Base):
    """A fact: who did what to which record, when. Never changed, never deleted; only `erase` empties its data and salt."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_subject", "subject_kind", "subject_id"),
        Index("ix_event_kind_at", "kind", "at"),
        Index("ix_event_actor_id", "actor_id", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[str | None] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(64))
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[str] = mapped_column(String(64))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    salt: Mapped[str] = mapped_column(String(32))
    data_hash: Mapped[str] = mapped_column(String(64))
    cause: Mapped[str | None] = mapped_column(String(200))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


_COLUMNS: Final = tuple(column.name for column in Event.__table__.columns if column.name != "id")


@dataclass(frozen=True, slots=True)
class Fact:
    """What an entry of the log says; `data` is JSON."""

    kind: str
    subject_kind: str
    subject_id: str
    at: datetime
    actor_id: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry at which the chain does not hold."""

    id: int
    reason: str


def record(  # noqa: PLR0913  # one column each; all but three have a default
    session: Session,
    kind: str,
    subject_kind: str,
    subject_id: str,
    *,
    at: datetime,
    actor_id: str | None = None,
    data: Mapping[str, Any] | None = None,
    cause: str | None = None,
) -> Event:
    """Append a fact to the log and return it; `data` is JSON."""
    entry = _entry(Fact(kind, subject_kind, subject_id, at, actor_id, data or {}, cause), _tip(session))
    session.add(entry)
    session.flush()
    return entry


def record_all(session: Session, facts: Iterable[Fact]) -> None:
    """Append facts in their order, with one statement for all of them."""
    entries: list[Event] = []
    for fact in facts:
        entries.append(_entry(fact, entries[-1].hash if entries else _tip(session)))
    if entries:
        session.execute(insert(Event), [{name: getattr(entry, name) for name in _COLUMNS} for entry in entries])


def _tip(session: Session) -> str:
    """Return the hash the next entry follows; on PostgreSQL nobody else appends until we have committed."""
    one_at_a_time(session, _CHAIN_LOCK)
    return session.scalar(select(Event.hash).order_by(Event.id.desc()).limit(1)) or GENESIS


def _entry(fact: Fact, previous: str) -> Event:
    entry = Event(
        at=fact.at, actor_id=fact.actor_id, kind=fact.kind, subject_kind=fact.subject_kind, subject_id=fact.subject_id,
        data=dict(fact.data), salt=token_hex(16), cause=fact.cause, previous=previous,
    )  # fmt: skip
    entry.data_hash = _data_hash(entry)
    entry.hash = digest(entry)
    return entry


def digest(entry: Event) -> str:
    """Return the hash that binds an entry to its content and to the entry before it."""
    facts = [
        entry.previous, entry.at.isoformat(), entry.actor_id, entry.kind, entry.subject_kind, entry.subject_id,
        entry.data_hash, entry.cause,
    ]  # fmt: skip
    return sha256(json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _data_hash(entry: Event) -> str:
    said = json.dumps(entry.data, ensure_ascii=False, sort_keys=True)
    return sha256(f"{entry.salt}:{said}".encode()).hexdigest()


def verify(session: Session) -> Broken | None:
    """Walk the whole chain; return the first broken entry or None. An emptied entry needs the event that ordered it."""
    return _first_broken(_all_entries(session), _erased_ids(session))


def _all_entries(session: Session) -> Iterator[Event]:
    """Give the entries in their order, a page at a time, and keep none."""
    last = 0
    while page := session.scalars(select(Event).where(Event.id > last).order_by(Event.id).limit(PAGE)).all():
        yield from page
        last = page[-1].id


def _first_broken(entries: Iterable[Event], erased: set[int]) -> Broken | None:
    previous = GENESIS
    for entry in entries:
        if entry.previous != previous:
            return Broken(entry.id, "does not follow the entry before it")
        if entry.hash != digest(entry):
            return Broken(entry.id, "content does not match its hash")
        if entry.salt and entry.data_hash != _data_hash(entry):
            return Broken(entry.id, "data does not match its hash")
        if not entry.salt and (entry.data or entry.id not in erased):
            return Broken(entry.id, "data was taken away without an order")
        previous = entry.hash
    return None


def _erased_ids(session: Session) -> set[int]:
    orders = session.scalars(select(Event).where(Event.kind == ERASED))
    return {number for order in orders for number in order.data.get("events", ()) if number < order.id}


def erase(session: Session, ids: Collection[int]) -> None:
    """Empty the data of entries; the caller records an `ERASED` event with these ids in the same transaction."""
    for some in _portions(sorted(ids)):
        session.execute(update(Event.__table__).where(Event.id.in_(some)).values(data={}, salt=""))  # type: ignore[arg-type]
    session.expire_all()


def _portions(ids: list[int], size: int = 500) -> Iterator[list[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def history(session: Session, subject_kind: str, subject_id: str) -> list[Event]:
    """Return everything recorded about a subject, oldest first."""
    query = select(Event).where(Event.subject_kind == subject_kind, Event.subject_id == subject_id)
    return list(session.scalars(query.order_by(Event.id)))


def _refuse(*_: Any) -> None:
    raise RuntimeError("the event log is append-only")


event.listen(Event, "before_update", _refuse)
event.listen(Event, "before_delete", _refuse)
