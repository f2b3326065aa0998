"""Durable out: every message we owe is a row with a unique key before anything is sent.

A key names the matter, the occurrence and the recipient, so a rule that fires twice owes once. A row is addressed to a person; the
platform is chosen when it is sent. Pushes respect quiet hours and the budget of the day (M3) and are merged when they waited.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.action import Action, pack
from bot.reply import CONTENT_JSON, Card, Content, stored
from bot.tally import Tally
from models.chat import OutboxRow, OutboxState
from models.db import changed, insert_into

URGENT = 1
"""Pushes of this priority or more urgent (lower) ignore quiet hours and the budget."""
NORMAL = 5
LOW = 8
DEBTS = 1_000
"""Messages owed by one statement: databases count the values of one."""
WAITING_STATES = (OutboxState.WAITING, OutboxState.CHANGED)


@dataclass(frozen=True, slots=True)
class Address:
    """Who gets a message: a person or a group; `platform` and `chat_id` pin it to the chat that is being answered."""

    person_id: str | None = None
    group_id: str | None = None
    platform: str | None = None
    chat_id: str | None = None

    @property
    def recipient(self) -> str:
        """The lane of the outbox: messages to one recipient are sent in order."""
        if self.group_id:
            return f"g:{self.group_id}"
        return f"p:{self.person_id}" if self.person_id else f"a:{self.platform}:{self.chat_id}"


@dataclass(frozen=True, slots=True)
class PushPolicy:
    """When a person may be pushed to."""

    quiet: tuple[time, time]
    daily_budget: int
    zone: ZoneInfo

    def in_quiet(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether `at` falls into quiet hours on the wall clock of `zone`."""
        local = at.astimezone(zone).time()
        start, end = self.quiet
        return start <= local < end if start <= end else (local >= start or local < end)

    def next_morning(self, at: datetime, zone: ZoneInfo) -> datetime:
        """Return the first end of quiet hours after `at`."""
        local = at.astimezone(zone)
        morning = local.replace(hour=self.quiet[1].hour, minute=self.quiet[1].minute, second=0, microsecond=0)
        return morning if morning > local else morning + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Note:
    """What is owed: content and how it may be treated on its way."""

    key: str
    content: Content
    is_push: bool = True
    priority: int = NORMAL
    subject: str | None = None
    rule: str | None = None
    cause: str | None = None
    not_before: datetime | None = None
    reply_to: dict[str, str] | None = None
    mentions: tuple[str, ...] = ()


