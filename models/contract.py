"""Contracts and the papers they stand on: the signature page, and what finance needs before it may invoice (R01, R02, J4)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import JSON, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.chat import BigId
from models.db import Base, UtcDateTime
from models.deadline import Subject
from models.person import Concern, Sight
from models.rules.gates import INVOICE_PAPER

SUBJECT: Final = "contract"
SIGNATURE_PAGE: Final = "signature_page"
"""The kind of paper a contract begins with; the other kinds are the names of `SIGNED_GATE`."""


class ContractState(StrEnum):
    """Life of a contract."""

    READ = "read"  # its page was read, its owner has not yet said that it is so
    SIGNED = "signed"
    UNDONE = "undone"


class PaperState(StrEnum):
    """What a paper counts for."""

    VALID = "valid"
    WAITING = "waiting"  # the owner was asked for another one, or for a person to look at it
    ASKED = "asked"  # finance looks
    REFUSED = "refused"  # finance looked and said no
    REPLACED = "replaced"


class Contract(Base):
    """A contract; `id` is the number the company gave it (HT-20261102-01), so there is one row a number."""

    __tablename__ = "contract"
    __table_args__ = (Index("ix_contract_owner_id", "owner_id", "state"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customer.id"), index=True)
    party: Mapped[str] = mapped_column(String(200), default="")  # the customer's name as it stands on the page
    signed_on: Mapped[date | None]
    told: Mapped[list[str]] = mapped_column(
        JSON, default=list
    )  # what was said in words instead of read: signed_on, party
    state: Mapped[str] = mapped_column(String(8), default=ContractState.READ)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when its owner confirmed it here

    @property
    def subject(self) -> Subject:
        """What its pushes and cards hang on."""
        return Subject(SUBJECT, self.id)


class ContractPaper(Base):
    """A picture of a paper of a contract: what was read on it, what that means, and what it counts for."""

    __tablename__ = "contract_paper"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contract_id: Mapped[str] = mapped_column(ForeignKey("contract.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(8))
    verdict: Mapped[str] = mapped_column(String(16), default="")  # models.rules.photo.Verdict
    outcome: Mapped[str] = mapped_column(String(16), default="")  # models.rules.sealed_paper.PaperOutcome
    read: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # field -> [value, confidence]
    words: Mapped[str] = mapped_column(String(300), default="")  # the machine's reading as people were told it
    claim: Mapped[str] = mapped_column(String(8), default="")  # models.rules.sealed_paper.Claim, when finance was asked
    seal_place: Mapped[str] = mapped_column(String(8), default="")
    media_key: Mapped[str | None] = mapped_column(String(64), index=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    judged_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    judged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def put_paper(session: Session, paper: ContractPaper) -> ContractPaper:
    """Add a paper; an earlier one of its kind that does not count yet is replaced by it."""
    for older in papers_of(session, paper.contract_id, paper.kind):
        if older.state != PaperState.VALID:
            older.state = PaperState.REPLACED
    session.add(paper)
    session.flush()
    return paper


def papers_of(session: Session, contract_id: str, kind: str) -> list[ContractPaper]:
    """Return the papers of one kind that were not replaced, the newest first."""
    query = select(ContractPaper).where(ContractPaper.contract_id == contract_id, ContractPaper.kind == kind)
    return list(
        session.scalars(query.where(ContractPaper.state != PaperState.REPLACED).order_by(ContractPaper.id.desc()))
    )


def done_of(session: Session, contract_id: str) -> frozenset[str]:
    """Return what of `SIGNED_GATE` is there; the account and the invoice have no records yet."""
    return frozenset(
        paper.kind for paper in papers_of(session, contract_id, INVOICE_PAPER) if paper.state == PaperState.VALID
    )


def contracts_of(session: Session, sight: Sight) -> list[Contract]:
    """Return the signed contracts a viewer may see, the newest first (M11)."""
    query = select(Contract).where(Contract.state == ContractState.SIGNED)
    owners = sight.owners_for(Concern.CONTRACT)
    if owners is not None:
        query = query.where(Contract.owner_id.in_(owners))
    return list(session.scalars(query.order_by(Contract.signed_at.desc(), Contract.id.desc())))


def waiting_for_paper(session: Session, owner_id: str) -> list[Contract]:
    """Return a person's signed contracts that lack their sealed paper, the one signed last first (R02)."""
    query = select(Contract).where(Contract.owner_id == owner_id, Contract.state == ContractState.SIGNED)
    signed = session.scalars(query.order_by(Contract.signed_at.desc(), Contract.id.desc()))
    return [contract for contract in signed if INVOICE_PAPER not in done_of(session, contract.id)]
