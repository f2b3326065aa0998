"""One turn: who spoke, when, in which transaction, and the few verbs a handler needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.outbox import NORMAL, Address, Note, load
from bot.parse.command import ParsedCommand
from bot.reply import Card, CardState, Content, Reply
from bot.services import Services
from bot.settings import Settings
from bot.update import UPDATE_JSON, ChatKind, Media, Update
from models.chat import ConversationRow, InboxRow, OutboxRow
from models.event import Event, record
from models.person import Person, Sight
from models.rules.workday import WorkCalendar


class UserError(Exception):
    """The one exception whose text a person sees: short, natural Chinese, and what to do instead."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group as an addressee; `id` is ours (`models.chat.GroupRow`)."""

    id: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What jobs and handlers share: a transaction, an instant, and a way to owe messages. One `now` a turn (aware UTC)."""

    services: Services
    session: Session
    now: datetime
    cause: str
    """What made this turn, e.g. "inbox:17" or "job:morning@…"; stored with everything it causes, for undo."""

    @property
    def settings(self) -> Settings:
        """The configuration."""
        return self.services.settings

    @property
    def calendar(self) -> WorkCalendar:
        """The company's working calendar."""
        return self.services.calendar

    def send(  # noqa: PLR0913  # one row of the outbox; all but three have defaults
        self,
        to: str | Group,
        content: Content,
        *,
        key: str,
        priority: int = NORMAL,
        subject: str | None = None,
        rule: str | None = None,
        at: datetime | None = None,
    ) -> str:
        """Owe a push to a person (id) or a group; returns the full key, which names the card for `change`.

        `key` names rule × subject × occurrence; the recipient is added. Sent at `at` (default now), moved out of quiet hours.
        `subject` ("commitment:CN-…") lets `cancel` take back what has not gone out.
        """
        address = _address(to)
        full = f"{key}@{address.recipient}"
        note = Note(full, content, priority=priority, subject=subject, rule=rule, cause=self.cause, not_before=at)
        self.services.outbox.owe(self.session, address, note, self.now)
        return full

    def send_all(
        self, whom: Iterable[str | Group], content: Content, *,
        key: str, subject: str | None = None, rule: str | None = None, at: datetime | None = None,
    ) -> None:  # fmt: skip
        """Owe one push to many, like `send` to each, with a few statements for all of them."""
        debts = []
        for address in map(_address, whom):
            full = f"{key}@{address.recipient}"
            debts.append((address, Note(full, content, subject=subject, rule=rule, cause=self.cause, not_before=at)))
        self.services.outbox.owe_all(self.session, debts, self.now)

    def change(self, key: str, content: Content, *, resend: bool = False) -> bool:
        """Change a message in place by its full key; `resend`: send it anew where that is not possible any more."""
        return self.services.outbox.change(self.session, key, content, self.now, resend=resend)

    def cards_about(self, subject: str) -> list[OutboxRow]:
        """Return the messages about a subject, e.g. to grey them out."""
        return list(self.session.scalars(select(OutboxRow).where(OutboxRow.subject == subject).order_by(OutboxRow.id)))

    def close(self, row: OutboxRow, note: str, *, state: CardState = CardState.DONE) -> None:
        """Grey out a card somebody was shown, in place; texts stay as they are."""
        content = load(row)
        if isinstance(content, Card) and content.state is CardState.OPEN:
            self.change(row.key, content.closed(note, state=state))

    def cancel(self, subject: str) -> int:
        """Cancel pushes about a subject that have not gone out; returns how many."""
        return self.services.outbox.cancel(self.session, subject)

    def record(
        self, kind: str, subject_kind: str, subject_id: str, *, actor_id: str | None = None, **data: Any
    ) -> Event:
        """Append a fact to the event log."""
        return record(
            self.session, kind, subject_kind, subject_id,
            at=self.now, actor_id=actor_id, data=data, cause=self.cause,
        )  # fmt: skip


def _address(to: str | Group) -> Address:
    return Address(group_id=to.id) if isinstance(to, Group) else Address(person_id=to)


