"""Promises before they are registered: what was heard, what is being asked, and the step to a registered one (P01, P02)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.chat import BigId, next_number
from models.commitment import Commitment, CommitmentState
from models.db import Base, UtcDateTime


class CommitmentDraft(Base):
    """A promise that is being asked about before it is registered; buttons carry its `id`."""

    __tablename__ = "commitment_draft"
    __table_args__ = (Index("ix_commitment_draft_owner_id", "owner_id", "created_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    said: Mapped[str] = mapped_column(Text, default="")
    called: Mapped[str] = mapped_column(String(40), default="")  # what the person was called: 王总
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customer.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    choices: Mapped[list[Any]] = mapped_column(JSON, default=list)  # [customer id, contact id or null] to pick from
    matter: Mapped[str] = mapped_column(String(200), default="")
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    when_said: Mapped[str] = mapped_column(String(60), default="")
    doubt: Mapped[str] = mapped_column(String(20), default="")  # why the time is asked about; empty: it is settled
    offers: Mapped[list[str]] = mapped_column(JSON, default=list)  # other instants to pick from, ISO
    basis_media: Mapped[str | None] = mapped_column(String(64))
    basis_note: Mapped[str] = mapped_column(String(80), default="")
    seen_load: Mapped[float] = mapped_column(default=0.0)  # the fullest day its owner was warned of
    overheard_id: Mapped[int | None] = mapped_column(BigId)
    commitment_id: Mapped[str | None] = mapped_column(String(32))
    dropped: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def is_open(self) -> bool:
        """Whether it still waits to be registered."""
        return self.commitment_id is None and not self.dropped

    @property
    def is_settled(self) -> bool:
        """Whether nothing more needs asking."""
        return bool(self.customer_id and self.matter and self.due_at and not self.doubt)


def register(session: Session, draft: CommitmentDraft, *, now: datetime, day: date) -> Commitment:
    """Make a promise of a settled draft under the next number of the local `day` (P02)."""
    assert draft.customer_id is not None
    assert draft.due_at is not None
    made = Commitment(
        id=next_number(session, "CN", f"{day:%Y%m%d}"), owner_id=draft.owner_id, customer_id=draft.customer_id,
        contact_id=draft.contact_id, matter=draft.matter, said=draft.said, due_at=draft.due_at, first_due_at=draft.due_at,
        registered_at=now, basis_media=draft.basis_media, basis_note=draft.basis_note, reschedules=0,
    )  # fmt: skip
    session.add(made)
    draft.commitment_id = made.id
    session.flush()
    return made


def same_open(session: Session, draft: CommitmentDraft) -> Commitment | None:
    """Return an open promise of the same person, customer, matter and time, if there is one."""
    query = select(Commitment).where(
        Commitment.owner_id == draft.owner_id, Commitment.customer_id == draft.customer_id,
        Commitment.matter == draft.matter, Commitment.due_at == draft.due_at, Commitment.state == CommitmentState.OPEN,
    )  # fmt: skip
    return session.scalars(query.limit(1)).first()


def draft_of(session: Session, owner_id: str, since: datetime) -> CommitmentDraft | None:
    """Return the newest draft of a person that is still open and younger than `since`."""
    query = select(CommitmentDraft).where(
        CommitmentDraft.owner_id == owner_id, CommitmentDraft.created_at >= since,
        CommitmentDraft.commitment_id.is_(None), CommitmentDraft.dropped.is_(False),
    )  # fmt: skip
    return session.scalars(query.order_by(CommitmentDraft.id.desc())).first()