class Outbox:
    """Writes and changes rows; sending is `bot.sender`'s."""

    def __init__(self, *, secret: bytes, policy: PushPolicy) -> None:
        self._secret = secret
        self._policy = policy

    def owe(self, session: Session, to: Address, note: Note, now: datetime) -> OutboxRow:
        """Owe a message; an existing key changes nothing and returns the row there is.

        Another process may owe the same at this moment: whoever commits first has owed it.
        """
        by_key = select(OutboxRow).where(OutboxRow.key == note.key)
        if note.is_push and (existing := session.scalars(by_key).one_or_none()) is not None:
            return existing  # jobs owe the same again and again; an answer is owed once
        columns = self._columns(to, note, now, Tally(session, self._policy.zone)) | {"content": self.dump(note.content)}
        new = insert_into(session, OutboxRow).values(columns).on_conflict_do_nothing(index_elements=["key"])
        owed = session.scalars(new.returning(OutboxRow)).one_or_none()
        return owed if owed is not None else session.scalars(by_key).one()

    def owe_all(self, session: Session, debts: Sequence[tuple[Address, Note]], now: datetime) -> None:
        """Owe many messages with a few statements; keys that exist change nothing."""
        bodies: dict[int, str] = {}
        for first in range(0, len(debts), DEBTS):
            self._owe_some(session, debts[first : first + DEBTS], now, bodies)

    def _owe_some(
        self, session: Session, debts: Sequence[tuple[Address, Note]], now: datetime, bodies: dict[int, str]
    ) -> None:
        """Owe so many as fit into one statement; `bodies` are contents by identity, written once for all who get them."""
        keys = {note.key for _, note in debts}
        known = set(session.scalars(select(OutboxRow.key).where(OutboxRow.key.in_(keys))))
        new = {note.key: (to, note) for to, note in reversed(debts) if note.key not in known}
        tally = Tally(session, self._policy.zone)
        tally.expect({to.person_id for to, _ in new.values() if to.person_id}, now)
        rows = []
        for to, note in reversed(new.values()):
            if id(note.content) not in bodies:
                bodies[id(note.content)] = self.dump(note.content)
            rows.append(self._columns(to, note, now, tally) | {"content": bodies[id(note.content)]})
        if rows:
            session.execute(insert_into(session, OutboxRow).on_conflict_do_nothing(index_elements=["key"]), rows)

    def _columns(self, to: Address, note: Note, now: datetime, tally: Tally) -> dict[str, Any]:
        """Return the row of a message: held until the morning in quiet hours and beyond the day's budget."""
        not_before, held = note.not_before or now, False
        if note.is_push and note.priority > URGENT and to.person_id is not None:
            zone = tally.zone(to.person_id)
            over = note.priority >= NORMAL and tally.pushed(to.person_id, not_before) >= self._policy.daily_budget
            if over or self._policy.in_quiet(not_before, zone):
                not_before, held = self._policy.next_morning(not_before, zone), True
        if note.is_push and to.person_id is not None and not held:
            tally.add(to.person_id, now)
        return {
            "key": note.key, "recipient": to.recipient, "person_id": to.person_id, "group_id": to.group_id,
            "platform": to.platform, "chat_id": to.chat_id, "priority": note.priority,
            "is_push": note.is_push, "subject": note.subject, "rule": note.rule, "cause": note.cause,
            "reply_to": note.reply_to, "mentions": list(note.mentions) or None, "not_before": not_before,
            "held": held, "created_at": now,
        }  # fmt: skip

    def change(self, session: Session, key: str, content: Content, now: datetime, *, resend: bool = False) -> bool:
        """Change a message in place: before it went out silently, afterwards on the platform; False if there is none."""
        row = session.scalars(select(OutboxRow).where(OutboxRow.key == key)).one_or_none()
        if row is None or row.state in {OutboxState.VOID, OutboxState.MERGED}:
            return False
        dumped = self.dump(content)
        if row.content == dumped:
            return True
        if row.claimed_by is not None and row.attempted is None and row.state == OutboxState.WAITING:
            row.attempted = row.content  # perhaps it is there: a repeat is only known as one by the same words
        row.content, row.revision, row.resend = dumped, row.revision + 1, resend
        if row.state != OutboxState.WAITING and (row.sent_at is not None or resend):
            row.state, row.not_before, row.attempts = (
                OutboxState.CHANGED,
                now,
                0,
            )  # else nothing is known to stand there
        session.flush()
        return True

    def cancel(self, session: Session, subject: str) -> int:
        """Cancel everything about a subject that has not gone out yet; returns how many."""
        statement = (
            update(OutboxRow)
            .where(OutboxRow.subject == subject, OutboxRow.state == OutboxState.WAITING, OutboxRow.is_push)
            .values(state=OutboxState.VOID)
        )
        return changed(session, statement)

    def dump(self, content: Content) -> str:
        """Return content as stored JSON, buttons packed and signed."""
        return CONTENT_JSON.dump_json(stored(pack_card(content, self._secret))).decode()

    def postpone(self, session: Session, row: OutboxRow, now: datetime) -> None:
        """Keep a push back until the next morning's digest."""
        zone = Tally(session, self._policy.zone).zone(row.person_id or "")
        row.not_before, row.held = self._policy.next_morning(max(row.not_before, now), zone), True


def pack_card(content: Content, secret: bytes) -> Content:
    """Return a card whose buttons carry packed strings; other content as it is."""
    if not isinstance(content, Card):
        return content
    buttons = tuple(
        replace(button, action=pack(button.action, secret)) if isinstance(button.action, Action) else button
        for button in content.buttons
    )
    return replace(content, buttons=buttons)


def load(row: OutboxRow) -> Content:
    """Return the content of a row; buttons are packed strings."""
    return CONTENT_JSON.validate_json(row.content).value


def load_for_sending(row: OutboxRow) -> Content:
    """Return what to hand to the platform: the words of an attempt whose fate is open, so that they are not shown twice."""
    return CONTENT_JSON.validate_json(row.attempted or row.content).value


def next_due_at(session: Session) -> datetime | None:
    """Return when the next message falls due, for a clock that is moved by hand."""
    return session.scalar(select(func.min(OutboxRow.not_before)).where(OutboxRow.state.in_(WAITING_STATES)))


def depth(session: Session, now: datetime) -> tuple[int, datetime | None]:
    """Return how many messages are overdue for sending and since when the oldest is."""
    query = select(func.count(), func.min(OutboxRow.not_before)).where(
        OutboxRow.state.in_(WAITING_STATES), OutboxRow.not_before <= now
    )
    count, oldest = session.execute(query).one()
    return count, oldest


def fates(session: Session) -> dict[str, int]:
    """Return how many messages ended without a certain arrival: refused for good, or of unknown fate."""
    ended = (OutboxState.NEVER, OutboxState.UNKNOWN)
    query = select(OutboxRow.state, func.count()).where(OutboxRow.state.in_(ended)).group_by(OutboxRow.state)
    return dict.fromkeys(map(str, ended), 0) | {str(state): count for state, count in session.execute(query)}
