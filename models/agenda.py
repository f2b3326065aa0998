"""What a day is about for a person or his team: promises, next steps, visits, plans, confirmations, who looked (D08, P15, M15)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.commitment import DueOverview, due_overview
from models.customer import Customer
from models.event import Event
from models.person import Person
from models.rules.workday import WorkCalendar
from models.visit import NextStep, NextStepState, Visit, VisitPlan, VisitState


@dataclass(frozen=True, slots=True)
class Names:
    """Names by id."""

    people: dict[str, str]
    customers: dict[str, str]


def names_of(session: Session, people: Collection[str], customers: Collection[str]) -> Names:
    """Return the names of these people and customers, by id."""
    named = session.execute(select(Person.id, Person.name).where(Person.id.in_(set(people)))).tuples()
    labelled = session.scalars(select(Customer).where(Customer.id.in_(set(customers))))
    return Names(dict(named.all()), {customer.id: customer.label for customer in labelled})


def promises(session: Session, owners: Collection[str], now: datetime, calendar: WorkCalendar) -> DueOverview:
    """Return the promises of the day: the same rows as `/承诺 今天`."""
    return due_overview(session, owners, now, calendar)


def steps_due(session: Session, owners: Collection[str], now: datetime, calendar: WorkCalendar) -> list[NextStep]:
    """Return next steps that fall due by the end of tomorrow, or have."""
    end = calendar.at(calendar.local_date(now) + timedelta(days=2), time())
    query = select(NextStep).where(
        NextStep.owner_id.in_(owners), NextStep.done_at.is_(None), NextStep.state != NextStepState.UNDONE,
        NextStep.due_at < end,
    )  # fmt: skip
    return list(session.scalars(query.order_by(NextStep.due_at)))


def visits_on(session: Session, owners: Collection[str], now: datetime, calendar: WorkCalendar) -> list[Visit]:
    """Return the visits that began today."""
    start = calendar.at(calendar.local_date(now), time())
    query = select(Visit).where(Visit.owner_id.in_(owners), Visit.started_at >= start, Visit.state != VisitState.UNDONE)
    return list(session.scalars(query.order_by(Visit.id)))


def plans_on(session: Session, owners: Collection[str], now: datetime, calendar: WorkCalendar) -> list[VisitPlan]:
    """Return the visits planned for the rest of today."""
    day = calendar.local_date(now)
    end = calendar.at(day + timedelta(days=1), time())
    query = select(VisitPlan).where(
        VisitPlan.owner_id.in_(owners), VisitPlan.cancelled.is_(False), VisitPlan.planned_at >= now, VisitPlan.planned_at < end
    )  # fmt: skip
    return list(session.scalars(query.order_by(VisitPlan.planned_at)))


def steps_to_confirm(session: Session, reports: Collection[str]) -> list[NextStep]:
    """Return next steps of direct reports that wait for their manager (P14)."""
    query = select(NextStep).where(NextStep.owner_id.in_(reports), NextStep.state == NextStepState.WAITING)
    return list(session.scalars(query.order_by(NextStep.created_at)))


def looks_at(session: Session, person_id: str, start: datetime, end: datetime) -> dict[str, int]:
    """Return who looked at a person's visits between two instants, and at how many (M15)."""
    query = select(Event).where(Event.kind == "visit.viewed", Event.at >= start, Event.at < end)
    seen: dict[str, set[str]] = {}
    for entry in session.scalars(query.order_by(Event.id)):
        if entry.data.get("owner") == person_id and entry.actor_id:
            seen.setdefault(entry.actor_id, set()).add(entry.subject_id)
    return {actor: len(visits) for actor, visits in seen.items()}


def count_visits(session: Session, owners: Collection[str], start: datetime, end: datetime) -> int:
    """Return how many visits began between two instants."""
    query = select(func.count(Visit.id)).where(
        Visit.owner_id.in_(owners), Visit.started_at >= start, Visit.started_at < end, Visit.state != VisitState.UNDONE
    )
    return session.scalar(query) or 0
