"""What every register can do: read, add, change and take away its records, as values by column name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.db import Base

Values = Mapping[str, Any]
"""A record as a file has it: column → text, number, list of texts or None."""

CHUNK: Final = 500
"""Bound parameters of one statement; SQLite allows 32,766, old ones 999."""

T = TypeVar("T")


class Register(Protocol):
    """One kind of record. Ids are texts; every method works on many records at once."""

    kind: str
    title: str

    def current(self, session: Session, ids: Collection[str] | None = None) -> dict[str, dict[str, Any]]:
        """Return the values of records by id (all without `ids`)."""

    def insert(self, session: Session, records: Sequence[Values], *, batch: str, now: datetime) -> list[str]:
        """Add records; returns their ids in the same order."""

    def change(self, session: Session, record_id: str, values: Values, *, now: datetime) -> None:
        """Set the values given; the others stay."""

    def in_use(self, session: Session, ids: Collection[str]) -> set[str]:
        """Return the records that something else stands on by now."""

    def remove(self, session: Session, ids: Collection[str]) -> None:
        """Delete records nothing stands on."""


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Cut into lists that fit one statement."""
    waiting = iter(items)
    while chunk := list(islice(waiting, size)):
        yield chunk


def used_elsewhere(session: Session, table: str, ids: Collection[Any], *, own: Collection[str] = ()) -> set[Any]:
    """Return the ids that a foreign key of any table names, tables in `own` left out."""
    found: set[Any] = set()
    for other in Base.metadata.sorted_tables:
        if other.name in own:
            continue
        for key in other.foreign_keys:
            if key.column.table.name == table:
                for chunk in chunks(ids):
                    found.update(session.scalars(select(key.parent).where(key.parent.in_(chunk)).distinct()))
    return found
