"""Visits: the record, its three pieces of evidence, its plan, and the next step that follows from it (V01–V12, P14)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import JSON, Float, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.chat import BigId, next_number
from models.db import Base, UtcDateTime, set_once
from models.metric import Measured, Ref, Scope, metric
from models.person import Concern, Sight
from models.rules.gates import VISIT_GATE, weakly


class VisitState(StrEnum):
    """Life of a visit."""

    OPEN = "open"
    DONE = "done"
    UNDONE = "undone"


class EvidenceState(StrEnum):
    """What a piece of evidence counts for."""

    VALID = "valid"
    VALID_BACKFILLED = "valid_backfilled"
    SELF_REPORTED = "self_reported"
    WEAK = "weak"  # there, but no full mark: a place known only from a watermark, or by a fix that may be far off
    WAITING = "waiting"  # the person was asked something
    DISPUTED = "disputed"  # the manager decides
    REPLACED = "replaced"


COUNTING: Final = frozenset({EvidenceState.VALID, EvidenceState.VALID_BACKFILLED, EvidenceState.SELF_REPORTED})


class Visit(Base):
    """One visit of one person to one customer; `id` is V-<day>-<number>."""

    __tablename__ = "visit"
    __table_args__ = (
        Index("ix_visit_owner_id", "owner_id", "started_at"),
        Index("ix_visit_customer_id", "customer_id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    state: Mapped[str] = mapped_column(String(8), default=VisitState.OPEN)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    happened_at: Mapped[datetime] = mapped_column(
        UtcDateTime
    )  # when the rep was there; the watermark's time when backfilled
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    goal: Mapped[str] = mapped_column(String(16), default="")
    breakthrough: Mapped[str] = mapped_column(String(16), default="")
    objections: Mapped[list[str]] = mapped_column(JSON, default=list)
    summary: Mapped[str] = mapped_column(Text, default="")
    alert: Mapped[bool] = mapped_column(default=False)  # V07: does this need attention
    timing: Mapped[str] = mapped_column(String(16), default="")  # V12
    backfill_reason: Mapped[str] = mapped_column(Text, default="")
    code_word: Mapped[str] = mapped_column(String(8), default="")  # M5
    code_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    plan_id: Mapped[int | None] = mapped_column(BigId)
    draft: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # the review as understood so far


class VisitEvidence(Base):
    """A piece of evidence: what was sent, what the machine read, what it counts for."""

    __tablename__ = "visit_evidence"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visit.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    media_key: Mapped[str | None] = mapped_column(String(64), index=True)
    lat: Mapped[float | None] = mapped_column(Float)
    lng: Mapped[float | None] = mapped_column(Float)
    distance_m: Mapped[int | None]
    accuracy_m: Mapped[int | None]  # how far off the phone itself says its position may be
    read: Mapped[str] = mapped_column(String(200), default="")  # the machine's reading
    confidence: Mapped[float] = mapped_column(default=0.0)
    reason: Mapped[str] = mapped_column(String(32), default="")
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lag: Mapped[int | None]  # seconds between taken_at and received_at
    note: Mapped[str] = mapped_column(Text, default="")  # what the person said about it
    hints: Mapped[list[str]] = mapped_column(JSON, default=list)  # `models.rules.hints.Hint`: yellow, never a verdict


class VisitPlan(Base):
    """A visit that is planned (V05); `temporary` when it was entered less than two hours ahead."""

    __tablename__ = "visit_plan"
    __table_args__ = (Index("ix_visit_plan_owner_id", "owner_id", "planned_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    temporary: Mapped[bool]
    checks: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    cancelled: Mapped[bool] = mapped_column(default=False)


class NextStepState(StrEnum):
    """What the manager said to a next step (P14)."""

    WAITING = "waiting"
    AGREED = "agreed"
    TAKEN = "taken"
    CHANGED = "changed"
    UNDONE = "undone"


class NextStep(Base):
    """What happens next with a customer, by when; the manager confirms it within 48 hours (P14)."""

    __tablename__ = "next_step"
    __table_args__ = (Index("ix_next_step_owner_id", "owner_id", "due_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    visit_id: Mapped[str | None] = mapped_column(ForeignKey("visit.id"), index=True)
    goal: Mapped[str] = mapped_column(String(16), default="")
    text: Mapped[str] = mapped_column(String(300))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(8), default=NextStepState.WAITING)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(64))
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


set_once(Visit.started_at, VisitEvidence.received_at, VisitPlan.entered_at, NextStep.created_at)


def open_visit(session: Session, owner_id: str, *, now: datetime) -> Visit | None:
    """Return the visit a person has open, begun within the last day; the newest if there are several."""
    query = select(Visit).where(
        Visit.owner_id == owner_id, Visit.state == VisitState.OPEN, Visit.started_at > now - timedelta(days=1)
    )
    return session.scalars(query.order_by(Visit.started_at.desc(), Visit.id.desc())).first()


def start_visit(session: Session, *, owner_id: str, customer_id: str, now: datetime, day: date) -> Visit:
    """Begin a visit; `day` is the local date for its number."""
    visit = Visit(
        id=next_number(session, "V", f"{day:%Y%m%d}"), owner_id=owner_id, customer_id=customer_id, started_at=now,
        happened_at=now, objections=[], draft={},
    )  # fmt: skip
    session.add(visit)
    session.flush()
    return visit


def evidence_of(session: Session, visit_id: str) -> list[VisitEvidence]:
    """Return the current evidence of a visit, one per kind at most."""
    query = select(VisitEvidence).where(
        VisitEvidence.visit_id == visit_id, VisitEvidence.state != EvidenceState.REPLACED
    )
    return list(session.scalars(query.order_by(VisitEvidence.id)))


def places_before(session: Session, visit: Visit, *, limit: int = 100) -> list[tuple[float, float]]:
    """Return where the same person was on the visits before, the newest first, one place a visit (M7)."""
    query = (
        select(VisitEvidence.lat, VisitEvidence.lng)
        .join(Visit, Visit.id == VisitEvidence.visit_id)
        .where(Visit.owner_id == visit.owner_id, Visit.id != visit.id, Visit.state != VisitState.UNDONE)
        .where(VisitEvidence.state != EvidenceState.REPLACED, VisitEvidence.lat.is_not(None))
    )
    rows = session.execute(query.order_by(VisitEvidence.id.desc()).limit(limit))
    return [(lat, lng) for lat, lng in rows if lat is not None and lng is not None]


def put_evidence(session: Session, evidence: VisitEvidence) -> VisitEvidence:
    """Add a piece of evidence; an earlier one of its kind is kept but replaced."""
    for earlier in evidence_of(session, evidence.visit_id):
        if earlier.kind == evidence.kind:
            earlier.state = EvidenceState.REPLACED
    session.add(evidence)
    session.flush()
    return evidence


def done_kinds(session: Session, visit_id: str) -> frozenset[str]:
    """Return the kinds of evidence that count; a weak one is there by its own name (`weakly`) and is no full mark."""
    there = evidence_of(session, visit_id)
    weak = {weakly(item.kind) for item in there if item.state == EvidenceState.WEAK}
    return frozenset({item.kind for item in there if item.state in COUNTING} | weak)


def is_complete(session: Session, visit_id: str) -> bool:
    """Whether all three pieces are there (V01)."""
    return VISIT_GATE.is_full(done_kinds(session, visit_id))


def visits_of_customer(session: Session, customer_id: str, sight: Sight, *, limit: int) -> list[Visit]:
    """Return the newest finished visits to a customer that a viewer may see."""
    query = select(Visit).where(Visit.customer_id == customer_id, Visit.state == VisitState.DONE)
    owners = sight.owners_for(Concern.VISIT)
    if owners is not None:
        query = query.where(Visit.owner_id.in_(owners))
    return list(session.scalars(query.order_by(Visit.finished_at.desc()).limit(limit)))


def steps_of(session: Session, visit_id: str) -> list[NextStep]:
    """Return the next steps that came of a visit."""
    return list(session.scalars(select(NextStep).where(NextStep.visit_id == visit_id).order_by(NextStep.id)))


def open_steps(session: Session, owner_id: str) -> list[NextStep]:
    """Return a person's next steps that are neither done nor undone, the nearest first."""
    query = select(NextStep).where(
        NextStep.owner_id == owner_id, NextStep.done_at.is_(None), NextStep.state != NextStepState.UNDONE
    )
    return list(session.scalars(query.order_by(NextStep.due_at)))


@metric(
    "visit_complete",
    title="三要素完整率",
    rule="V01",
    formula="三要素齐全的拜访 ÷ 已结束的拜访（撤销的不算）",
    target=0.95,
    warn=0.85,
)
def visit_complete(session: Session, scope: Scope) -> Measured:
    """Measure the share of finished visits with all three pieces of evidence (V01, B08)."""
    query = select(Visit).where(
        Visit.state == VisitState.DONE, Visit.finished_at >= scope.start, Visit.finished_at < scope.end
    )
    if scope.owners is not None:
        query = query.where(Visit.owner_id.in_(scope.owners))
    visits = list(session.scalars(query.order_by(Visit.id)))
    refs = {visit.id: Ref("visit", visit.id, visit.id) for visit in visits}
    complete = tuple(ref for id_, ref in refs.items() if is_complete(session, id_))
    return Measured(complete, tuple(refs.values()))
