"""Customers as rows of `customers.csv`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from models.chat import get_setting, put_setting
from models.customer import HIGHEST_ID, Customer, CustomerAlias, Focus, aliases_by_customer, touch_names
from models.register.base import Values, chunks, used_elsewhere

PLAIN: Final = ("id", "name", "industry", "region", "address", "lat", "lng", "source", "grade")
UNKNOWN_SOURCE: Final = "未知来源"


class CustomerRegister:
    """The register of customers; the column `owner` is a person's id, `aliases` a list."""

    kind = "customers"
    title = "客户"

    def current(self, session: Session, ids: Collection[str] | None = None) -> dict[str, dict[str, Any]]:
        """Return customers by id, archived ones too: their ids are taken."""
        aliases = aliases_by_customer(session)
        found = {}
        for customer in session.scalars(select(Customer).order_by(Customer.id)):
            if ids is None or customer.id in ids:
                values = {name: getattr(customer, name) for name in PLAIN}
                values |= {"owner": customer.owner_id or "", "aliases": list(aliases.get(customer.id, ()))}
                found[customer.id] = values
        return found

    def insert(self, session: Session, records: Sequence[Values], *, batch: str, now: datetime) -> list[str]:
        """Add customers; the source of those without one is 未知来源 (C06)."""
        fixed = {
            "batch": batch,
            "created_at": now,
            "updated_at": now,
            "short_name": "",
            "archived": False,
            "details": {},
        }
        rows = [
            fixed
            | {name: record.get(name) if name in {"lat", "lng"} else record.get(name) or "" for name in PLAIN}
            | {"source": record.get("source") or UNKNOWN_SOURCE, "owner_id": record.get("owner") or None}
            for record in records
        ]
        session.execute(insert(Customer), rows)
        aliases = [
            {"customer_id": record["id"], "alias": alias, "created_at": now}
            for record in records
            for alias in record.get("aliases") or ()
        ]
        if aliases:
            session.execute(insert(CustomerAlias), aliases)
        touch_names(session)
        return [str(record["id"]) for record in records]

    def change(self, session: Session, record_id: str, values: Values, *, now: datetime) -> None:
        """Set values of one customer; `aliases` is the whole list afterwards."""
        customer = session.get_one(Customer, record_id)
        for name in PLAIN:
            if name in values and name != "id":
                setattr(customer, name, values[name])
        if "owner" in values:
            customer.owner_id = values["owner"] or None
        if "aliases" in values:
            _set_aliases(session, record_id, values["aliases"], now)
        customer.updated_at = now
        session.flush()
        if {"name", "aliases", "owner"} & set(values):
            touch_names(session)

    def in_use(self, session: Session, ids: Collection[str]) -> set[str]:
        """Return customers with visits, promises, contacts or anything else of their own."""
        return used_elsewhere(session, "customer", ids, own=("customer_alias",))

    def remove(self, session: Session, ids: Collection[str]) -> None:
        """Delete customers; numbers that were given out are not given out again."""
        highest = max((int(id_[1:]) for id_ in ids if id_[:1] == "C" and id_[1:].isdecimal()), default=0)
        put_setting(session, HIGHEST_ID, max(highest, int(get_setting(session, HIGHEST_ID) or 0)))
        for chunk in chunks(ids):
            session.execute(delete(CustomerAlias).where(CustomerAlias.customer_id.in_(chunk)))
            session.execute(delete(Focus).where(Focus.customer_id.in_(chunk)))
            session.execute(delete(Customer).where(Customer.id.in_(chunk)))
        touch_names(session)


def _set_aliases(session: Session, customer_id: str, wanted: Sequence[str], now: datetime) -> None:
    rows = {
        row.alias: row for row in session.scalars(select(CustomerAlias).where(CustomerAlias.customer_id == customer_id))
    }
    for alias in rows.keys() - set(wanted):
        session.delete(rows[alias])
    session.add_all(
        CustomerAlias(customer_id=customer_id, alias=alias, created_at=now) for alias in wanted if alias not in rows
    )


CUSTOMERS: Final = CustomerRegister()
