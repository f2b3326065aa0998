"""Daily reports: what a person did, one customer's progress with its evidence, tomorrow, and the support needed (D01–D13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Date, ForeignKey, Index, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.chat import BigId
from models.customer import Customer
from models.db import Base, UtcDateTime
from models.deadline import Deadline
from models.metric import Measured, Ref, Scope, metric
from models.person import Person, Role, is_away, reports_of
from models.rules.clock import OnDay
from models.rules.workday import WorkCalendar
from models.visit import NextStep, NextStepState, Visit, VisitState

REPORTING_ROLES: Final = frozenset({Role.REP})
"""Who owes a daily report."""
MISSING: Final = "daily_report_missing"
"""The card of the step that is due when the report is."""
COMPETITOR: Final = "竞对反馈"
"""The action whose text is news of a competitor (C14)."""


class ReportState(StrEnum):
    """Life of a daily report."""

    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"


class DailyReport(Base):
    """One person's report of one day; at most one, whatever is corrected."""

    __tablename__ = "daily_report"
    __table_args__ = (UniqueConstraint("owner_id", "on"), Index("ix_daily_report_on", "on"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(12), default=ReportState.SUBMITTED)
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    late_minutes: Mapped[int] = mapped_column(default=0)
    tomorrow: Mapped[str] = mapped_column(String(300), default="")
    support: Mapped[str] = mapped_column(String(300), default="")
    corrected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def code(self) -> str:
        """How events and clocks name it."""
        return report_code(self.owner_id, self.on)


class DailyReportItem(Base):
    """One line of a report; it shows on the customer's page (D13). `breakthrough` and `quote` for the progress line."""

    __tablename__ = "daily_report_item"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("daily_report.id"), index=True)
    action: Mapped[str] = mapped_column(String(32))
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"), index=True)
    text: Mapped[str] = mapped_column(Text, default="")
    breakthrough: Mapped[str] = mapped_column(String(32), default="")
    quote: Mapped[str] = mapped_column(Text, default="")


class CompetitorMove(Base):
    """What a competitor does at a customer (C14)."""

    __tablename__ = "competitor_move"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"), index=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(String(64), default="")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a report before it is stored."""

    action: str
    customer_id: str
    text: str = ""
    breakthrough: str = ""
    quote: str = ""

    @property
    def row(self) -> list[str]:
        """The line as JSON; `Line(*row)` reads it."""
        return [self.action, self.customer_id, self.text, self.breakthrough, self.quote]


@dataclass(frozen=True, slots=True)
class Count:
    """How a team stands on a day. `away` and `missing` are people; `owed` = enrolled − away."""

    enrolled: int
    away: tuple[Person, ...]
    handed_in: tuple[DailyReport, ...]
    missing: tuple[Person, ...]

    @property
    def owed(self) -> int:
        """How many reports the day asks for."""
        return self.enrolled - len(self.away)

    @property
    def late(self) -> int:
        """How many came after the deadline."""
        return sum(1 for report in self.handed_in if report.late_minutes > 0)

    @property
    def corrected(self) -> int:
        """How many say something else by now than when they were handed in."""
        return sum(1 for report in self.handed_in if report.corrected_at is not None)


def report_code(owner_id: str, on: date) -> str:
    """Return how events and clocks name a person's report of a day."""
    return f"{owner_id}:{on.isoformat()}"


def report_of(session: Session, owner_id: str, on: date) -> DailyReport | None:
    """Return a person's report of a day that counts."""
    query = select(DailyReport).where(
        DailyReport.owner_id == owner_id, DailyReport.on == on, DailyReport.state == ReportState.SUBMITTED
    )
    return session.scalars(query).one_or_none()


def items_of(session: Session, report_id: int) -> list[DailyReportItem]:
    """Return the lines of a report."""
    query = select(DailyReportItem).where(DailyReportItem.report_id == report_id).order_by(DailyReportItem.id)
    return list(session.scalars(query))


def hand_in(
    session: Session, *, owner_id: str, on: date, at: datetime, due_at: datetime, lines: list[Line]
) -> DailyReport:
    """Store a report; one that was withdrawn or is handed in again is replaced. Late from 18:00:00 on (D05)."""
    query = select(DailyReport).where(DailyReport.owner_id == owner_id, DailyReport.on == on)
    report = session.scalars(query).one_or_none()
    if report is None:
        report = DailyReport(owner_id=owner_id, on=on)
        session.add(report)
    report.state, report.submitted_at = ReportState.SUBMITTED, at
    report.late_minutes, report.corrected_at = late_minutes(at, due_at), None
    session.flush()
    put_lines(session, report, lines)
    return report


def put_lines(session: Session, report: DailyReport, lines: list[Line]) -> None:
    """Give a report these lines instead of those it has."""
    for item in items_of(session, report.id):
        session.delete(item)
    session.add_all(
        DailyReportItem(
            report_id=report.id, action=line.action, customer_id=line.customer_id, text=line.text,
            breakthrough=line.breakthrough, quote=line.quote,
        )
        for line in lines
    )  # fmt: skip
    session.flush()


