"""What a person was shown before he takes something back: the preview that a second 撤销 confirms (M10, J8)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.chat import BigId
from models.db import Base, UtcDateTime


class UndoRequest(Base):
    """A shown preview: events by id, the newest first; `left_out` are those the person unticked."""

    __tablename__ = "undo_request"
    __table_args__ = (Index("ix_undo_request_owner_id", "owner_id", "asked_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    events: Mapped[list[int]] = mapped_column(JSON)
    left_out: Mapped[list[int]] = mapped_column(JSON, default=list)
    shown_by: Mapped[str] = mapped_column(String(200))  # cause of the turn whose answer was the preview
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dropped: Mapped[bool] = mapped_column(default=False)

    @property
    def ticked(self) -> list[int]:
        """The events that will be taken back, the newest first."""
        return [event for event in self.events if event not in self.left_out]


def open_request(session: Session, owner_id: str, since: datetime) -> UndoRequest | None:
    """Return the preview a person has before him: his newest, if it is younger than `since` and unanswered."""
    query = select(UndoRequest).where(UndoRequest.owner_id == owner_id, UndoRequest.asked_at >= since)
    newest = session.scalars(query.order_by(UndoRequest.id.desc()).limit(1)).first()
    return newest if newest is not None and newest.done_at is None and not newest.dropped else None
