"""Announcements: to groups and to people, at a time; edited, recalled and read with a trace (D12, P11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.chat import BigId, GroupMemberRow, GroupRow, OutboxRow, OutboxState
from models.db import Base, UtcDateTime
from models.person import Person, Role


class AnnouncementState(StrEnum):
    """Life of an announcement."""

    DRAFT = "draft"
    SENT = "sent"
    RECALLED = "recalled"
    DROPPED = "dropped"


class Announcement(Base):
    """One announcement; it goes to `group_ids` and `person_ids` at `at`."""

    __tablename__ = "announcement"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    by_person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    scope: Mapped[str] = mapped_column(String(200), default="")  # as it was said, for people
    group_ids: Mapped[list[str]] = mapped_column(JSON, default=list)
    person_ids: Mapped[list[str]] = mapped_column(JSON, default=list)
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # None: as soon as it is confirmed
    state: Mapped[str] = mapped_column(String(10), default=AnnouncementState.DRAFT)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recalled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def subject(self) -> str:
        """What its messages are about."""
        return f"announcement:{self.id}"


class AnnouncementRead(Base):
    """Somebody said that he has read an announcement."""

    __tablename__ = "announcement_read"

    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcement.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class Readers:
    """Who is meant to read an announcement, by name: those who have, those who have not; what did not arrive."""

    read: tuple[str, ...]
    unread: tuple[str, ...]
    unknown_groups: tuple[str, ...]
    failed: tuple[str, ...]


def mark_read(session: Session, announcement_id: int, person_id: str, now: datetime) -> bool:
    """Note that a person has read it; returns False when that was known."""
    if session.get(AnnouncementRead, (announcement_id, person_id)) is not None:
        return False
    session.add(AnnouncementRead(announcement_id=announcement_id, person_id=person_id, at=now))
    session.flush()
    return True


def expected(session: Session, announcement: Announcement) -> list[Person]:
    """Return who is meant to read it: the people named and the known staff of the groups, the sender left out."""
    ids = set(announcement.person_ids)
    members = select(GroupMemberRow.person_id).where(GroupMemberRow.group_id.in_(announcement.group_ids))
    ids.update(id_ for id_ in session.scalars(members) if id_)
    ids.discard(announcement.by_person_id)
    query = select(Person).where(Person.id.in_(ids), Person.active, Person.role != Role.OUTSIDER).order_by(Person.id)
    return list(session.scalars(query))


def readers_of(session: Session, announcement: Announcement) -> Readers:
    """Say who has read it and who has not; a group whose members are not known is named."""
    said = select(AnnouncementRead.person_id).where(AnnouncementRead.announcement_id == announcement.id)
    done = set(session.scalars(said))
    people = expected(session, announcement)
    extra = session.scalars(select(Person.name).where(Person.id.in_(done - {p.id for p in people})).order_by(Person.id))
    groups = session.scalars(select(GroupRow).where(GroupRow.id.in_(announcement.group_ids)).order_by(GroupRow.id))
    unknown = tuple(group.name for group in groups if not group.members_known)
    lost = select(OutboxRow).where(OutboxRow.subject == announcement.subject, OutboxRow.state == OutboxState.NEVER)
    failed = tuple(_recipient(session, row) for row in session.scalars(lost.order_by(OutboxRow.id)))
    read = (*(person.name for person in people if person.id in done), *extra)
    return Readers(read, tuple(p.name for p in people if p.id not in done), unknown, failed)


def _recipient(session: Session, row: OutboxRow) -> str:
    group = session.get(GroupRow, row.group_id) if row.group_id else None
    person = session.get(Person, row.person_id) if row.person_id else None
    return group.name if group else person.name if person else row.recipient


def recent(session: Session, by_person_id: str | None, limit: int) -> list[Announcement]:
    """Return the newest announcements that went out or will, of one person (None: of everybody)."""
    states = (AnnouncementState.SENT, AnnouncementState.RECALLED)
    query = select(Announcement).where(Announcement.state.in_(states)).order_by(Announcement.id.desc()).limit(limit)
    if by_person_id is not None:
        query = query.where(Announcement.by_person_id == by_person_id)
    return list(session.scalars(query))
