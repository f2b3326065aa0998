"""What proves a promise: screenshots and numbers of parcels and recordings, also when they come a moment later (P01, P05)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.parse.code import CodeKind, find_codes
from models.commitment import Commitment, CommitmentMove, CommitmentState

_NUMBERED: Final = re.compile(r"(?:快递|物流|运)?单号\s?[:：是]?\s?([A-Za-z0-9-]{6,20})")
LATER: Final = timedelta(minutes=30)
"""A picture without words belongs to what its sender did so shortly before."""


def waybill_in(text: str) -> str:
    """Return the parcel number in a text, "" when there is none."""
    parcels = [code.value for code in find_codes(text) if code.kind is CodeKind.PARCEL]
    if parcels:
        return parcels[0]
    numbered = _NUMBERED.search(text)
    return numbered[1].upper() if numbered else ""


def waits_for_proof(session: Session, owner_id: str, now: datetime) -> Commitment | None:
    """Return the promise its owner closed a moment ago without anything to show for it."""
    query = select(Commitment).where(
        Commitment.owner_id == owner_id, Commitment.state == CommitmentState.CLOSED, Commitment.closed_at >= now - LATER,
        Commitment.proof_media.is_(None), Commitment.waybill == "",
    )  # fmt: skip
    return session.scalars(query.order_by(Commitment.closed_at.desc())).first()


def waits_for_consent(session: Session, owner_id: str, now: datetime) -> CommitmentMove | None:
    """Return the move its owner confirmed a moment ago without the customer's agreement."""
    query = select(CommitmentMove).join(Commitment).where(
        Commitment.owner_id == owner_id, CommitmentMove.confirmed_at >= now - LATER, CommitmentMove.undone.is_(False),
        CommitmentMove.consent_media.is_(None),
    )  # fmt: skip
    return session.scalars(query.order_by(CommitmentMove.confirmed_at.desc())).first()


def waits_for_basis(session: Session, owner_id: str, now: datetime) -> Commitment | None:
    """Return the promise its owner registered a moment ago without a basis."""
    query = select(Commitment).where(
        Commitment.owner_id == owner_id, Commitment.state == CommitmentState.OPEN, Commitment.basis_media.is_(None),
        Commitment.basis_note == "", Commitment.registered_at >= now - LATER,
    )  # fmt: skip
    return session.scalars(query.order_by(Commitment.registered_at.desc(), Commitment.id.desc())).first()
