"""Requirement lists a customer confirmed; the boundary statement of a proposal quotes their number and date (P04)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.chat import next_number
from models.db import Base, UtcDateTime


class RequirementList(Base):
    """What a customer confirmed as wanted; `id` is XQ-<day>-<number>. A newer list of a customer replaces the older."""

    __tablename__ = "requirement_list"
    __table_args__ = (Index("ix_requirement_list_customer_id", "customer_id", "confirmed_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text, default="")
    media_key: Mapped[str | None] = mapped_column(String(64))
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone: Mapped[bool] = mapped_column(default=False)


def lists_of(session: Session, customer_id: str) -> list[RequirementList]:
    """Return the requirement lists of a customer, the newest first."""
    query = select(RequirementList).where(RequirementList.customer_id == customer_id, RequirementList.undone.is_(False))
    return list(session.scalars(query.order_by(RequirementList.confirmed_at.desc(), RequirementList.version.desc())))


def record_list(session: Session, made: RequirementList, day: date) -> RequirementList:
    """Store a newly confirmed list under the next number of the local `day`; versions count up per customer."""
    older = lists_of(session, made.customer_id)
    made.id = next_number(session, "XQ", f"{day:%Y%m%d}")
    made.version = older[0].version + 1 if older else 1
    session.add(made)
    session.flush()
    return made
