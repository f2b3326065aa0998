"""Signals of customers: which were noted, how often (F09, F10), and the rules a director wrote himself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import JSON, Date, ForeignKey, Index, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.chat import BigId, get_setting, put_setting
from models.customer import Customer
from models.daily_report import DailyReport, DailyReportItem, ReportState
from models.db import Base, UtcDateTime
from models.person import Concern, Sight
from models.visit import Visit, VisitState

RULES_VERSION: Final = "signal_rules_version"
"""Setting that grows with every change of a rule or a rival's name, so that each process knows when to read them anew."""
RIVALS: Final = "rival_names"
REPORT: Final = "daily_report"


class SignalNoted(Base):
    """One signal in one note about one customer; `text` is the evidence, `source` the note ("visit:V-…", "said:17")."""

    __tablename__ = "signal_noted"
    __table_args__ = (
        UniqueConstraint("customer_id", "label", "source"),
        Index("ix_signal_noted_counted", "customer_id", "label", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    label: Mapped[str] = mapped_column(String(64))
    rule_id: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(String(200))
    start: Mapped[int]  # where the evidence stands in the note
    source: Mapped[str] = mapped_column(String(120))
    on: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone: Mapped[bool] = mapped_column(default=False)


class SignalRule(Base):
    """What a director changed: a signal of his own, or more words, other advice, a switch for a built-in one (F09)."""

    __tablename__ = "signal_rule"

    label: Mapped[str] = mapped_column(String(64), primary_key=True)
    title: Mapped[str] = mapped_column(String(32))
    words: Mapped[list[str]] = mapped_column(JSON, default=list)
    advice: Mapped[list[str]] = mapped_column(
        JSON, default=list
    )  # words to say, what to do, what to beware of; "" as built in
    active: Mapped[bool] = mapped_column(default=True)
    by_person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a signal was noted about a customer."""

    customer_id: str
    label: str
    count: int


def note_signal(session: Session, noted: SignalNoted) -> bool:
    """Store a signal; False when it was counted already.

    The same note counts once, and so does a day told again: the same words of the same person, or his daily report
    about what a visit of that day said.
    """
    if _told_already(session, noted):
        return False
    session.add(noted)
    session.flush()
    return True


def _told_already(session: Session, noted: SignalNoted) -> bool:
    about = select(SignalNoted).where(
        SignalNoted.customer_id == noted.customer_id, SignalNoted.label == noted.label,
        (SignalNoted.source == noted.source) | ((SignalNoted.on == noted.on) & (SignalNoted.person_id == noted.person_id)),
    )  # fmt: skip
    for earlier in session.scalars(about):
        if earlier.source == noted.source:
            earlier.undone = False
            return True
        if not earlier.undone and (noted.source.startswith(REPORT) or earlier.text == noted.text):
            return True
    return False


def take_signals_back(session: Session, source: str, *, left: str = "") -> None:
    """Count what an undone note said no more, except what the words that are `left` of it say."""
    for noted in session.scalars(select(SignalNoted).where(SignalNoted.source == source)):
        noted.undone = noted.text not in left
    session.flush()


def count_signal(session: Session, customer_id: str, label: str, since: datetime) -> int:
    """Return how often a signal was noted about a customer since an instant (F10)."""
    query = select(func.count(SignalNoted.id)).where(
        SignalNoted.customer_id == customer_id, SignalNoted.label == label,
        SignalNoted.at > since, SignalNoted.undone.is_(False),
    )  # fmt: skip
    return session.scalar(query) or 0


def tallies(session: Session, sight: Sight, since: datetime, customer_id: str | None = None) -> list[Tally]:
    """Return the counts of the customers a viewer may see, the highest first."""
    count = func.count(SignalNoted.id)
    query = (
        select(SignalNoted.customer_id, SignalNoted.label, count)
        .join(Customer, Customer.id == SignalNoted.customer_id)
        .where(SignalNoted.at > since, SignalNoted.undone.is_(False))
        .group_by(SignalNoted.customer_id, SignalNoted.label)
        .order_by(count.desc(), SignalNoted.customer_id, SignalNoted.label)
    )
    owners = sight.owners_for(Concern.CUSTOMER)
    if owners is not None:
        query = query.where(Customer.owner_id.in_(owners))
    if customer_id is not None:
        query = query.where(SignalNoted.customer_id == customer_id)
    return [Tally(*row) for row in session.execute(query).tuples()]


def noted_about(session: Session, customer_id: str, sight: Sight, since: datetime) -> list[SignalNoted]:
    """Return the signals about a customer whose words a viewer may read, the newest first."""
    query = select(SignalNoted).where(
        SignalNoted.customer_id == customer_id, SignalNoted.at > since, SignalNoted.undone.is_(False)
    )
    owners = sight.owners_for(Concern.VISIT)
    if owners is not None:
        query = query.where(SignalNoted.person_id.in_(owners))
    return list(session.scalars(query.order_by(SignalNoted.at.desc(), SignalNoted.id.desc())))


def stored_notes(session: Session, sight: Sight, since: datetime, limit: int) -> list[str]:
    """Return the notes a viewer may read, the newest first: what a rule is tried on before it is saved (F09)."""
    visits = select(Visit.summary).where(Visit.state == VisitState.DONE, Visit.finished_at > since, Visit.summary != "")
    lines = (
        select(DailyReportItem.text, DailyReportItem.quote)
        .join(DailyReport, DailyReport.id == DailyReportItem.report_id)
        .where(DailyReport.state == ReportState.SUBMITTED, DailyReport.submitted_at > since)
    )
    said = select(SignalNoted.text).where(SignalNoted.at > since, SignalNoted.source.startswith("said:"))
    for concern, column in ((Concern.VISIT, Visit.owner_id), (Concern.DAILY_REPORT, DailyReport.owner_id)):
        owners = sight.owners_for(concern)
        if owners is not None and concern is Concern.VISIT:
            visits, said = visits.where(column.in_(owners)), said.where(SignalNoted.person_id.in_(owners))
        elif owners is not None:
            lines = lines.where(column.in_(owners))
    found = list(session.scalars(visits.order_by(Visit.finished_at.desc()).limit(limit)))
    found += [" ".join(row).strip() for row in session.execute(lines.order_by(DailyReportItem.id.desc()).limit(limit))]
    found += session.scalars(said.order_by(SignalNoted.id.desc()).limit(limit))
    return [text for text in dict.fromkeys(found) if text]


# -- rules -------------------------------------------------------------------------------------------------------------


def own_rules(session: Session) -> list[SignalRule]:
    """Return everything a director changed."""
    return list(session.scalars(select(SignalRule).order_by(SignalRule.label)))


def put_rule(session: Session, row: SignalRule) -> None:
    """Store a rule in place of the one of the same label."""
    session.merge(row)
    session.flush()
    touch_rules(session)


def rival_names(session: Session) -> list[str]:
    """Return the rivals' names that were told in chat."""
    return list(get_setting(session, RIVALS) or ())


def put_rival_names(session: Session, names: Collection[str]) -> None:
    """Store the rivals' names."""
    put_setting(session, RIVALS, sorted(set(names)))
    touch_rules(session)


def rules_version(session: Session) -> int:
    """Return what a process compares to know whether its rules are fresh."""
    return int(get_setting(session, RULES_VERSION) or 0)


def touch_rules(session: Session) -> None:
    """Note that a rule or a rival's name changed."""
    put_setting(session, RULES_VERSION, rules_version(session) + 1)


def rule_data(row: SignalRule) -> dict[str, Any]:
    """Return a row as the event log keeps it."""
    return {"title": row.title, "words": row.words, "advice": row.advice, "active": row.active}
