"""Correction slips: what is changed once the window is over, why, and who agreed; the record carries a footnote (J8)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.chat import BigId
from models.db import Base, UtcDateTime


class CorrectionState(StrEnum):
    """Life of a slip; one its owner may make himself (a report's words, J3) goes from shown to made, his manager told."""

    SHOWN = "shown"
    MADE = "made"
    UNDONE = "undone"
    ASKED = "asked"
    AGREED = "agreed"
    REFUSED = "refused"


class Correction(Base):
    """A slip about one record: another time, another customer, or other words. None of these: the record becomes void."""

    __tablename__ = "correction"
    __table_args__ = (Index("ix_correction_subject", "subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(BigId)  # the deed that is corrected
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(String(200))
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    approver_id: Mapped[str] = mapped_column(ForeignKey("person.id"))  # who is asked, or told
    swaps: Mapped[list[list[str]]] = mapped_column(JSON, default=list)  # [wrong, right] words of a daily report
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customer.id"))
    what: Mapped[str] = mapped_column(String(300))  # the change in words, before → after
    reason: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(8), default=CorrectionState.ASKED)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(64))


def waiting_for(session: Session, event_id: int) -> Correction | None:
    """Return the slip about a deed that still waits for its answer."""
    query = select(Correction).where(Correction.event_id == event_id, Correction.state == CorrectionState.ASKED)
    return session.scalars(query.order_by(Correction.id.desc()).limit(1)).first()


def corrections_of(session: Session, subject_kind: str, subject_id: str) -> list[Correction]:
    """Return the slips about a record that took effect, the oldest first: its footnotes."""
    query = select(Correction).where(
        Correction.subject_kind == subject_kind, Correction.subject_id == subject_id,
        Correction.state.in_((CorrectionState.AGREED, CorrectionState.MADE)),
    )  # fmt: skip
    return list(session.scalars(query.order_by(Correction.decided_at, Correction.id)))
