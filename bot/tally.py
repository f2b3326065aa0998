"""How much has been pushed to whom today, asked once for everybody of a batch and carried on while more is owed (M3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.chat import OutboxRow, OutboxState
from models.person import Person


class Tally:
    """Zones and pushes of some people; whoever was not announced is looked up when he is first asked for."""

    def __init__(self, session: Session, fallback: ZoneInfo) -> None:
        self._session = session
        self._fallback = fallback
        self._zones: dict[str, ZoneInfo] = {}
        self._counts: Counter[tuple[str, datetime]] = Counter()
        self._asked: set[tuple[str, datetime]] = set()

    def expect(self, people: Iterable[str], at: datetime) -> None:
        """Look up everybody at once, for the day that `at` lies in."""
        wanted = set(people)
        query = select(Person.id, Person.zone).where(Person.id.in_(wanted - self._zones.keys()))
        self._zones |= {person: ZoneInfo(zone) for person, zone in self._session.execute(query)}
        self._zones |= dict.fromkeys(wanted - self._zones.keys(), self._fallback)
        for zone in {self._zones[person] for person in wanted}:
            self._ask({person for person in wanted if self._zones[person] == zone}, _midnight(at, zone))

    def zone(self, person: str) -> ZoneInfo:
        """Return a person's zone."""
        if person not in self._zones:
            known = self._session.get(Person, person)
            self._zones[person] = ZoneInfo(known.zone) if known else self._fallback
        return self._zones[person]

    def pushed(self, person: str, at: datetime) -> int:
        """Return how many pushes a person has had, or is owed, on the day that `at` lies in for him."""
        midnight = _midnight(at, self.zone(person))
        if (person, midnight) not in self._asked:
            self._ask({person}, midnight)
        return self._counts[person, midnight]

    def add(self, person: str, at: datetime) -> None:
        """Count one more."""
        self._counts[person, _midnight(at, self.zone(person))] += 1

    def _ask(self, people: set[str], midnight: datetime) -> None:
        unknown = {person for person in people if (person, midnight) not in self._asked}
        query = (
            select(OutboxRow.person_id, func.count())
            .where(
                OutboxRow.person_id.in_(unknown), OutboxRow.created_at >= midnight, OutboxRow.is_push,
                OutboxRow.held.is_(False), OutboxRow.state != OutboxState.VOID,
            )
            .group_by(OutboxRow.person_id)
        )  # fmt: skip
        self._asked |= {(person, midnight) for person in unknown}
        for person, count in self._session.execute(query).tuples() if unknown else ():
            self._counts[person or "", midnight] = count


def _midnight(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
