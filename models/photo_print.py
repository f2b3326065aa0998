"""Traces of the pictures of all visits, by which a copy is known (M6); originals are deleted by schedule, these stay."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Index, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.chat import BigId
from models.db import Base, UtcDateTime
from models.visit import Visit, VisitState


class PhotoPrint(Base):
    """What is kept of one picture; no person can see from it what the picture showed."""

    __tablename__ = "photo_print"
    __table_args__ = (Index("ix_photo_print_customer_id", "customer_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    media_key: Mapped[str] = mapped_column(String(64))
    visit_id: Mapped[str] = mapped_column(String(32), index=True)
    owner_id: Mapped[str] = mapped_column(String(64))
    customer_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    essence: Mapped[str] = mapped_column(
        String(64), default=""
    )  # what was read on a page: pages of one form look alike
    hashes: Mapped[bytes] = mapped_column(LargeBinary)  # 8 bytes each, big-endian
    thumb: Mapped[bytes] = mapped_column(LargeBinary)
    inner: Mapped[bytes] = mapped_column(LargeBinary)
    features: Mapped[bytes] = mapped_column(LargeBinary)


class HashRow(NamedTuple):
    """The searchable part of a print."""

    id: int
    hashes: bytes


def hashes_after(session: Session, after: int, *, limit: int) -> list[HashRow]:
    """Return the hashes of prints numbered above `after`, in order."""
    query = select(PhotoPrint.id, PhotoPrint.hashes).where(PhotoPrint.id > after)
    return [HashRow(*row) for row in session.execute(query.order_by(PhotoPrint.id).limit(limit))]


def hashes_of_customer(session: Session, customer_id: str, *, limit: int) -> list[HashRow]:
    """Return the hashes of the newest pictures taken at a customer's."""
    query = select(PhotoPrint.id, PhotoPrint.hashes).where(PhotoPrint.customer_id == customer_id)
    return [HashRow(*row) for row in session.execute(query.order_by(PhotoPrint.id.desc()).limit(limit))]


def prints_of_others(session: Session, ids: Collection[int], *, visit_id: str, kind: str) -> Sequence[PhotoPrint]:
    """Return the prints of a kind that belong to another visit; visits taken back do not count."""
    query = (
        select(PhotoPrint)
        .join(Visit, Visit.id == PhotoPrint.visit_id)
        .where(PhotoPrint.id.in_(ids), PhotoPrint.visit_id != visit_id, PhotoPrint.kind == kind)
        .where(Visit.state != VisitState.UNDONE)
    )
    return session.scalars(query).all()
