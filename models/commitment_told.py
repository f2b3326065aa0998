"""Who was told of a promise and what they answered (P03)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.chat import BigId
from models.commitment import Commitment
from models.db import Base, UtcDateTime
from models.person import Concern, Person, Sight


class Answer(StrEnum):
    """What a role said to a promise it was told of (P03)."""

    WAITING = "waiting"
    YES = "yes"
    NO = "no"
    ASKS = "asks"  # needs to know more first


class CommitmentTold(Base):
    """Somebody who was told of a promise, and what he answered; `card_key` names his card."""

    __tablename__ = "commitment_told"
    __table_args__ = (Index("ix_commitment_told_person_id", "person_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    commitment_id: Mapped[str] = mapped_column(ForeignKey("commitment.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    card_key: Mapped[str] = mapped_column(String(200), default="")
    answer: Mapped[str] = mapped_column(String(8), default=Answer.WAITING)
    earliest_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(String(300), default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    urged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def person_for(session: Session, role: str, owner_id: str) -> Person | None:
    """Return who of a role is told of a person's promise: of the owner's region if there is one, else the first (P03)."""
    owner = session.get(Person, owner_id)
    people = session.scalars(select(Person).where(Person.role == role, Person.active, Person.id != owner_id))
    return min(people, key=lambda p: (owner is None or not p.region or p.region != owner.region, p.id), default=None)


def told_of(session: Session, commitment_id: str) -> list[CommitmentTold]:
    """Return everybody who was told of a promise, the doer first."""
    query = select(CommitmentTold).where(CommitmentTold.commitment_id == commitment_id)
    return list(session.scalars(query.order_by(CommitmentTold.id)))


def visible(session: Session, commitment_id: str, sight: Sight) -> Commitment | None:
    """Return a promise by number if the viewer may see it: owner, his leaders, and who was told of it."""
    commitment = session.get(Commitment, commitment_id)
    if commitment is None:
        return None
    involved = [told.person_id for told in told_of(session, commitment_id)]
    return commitment if sight.covers(Concern.COMMITMENT, commitment.owner_id, involved) else None