@dataclass(frozen=True, slots=True)
class Context(Turn):
    """A turn that a person began."""

    update: Update
    sender: Person
    sight: Sight
    args: ParsedCommand | None = None
    group_id: str | None = None
    group_people: tuple[Person | None, ...] = ()
    readings: Mapping[str, Any] = field(default_factory=dict)
    """What the photo reader saw, by media key."""
    card: OutboxRow | None = None
    """The message whose button was pressed or that was quoted, if it is one of ours and was sent to this person."""

    @property
    def is_group(self) -> bool:
        """Whether this was said in a group."""
        return self.update.chat.kind is ChatKind.GROUP

    @property
    def text(self) -> str:
        """What was said: the text, or what the platform heard in a voice message."""
        return self.update.text or self.update.voice_text or ""

    @property
    def values(self) -> Mapping[str, str]:
        """What was typed into a card's inputs."""
        return self.update.press.values if self.update.press else {}

    @property
    def zone(self) -> ZoneInfo:
        """The sender's time zone."""
        return ZoneInfo(self.sender.zone)

    @property
    def chat_key(self) -> str:
        """The chat as conversations are stored by."""
        return self.update.lane

    def note(self, kind: str, subject_kind: str, subject_id: str, **data: Any) -> Event:
        """Append a fact with the sender as its actor."""
        return self.record(kind, subject_kind, subject_id, actor_id=self.sender.id, **data)

    def whisper(self, content: Content) -> None:
        """Answer the sender alone, e.g. beside what a group may read."""
        count = len(self.session.new) + sum(1 for _ in self.cards_about(self.cause))
        note = Note(f"whisper:{self.cause}:{count}", content, is_push=False, subject=self.cause, cause=self.cause)
        self.services.outbox.owe(self.session, Address(person_id=self.sender.id), note, self.now)

    def change_card(self, content: Content, *, resend: bool = False) -> None:
        """Change the card whose button was pressed."""
        if self.card is not None:
            self.change(self.card.key, content, resend=resend)

    def close_card(self, note: str) -> None:
        """Grey out the card whose button was pressed."""
        content = load(self.card) if self.card is not None else None
        if isinstance(content, Card):
            self.change_card(content.closed(note))

    def reading(self, media: Media) -> Any:
        """Return what was read in a picture of this update (a `bot.photo.Reading`)."""
        return self.readings.get(media.key or "")

    @property
    def row_id(self) -> int:
        """The inbox row of this update; buttons carry it to come back to the sentence they stand under."""
        return int(self.cause.partition(":")[2])

    def again(self, row_id: int) -> Reply:
        """Handle a stored update of this person once more, e.g. after a question about it was answered."""
        row = self.session.get(InboxRow, row_id)
        if row is None:
            return None
        said = UPDATE_JSON.validate_json(row.body)
        if (said.platform, said.sender_id) != (self.update.platform, self.update.sender_id):
            return None
        reply: Reply = self.services.extras["route"](replace(self, update=said, cause=f"inbox:{row_id}", card=None))
        return reply

    # -- dialogues -----------------------------------------------------------------------------------------------------

    def talk(
        self, name: str, state: dict[str, Any], *, free_text: bool = False, timeout: timedelta | None = None
    ) -> None:
        """Open (or continue) a dialogue: the person's next updates in this chat go to it.

        `free_text`: the question takes any sentence, so only a slash makes a command.
        """
        dialogue = self.services.registry.dialogues[name]
        row = self._conversation() or ConversationRow(person_id=self.sender.id, chat=self.chat_key, started_at=self.now)
        row.form, row.version, row.step = name, dialogue.version, "free" if free_text else "any"
        row.answers = dict(state)
        row.expires_at = self.now + (timeout or self.settings.rules.push.form_timeout)
        self.session.add(row)
        self.session.flush()

    def hang_up(self) -> None:
        """Close the open dialogue."""
        row = self._conversation()
        if row is not None:
            self.session.delete(row)
            self.session.flush()

    def open_dialogue(self) -> ConversationRow | None:
        """Return the dialogue that is open in this chat, if any."""
        row = self._conversation()
        return row if row is not None and row.expires_at > self.now else None

    def _conversation(self) -> ConversationRow | None:
        query = select(ConversationRow).where(
            ConversationRow.person_id == self.sender.id, ConversationRow.chat == self.chat_key
        )
        return self.session.scalars(query).one_or_none()
