"""Customers, contacts and the names people call them by (C04: five names, one customer)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import JSON, Float, ForeignKey, Index, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.chat import BigId, get_setting, put_setting
from models.db import Base, UtcDateTime
from models.person import Concern, Sight

NAMES_VERSION = "customer_names_version"
"""Setting that grows with every change of a name, so that the index of each process knows when to refresh."""

HIGHEST_ID = "customer_highest_id"
"""Setting with the highest number that was ever taken away again; ids are never used twice."""

EARTH_RADIUS_M = 6_371_000
FOCUS_FOR = timedelta(minutes=30)


class Customer(Base):
    """A customer; `id` looks like C1023 and is never used again."""

    __tablename__ = "customer"
    __table_args__ = (Index("ix_customer_owner_id", "owner_id"), Index("ix_customer_name", "name"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    short_name: Mapped[str] = mapped_column(String(64), default="")  # what reps call it; shown in chat
    industry: Mapped[str] = mapped_column(String(64), default="")
    region: Mapped[str] = mapped_column(String(64), default="")
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    address: Mapped[str] = mapped_column(String(300), default="")
    lat: Mapped[float | None] = mapped_column(Float)  # GCJ-02, as both platforms send
    lng: Mapped[float | None] = mapped_column(Float)
    source: Mapped[str] = mapped_column(String(32), default="未知来源")  # C06
    grade: Mapped[str] = mapped_column(String(8), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    batch: Mapped[str | None] = mapped_column(String(40))  # import that made it
    archived: Mapped[bool] = mapped_column(default=False)
    details: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)

    @property
    def label(self) -> str:
        """The name shown in chat."""
        return self.short_name or self.name


class CustomerAlias(Base):
    """Another name of a customer, confirmed by a person or imported."""

    __tablename__ = "customer_alias"
    __table_args__ = (UniqueConstraint("customer_id", "alias"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"), index=True)
    alias: Mapped[str] = mapped_column(String(100))
    by_person_id: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Contact(Base):
    """A person at a customer."""

    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(64), default="")
    role: Mapped[str] = mapped_column(String(32), default="")  # C13: 采购负责人, 技术评估人, 终审人, 财务
    mobile: Mapped[str] = mapped_column(String(32), default="")
    left: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    batch: Mapped[str | None] = mapped_column(String(40))


def contacts_of(session: Session, customer_id: str) -> list[Contact]:
    """Return who still works at a customer, in the order they were added."""
    query = select(Contact).where(Contact.customer_id == customer_id, Contact.left.is_(False)).order_by(Contact.id)
    return list(session.scalars(query))


def customers_in_sight(session: Session, sight: Sight) -> list[Customer]:
    """Return the customers a viewer may see."""
    query = select(Customer).where(Customer.archived.is_(False)).order_by(Customer.id)
    owners = sight.owners_for(Concern.CUSTOMER)
    if owners is not None:
        query = query.where(Customer.owner_id.in_(owners))
    return list(session.scalars(query))


def next_customer_id(session: Session) -> str:
    """Return the next free customer code (C1001 …)."""
    taken = (int(id_[1:]) for id_ in session.scalars(select(Customer.id)) if id_[:1] == "C" and id_[1:].isdecimal())
    highest = max(max(taken, default=1000), int(get_setting(session, HIGHEST_ID) or 0))
    return f"C{highest + 1}"


def add_alias(
    session: Session, customer_id: str, alias: str, *, now: datetime, by_person_id: str | None = None
) -> None:
    """Remember that people call a customer `alias`; knowing it already is fine."""
    exists = select(CustomerAlias.id).where(CustomerAlias.customer_id == customer_id, CustomerAlias.alias == alias)
    if session.scalar(exists) is None:
        session.add(CustomerAlias(customer_id=customer_id, alias=alias, by_person_id=by_person_id, created_at=now))
        touch_names(session)


def touch_names(session: Session) -> int:
    """Note that a customer's name changed; returns the new version."""
    version = int(get_setting(session, NAMES_VERSION) or 0) + 1
    put_setting(session, NAMES_VERSION, version)
    return version


def names_version(session: Session) -> tuple[int, int]:
    """Return what an index compares to know whether it is fresh."""
    return int(get_setting(session, NAMES_VERSION) or 0), session.scalar(select(func.count(Customer.id))) or 0


def aliases_by_customer(session: Session, ids: Iterable[str] | None = None) -> dict[str, list[str]]:
    """Return the aliases of customers (all of them without `ids`)."""
    query = select(CustomerAlias.customer_id, CustomerAlias.alias).order_by(CustomerAlias.id)
    if ids is not None:
        query = query.where(CustomerAlias.customer_id.in_(list(ids)))
    found: dict[str, list[str]] = {}
    for customer_id, alias in session.execute(query):
        found.setdefault(customer_id, []).append(alias)
    return found


def distance_m(lat: float, lng: float, other_lat: float, other_lng: float) -> float:
    """Return the great-circle distance in metres between two points of one coordinate system (V02)."""
    p, q = math.radians(lat), math.radians(other_lat)
    half = math.sin((q - p) / 2) ** 2
    half += math.cos(p) * math.cos(q) * math.sin(math.radians(other_lng - lng) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(half))


class Focus(Base):
    """The customer a person last spoke of; "他们" and "王总" mean him for half an hour."""

    __tablename__ = "focus"

    person_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    customer_id: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def set_focus(session: Session, person_id: str, customer_id: str, now: datetime) -> None:
    """Note which customer a person is speaking of."""
    row = session.get(Focus, person_id)
    if row is None:
        session.add(Focus(person_id=person_id, customer_id=customer_id, at=now))
    else:
        row.customer_id, row.at = customer_id, now
    session.flush()


def focus_of(session: Session, person_id: str, now: datetime) -> str | None:
    """Return the customer a person spoke of in the last 30 minutes."""
    row = session.get(Focus, person_id)
    return row.customer_id if row and now - row.at <= FOCUS_FOR else None
