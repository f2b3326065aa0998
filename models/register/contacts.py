"""Contacts as rows of `contacts.csv`; the column `customer` is a customer's id."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from models.customer import Contact
from models.register.base import Values, chunks, used_elsewhere

PLAIN: Final = ("name", "title", "role", "mobile")


class ContactRegister:
    """The register of people at customers; ids are our row numbers."""

    kind = "contacts"
    title = "联系人"

    def current(self, session: Session, ids: Collection[str] | None = None) -> dict[str, dict[str, Any]]:
        """Return contacts by id."""
        rows = session.scalars(select(Contact).order_by(Contact.id))
        return {
            str(row.id): {"customer": row.customer_id} | {name: getattr(row, name) for name in PLAIN}
            for row in rows
            if ids is None or str(row.id) in ids
        }

    def insert(self, session: Session, records: Sequence[Values], *, batch: str, now: datetime) -> list[str]:
        """Add contacts."""
        fixed = {"batch": batch, "created_at": now, "left": False}
        rows = [
            fixed | {"customer_id": record["customer"]} | {name: record.get(name) or "" for name in PLAIN}
            for record in records
        ]
        made = session.scalars(insert(Contact).returning(Contact.id, sort_by_parameter_order=True), rows)
        return [str(id_) for id_ in made]

    def change(self, session: Session, record_id: str, values: Values, *, now: datetime) -> None:  # noqa: ARG002  # the protocol's
        """Set values of one contact."""
        contact = session.get_one(Contact, int(record_id))
        for name in PLAIN:
            if name in values:
                setattr(contact, name, values[name])
        session.flush()

    def in_use(self, session: Session, ids: Collection[str]) -> set[str]:
        """Return contacts a promise or another record names."""
        return {str(id_) for id_ in used_elsewhere(session, "contact", [int(id_) for id_ in ids])}

    def remove(self, session: Session, ids: Collection[str]) -> None:
        """Delete contacts."""
        for chunk in chunks(int(id_) for id_ in ids):
            session.execute(delete(Contact).where(Contact.id.in_(chunk)))


CONTACTS: Final = ContactRegister()
