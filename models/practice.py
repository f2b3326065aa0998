"""What the practice platform keeps on its own side: the messages people see there, and how far each has read.

A real platform would keep these; nothing outside `bot.adapters.practice` reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, BigInteger, ColumnElement, Index, String, UniqueConstraint, and_, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.chat import BigId, GroupMemberRow, GroupRow, SequenceRow, count_up
from models.db import Base, UtcDateTime
from models.person import Account, Person

PLATFORM: Final = "practice"
BOT: Final = "bot"
DIRECT: Final = "direct"
GROUP: Final = "group"
_CHANGES: Final = "practice-change"


class PracticeMessage(Base):
    """One message in a chat of the practice platform.

    `seq` never changes and orders the chat; `change` grows with every new or changed message, so that a page asks once for both.
    `chat_id` is the account of a direct chat or the conversation of a group; `sender` an account or "bot".
    """

    __tablename__ = "practice_message"
    __table_args__ = (
        UniqueConstraint("sender", "client_id"),
        Index("ix_practice_message_chat", "chat_kind", "chat_id", "seq"),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[str] = mapped_column(String(64), unique=True)
    change: Mapped[int] = mapped_column(BigInteger, index=True)
    chat_kind: Mapped[str] = mapped_column(String(8))
    chat_id: Mapped[str] = mapped_column(String(200))
    sender: Mapped[str] = mapped_column(String(128))
    client_id: Mapped[str | None] = mapped_column(String(120))
    outbox_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)


class PracticeRead(Base):
    """How far an account has read a chat ("direct" or a conversation id)."""

    __tablename__ = "practice_read"

    account_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    chat: Mapped[str] = mapped_column(String(200), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands: "direct" with an account, or "group" with a conversation id."""

    kind: str
    id: str


def next_change(session: Session) -> int:
    """Return the next change number; the row lock also puts concurrent writers into one order."""
    return count_up(session, _CHANGES)


def latest_change(session: Session) -> int:
    """Return the newest change number."""
    row = session.get(SequenceRow, _CHANGES)
    return row.value if row else 0


def by_message_id(session: Session, message_id: str) -> PracticeMessage | None:
    """Return a message by the id people's programs see."""
    return session.scalars(select(PracticeMessage).where(PracticeMessage.message_id == message_id)).one_or_none()


def by_client_id(session: Session, sender: str, client_id: str) -> PracticeMessage | None:
    """Return what a sender already sent under this id of its own."""
    query = select(PracticeMessage).where(PracticeMessage.sender == sender, PracticeMessage.client_id == client_id)
    return session.scalars(query).one_or_none()


def by_outbox_key(session: Session, key: str) -> PracticeMessage | None:
    """Return the bot's message that shows an outbox row."""
    return session.scalars(select(PracticeMessage).where(PracticeMessage.outbox_key == key)).one_or_none()


def groups(session: Session) -> list[GroupRow]:
    """Return the groups of the practice platform."""
    return list(session.scalars(select(GroupRow).where(GroupRow.platform == PLATFORM).order_by(GroupRow.id)))


def members(session: Session) -> dict[str, list[str]]:
    """Return the accounts of every practice group, by conversation id."""
    query = (
        select(GroupRow.conversation_id, GroupMemberRow.account_id)
        .join(GroupMemberRow, GroupMemberRow.group_id == GroupRow.id)
        .where(GroupRow.platform == PLATFORM)
        .order_by(GroupRow.id, GroupMemberRow.account_id)
    )
    found: dict[str, list[str]] = {}
    for conversation, account in session.execute(query):
        found.setdefault(conversation, []).append(account)
    return found


def people(session: Session) -> list[tuple[str, Person]]:
    """Return everybody with an active practice account: account id and person, leaders after those they lead."""
    query = select(Account.account_id, Person).join(Person).where(Account.platform == PLATFORM, Person.active)
    return [(account, person) for account, person in session.execute(query.order_by(Account.id))]