def late_minutes(at: datetime, due_at: datetime) -> int:
    """Return how late a report is in whole minutes, at least 1 from the deadline's very second on; 0 in time."""
    if at < due_at:
        return 0
    return max(int((at - due_at).total_seconds()) // 60, 1)


def collected(session: Session, owner_id: str, start: datetime, end: datetime) -> list[Line]:
    """Return what a person recorded between two instants, as lines of a report (D01: prefilled)."""
    visits = session.scalars(
        select(Visit).where(
            Visit.owner_id == owner_id, Visit.started_at >= start, Visit.started_at < end, Visit.state != VisitState.UNDONE
        ).order_by(Visit.id)
    )  # fmt: skip
    lines: dict[str, Line] = {}
    for visit in visits:
        lines.setdefault(visit.customer_id, Line("客户拜访", visit.customer_id, visit.id))
    return list(lines.values())


def nearest_step(session: Session, owner_id: str, after: datetime) -> NextStep | None:
    """Return the next step that falls due first, for "明日关键动作" (D04)."""
    query = select(NextStep).where(
        NextStep.owner_id == owner_id, NextStep.due_at > after, NextStep.done_at.is_(None),
        NextStep.state != NextStepState.UNDONE,
    )  # fmt: skip
    return session.scalars(query.order_by(NextStep.due_at).limit(1)).first()


def team_count(session: Session, manager_id: str, on: date, *, at: datetime) -> Count:
    """Count the reports of a manager's direct reports on a day; who is on leave at `at` is taken out (D06)."""
    people = [person for person in reports_of(session, manager_id) if person.role in REPORTING_ROLES]
    return count_of(session, people, on, at=at)


def count_of(session: Session, people: list[Person], on: date, *, at: datetime) -> Count:
    """Count the reports of some people on a day."""
    handed_in = {person.id: report_of(session, person.id, on) for person in people}
    away = tuple(p for p in people if handed_in[p.id] is None and is_away(session, p.id, at))
    missing = tuple(p for p in people if handed_in[p.id] is None and p not in away)
    return Count(len(people), away, tuple(r for r in handed_in.values() if r is not None), missing)


def misses_in_row(session: Session, person_id: str, on: date, calendar: WorkCalendar, *, most: int = 10) -> int:
    """Return on how many working days in a row up to `on` a person who owed a report and was there handed nothing in."""
    count = 0
    for _ in range(most):
        end = calendar.at(on, calendar.work_end)
        if report_of(session, person_id, on) is not None or not _was_owed(session, person_id, on):
            break
        if is_away(session, person_id, end) is None:
            count += 1
        on = calendar.previous_workday(on)
    return count


def _was_owed(session: Session, person_id: str, on: date) -> bool:
    query = select(Deadline.id).where(
        Deadline.subject_kind == "daily_report", Deadline.subject_id == report_code(person_id, on)
    )
    return session.scalar(query) is not None


def names_of_customers(session: Session, ids: set[str]) -> dict[str, str]:
    """Return the labels of customers by id."""
    return {customer.id: customer.label for customer in session.scalars(select(Customer).where(Customer.id.in_(ids)))}


def day_bounds(calendar: WorkCalendar, on: date) -> tuple[datetime, datetime]:
    """Return the first instants of a local day and of the next."""
    return calendar.at(on, time()), calendar.at(on + timedelta(days=1), time())


@metric(
    "report_on_time",
    title="日报准时率",
    rule="D06",
    formula="18:00 前交的日报 ÷ 应交的日报（请假的不算）",
    target=0.98,
    warn=0.9,
)
def report_on_time(session: Session, scope: Scope) -> Measured:
    """Measure the share of owed reports that came in time; leave is taken out, and what is not due yet (D06)."""
    query = select(Deadline).where(
        Deadline.subject_kind == "daily_report", Deadline.started_at >= scope.start, Deadline.started_at < scope.end
    )
    if scope.owners is not None:
        query = query.where(Deadline.owner_id.in_(scope.owners))
    owed, on_time = [], []
    for deadline in session.scalars(query.order_by(Deadline.started_at, Deadline.owner_id)):
        person_id, _, day = deadline.subject_id.partition(":")
        report, person = report_of(session, person_id, date.fromisoformat(day)), session.get_one(Person, person_id)
        if report is None and (
            deadline.stop_reason == "leave"
            or is_away(session, person_id, deadline.started_at)
            or _due_at(deadline, person) >= scope.end
        ):
            continue
        ref = Ref("daily_report", deadline.subject_id, f"{person.name} {day[5:]}")
        owed.append(ref)
        if report is not None and not report.late_minutes:
            on_time.append(ref)
    return Measured(tuple(on_time), tuple(owed))


def _due_at(deadline: Deadline, person: Person) -> datetime:
    """Return when a report is due: on the day its clock started, at the step to the manager."""
    started, steps = deadline.started_at.astimezone(ZoneInfo(person.zone)), deadline.running.clock.steps
    at = next(
        step.after.at for step in steps if step.card == MISSING and isinstance(step.after, OnDay) and step.after.at
    )
    return datetime.combine(started, at, started.tzinfo)
