"""How full the days of the delivery people are: what they booked themselves, and a place for every registered promise (P08, M9)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Date, ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.commitment import Commitment, CommitmentState
from models.commitment_told import CommitmentTold
from models.db import Base, UtcDateTime
from models.person import Person
from models.rules.commitment import DOERS
from models.rules.workday import WorkCalendar


class Capacity(Base):
    """What a person booked of one local day, as a share of the day (1.1 is 110 %)."""

    __tablename__ = "capacity"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    booked: Mapped[float] = mapped_column(default=0.0)
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated_by: Mapped[str | None] = mapped_column(String(64))


@dataclass(frozen=True, slots=True)
class Load:
    """How full one day of one person is; `share` counts promises already."""

    person_id: str
    day: date
    share: float
    promises: int


def book(session: Session, person_id: str, day: date, share: float, *, now: datetime, by: str) -> None:
    """Say how full a day is apart from promises (0.8 is 80 %); said again, the newest counts."""
    row = session.get(Capacity, (person_id, day))
    if row is None:
        row = Capacity(person_id=person_id, day=day)
        session.add(row)
    row.booked, row.updated_at, row.updated_by = share, now, by
    session.flush()


def load_on(session: Session, person_id: str, day: date, calendar: WorkCalendar, *, place: float) -> Load:
    """Return how full a local day is, `place` being the share one promise takes.

    The row of the day is locked for this transaction, so that of two who promise the same day the later sees the earlier.
    """
    row = session.get(Capacity, (person_id, day), with_for_update=True)
    if row is None:
        row = Capacity(person_id=person_id, day=day, booked=0.0)
        session.add(row)
        session.flush()
    promises = _promises(session, (person_id,), day, calendar)
    return Load(person_id, day, row.booked + place * promises, promises)


def loads(
    session: Session, people: Sequence[str], days: Sequence[date], calendar: WorkCalendar, *, place: float
) -> list[Load]:
    """Return the load of every person on every day asked for, people in the order given."""
    query = select(Capacity).where(Capacity.person_id.in_(people), Capacity.day.in_(days))
    booked = {(row.person_id, row.day): row.booked for row in session.scalars(query)}
    promised = _promised_days(session, people, days, calendar)
    return [
        Load(person, day, booked.get((person, day), 0.0) + place * promised.count((person, day)), promised.count((person, day)))
        for person in people
        for day in days
    ]  # fmt: skip


def doers(session: Session) -> list[Person]:
    """Return everybody whose days are booked by promises."""
    return list(session.scalars(select(Person).where(Person.role.in_(DOERS), Person.active).order_by(Person.id)))


def _promises(session: Session, people: Collection[str], day: date, calendar: WorkCalendar) -> int:
    start, end = calendar.at(day, time()), calendar.at(day + timedelta(days=1), time())
    query = select(func.count()).select_from(CommitmentTold).join(Commitment).where(
        CommitmentTold.person_id.in_(people), CommitmentTold.role.in_(DOERS),
        Commitment.state == CommitmentState.OPEN, Commitment.due_at >= start, Commitment.due_at < end,
    )  # fmt: skip
    return session.scalar(query) or 0


def _promised_days(
    session: Session, people: Collection[str], days: Sequence[date], calendar: WorkCalendar
) -> list[tuple[str, date]]:
    if not days:
        return []
    start, end = calendar.at(min(days), time()), calendar.at(max(days) + timedelta(days=1), time())
    query = select(CommitmentTold.person_id, Commitment.due_at).join(Commitment).where(
        CommitmentTold.person_id.in_(people), CommitmentTold.role.in_(DOERS),
        Commitment.state == CommitmentState.OPEN, Commitment.due_at >= start, Commitment.due_at < end,
    )  # fmt: skip
    return [(person, calendar.local_date(due_at)) for person, due_at in session.execute(query)]