def seen_by(session: Session, viewer: str) -> ColumnElement[bool]:
    """Return the condition "this account can see the message": its own direct chat and the groups it is in."""
    mine = [conversation for conversation, accounts in members(session).items() if viewer in accounts]
    direct = and_(PracticeMessage.chat_kind == DIRECT, PracticeMessage.chat_id == viewer)
    return or_(direct, and_(PracticeMessage.chat_kind == GROUP, PracticeMessage.chat_id.in_(mine)))


def can_see(session: Session, viewer: str, message: PracticeMessage) -> bool:
    """Whether an account can see a message."""
    if message.chat_kind == DIRECT:
        return message.chat_id == viewer
    return viewer in members(session).get(message.chat_id, ())


def in_chat(place: Place) -> ColumnElement[bool]:
    """Return the condition "stands in this chat"."""
    return and_(PracticeMessage.chat_kind == place.kind, PracticeMessage.chat_id == place.id)


def find(session: Session, *conditions: ColumnElement[bool]) -> list[PracticeMessage]:
    """Return messages, oldest first."""
    return list(session.scalars(select(PracticeMessage).where(*conditions).order_by(PracticeMessage.seq)))


def answers(session: Session, keys: Iterable[str], places: Sequence[Place]) -> list[PracticeMessage]:
    """Return the bot's messages that show these outbox rows in one of these chats, oldest first."""
    return find(
        session, PracticeMessage.outbox_key.in_(list(keys)), or_(*(in_chat(place) for place in places))
    )  # fmt: skip


def mark_read(session: Session, account: str, chat: str, seq: int) -> None:
    """Note that an account has read a chat up to `seq`; never backwards."""
    row = session.get(PracticeRead, (account, chat))
    if row is None:
        session.add(PracticeRead(account_id=account, chat=chat, seq=seq))
    else:
        row.seq = max(row.seq, seq)


def unread(session: Session) -> dict[str, dict[str, int]]:
    """Return how many messages each account has not read: account → chat → count."""
    found: dict[str, dict[str, int]] = {}
    for account, chat, count in (*_unread_direct(session), *_unread_groups(session)):
        found.setdefault(account, {})[chat] = count
    return found


def _unread_direct(session: Session) -> Iterable[tuple[str, str, int]]:
    read = and_(PracticeRead.account_id == PracticeMessage.chat_id, PracticeRead.chat == DIRECT)
    query = (
        select(PracticeMessage.chat_id, func.count())
        .outerjoin(PracticeRead, read)
        .where(PracticeMessage.chat_kind == DIRECT, PracticeMessage.sender == BOT)
        .where(PracticeMessage.seq > func.coalesce(PracticeRead.seq, 0))
        .group_by(PracticeMessage.chat_id)
    )
    return [(account, DIRECT, count) for account, count in session.execute(query)]


def _unread_groups(session: Session) -> Iterable[tuple[str, str, int]]:
    read = and_(
        PracticeRead.account_id == GroupMemberRow.account_id, PracticeRead.chat == PracticeMessage.chat_id
    )  # fmt: skip
    query = (
        select(GroupMemberRow.account_id, PracticeMessage.chat_id, func.count())
        .join(GroupRow, and_(GroupRow.id == GroupMemberRow.group_id, GroupRow.platform == PLATFORM))
        .join(
            PracticeMessage,
            and_(PracticeMessage.chat_id == GroupRow.conversation_id, PracticeMessage.chat_kind == GROUP),
        )
        .outerjoin(PracticeRead, read)
        .where(PracticeMessage.sender != GroupMemberRow.account_id)
        .where(PracticeMessage.seq > func.coalesce(PracticeRead.seq, 0))
        .group_by(GroupMemberRow.account_id, PracticeMessage.chat_id)
    )
    return [(account, chat, count) for account, chat, count in session.execute(query)]


def newest(session: Session) -> list[PracticeMessage]:
    """Return the newest message of every chat."""
    last = select(func.max(PracticeMessage.seq)).group_by(PracticeMessage.chat_kind, PracticeMessage.chat_id)
    return find(session, PracticeMessage.seq.in_(last))
