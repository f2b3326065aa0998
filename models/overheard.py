"""Promises overheard in notes that nobody registered (M8): asked about once, counted for the report of P10."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.chat import BigId
from models.db import Base, UtcDateTime


class OverheardState(StrEnum):
    """What became of the question."""

    ASKED = "asked"
    REGISTERED = "registered"
    NOT_A_PROMISE = "not"


class Overheard(Base):
    """A sentence that looks like a promise; the same sentence of the same person about the same customer is one row."""

    __tablename__ = "overheard_promise"
    __table_args__ = (
        UniqueConstraint("person_id", "customer_id", "sentence_key"),
        Index("ix_overheard_promise_state_at", "state", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    sentence: Mapped[str] = mapped_column(String(300))
    sentence_key: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(60))  # "visit:V-20261116-004"
    state: Mapped[str] = mapped_column(String(12), default=OverheardState.ASKED)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def overhear(
    session: Session, *, person_id: str, customer_id: str, sentence: str, source: str, now: datetime
) -> Overheard | None:
    """Note a sentence to ask about; None when it was asked about before."""
    key = sha256(re.sub(r"[\W_]+", "", sentence).encode()).hexdigest()
    known = select(Overheard.id).where(
        Overheard.person_id == person_id, Overheard.customer_id == customer_id, Overheard.sentence_key == key
    )
    if session.scalar(known) is not None:
        return None
    row = Overheard(
        person_id=person_id, customer_id=customer_id, sentence=sentence[:300], sentence_key=key, source=source, at=now
    )
    session.add(row)
    session.flush()
    return row


def forget_asked(session: Session, source: str) -> None:
    """Forget the open questions about a note that was taken back (M10)."""
    session.execute(delete(Overheard).where(Overheard.source == source, Overheard.state == OverheardState.ASKED))
    session.flush()


def unregistered(session: Session, people: Collection[str] | None, start: datetime, end: datetime) -> list[Overheard]:
    """Return the promises overheard in [start, end) that were neither registered nor denied (P10); None: everybody's."""
    query = select(Overheard).where(Overheard.state == OverheardState.ASKED, Overheard.at >= start, Overheard.at < end)
    if people is not None:
        query = query.where(Overheard.person_id.in_(people))
    return list(session.scalars(query.order_by(Overheard.id)))
