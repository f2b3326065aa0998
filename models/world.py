"""The company as running clocks see it at one instant: everybody's calendar, leave, deputies and reporting line."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.person import Leave, Person, Role
from models.rules.escalation import Around
from models.rules.recipients import Member, Team
from models.rules.running_time import Span
from models.rules.workday import WorkCalendar


class World:
    """Reads people and leave once, when they are first asked for; make a new one for each turn."""

    def __init__(self, session: Session, calendar: WorkCalendar, now: datetime) -> None:
        self._session = session
        self._calendar = calendar
        self._now = now
        self._calendars = {str(calendar.zone): calendar}

    def around(self, person_id: str) -> Around:
        """Return a person's calendar in his own zone, and the leave nobody stands in for.

        Leave with a deputy does not stop a clock: the deputy answers meanwhile.
        """
        person = self._people.get(person_id)
        calendar = self._in_zone(person.zone) if person else self._calendar
        alone = (leave for leave in self._leaves[person_id] if leave.deputy_id is None)
        return Around(calendar, tuple(Span(leave.from_at, leave.until_at) for leave in alone))

    @cached_property
    def team(self) -> Team:
        """Everybody with reporting line, and who is away or deputised at this instant; administrators in order of id."""
        members = {person.id: self._member(person) for person in self._people.values()}
        admins = sorted(person.id for person in self._people.values() if person.role == Role.ADMIN and person.active)
        return Team(members, tuple(admins))

    def name(self, person_id: str) -> str:
        """Return a person's name; the id when nobody has it."""
        person = self._people.get(person_id)
        return person.name if person else person_id

    @cached_property
    def _people(self) -> dict[str, Person]:
        return {person.id: person for person in self._session.scalars(select(Person))}

    @cached_property
    def _leaves(self) -> defaultdict[str, list[Leave]]:
        leaves: defaultdict[str, list[Leave]] = defaultdict(list)
        for leave in self._session.scalars(select(Leave).where(Leave.cancelled.is_(False)).order_by(Leave.id)):
            leaves[leave.person_id].append(leave)
        return leaves

    def _member(self, person: Person) -> Member:
        now = [leave for leave in self._leaves[person.id] if leave.from_at <= self._now < leave.until_at]
        deputy_id = next((leave.deputy_id for leave in reversed(now) if leave.deputy_id), None)
        return Member(person.id, person.role, person.manager_id, bool(now), deputy_id, person.active)

    def _in_zone(self, zone: str) -> WorkCalendar:
        if zone not in self._calendars:
            self._calendars[zone] = replace(self._calendar, zone=ZoneInfo(zone))
        return self._calendars[zone]
