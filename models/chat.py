"""Tables of the chat framework: what came in, what we owe, open conversations, attachments, groups, leases.

The columns are read by `bot.inbox`, `bot.outbox`, `bot.form` and the adapters; nothing here knows sales.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import JSON, BigInteger, Float, Index, Integer, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.db import Base, UtcDateTime, insert_into

BigId = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only for INTEGER


class InboxState(StrEnum):
    """Life of a received update."""

    NEW = "new"
    DONE = "done"
    PARKED = "parked"  # failed too often; sender told, administrator alarmed


class InboxRow(Base):
    """One received update, stored before the platform is answered."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("platform", "bot", "update_id"),
        Index("ix_inbox_lane_state_id", "lane", "state", "id"),
        Index("ix_inbox_state_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    platform: Mapped[str] = mapped_column(String(16))
    bot: Mapped[str] = mapped_column(String(128))
    update_id: Mapped[str] = mapped_column(String(200))
    lane: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(8), default=InboxState.NEW)
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_by: Mapped[str | None] = mapped_column(String(64))
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)


class OutboxState(StrEnum):
    """Life of a message we owe."""

    WAITING = "waiting"
    CHANGED = "changed"  # sent, and its card has changed since
    SENT = "sent"
    UNKNOWN = "unknown"  # may have arrived; the channel has no key to repeat it by
    NEVER = "never"  # the platform will not take it
    MERGED = "merged"  # went out inside another message
    VOID = "void"  # cancelled before it went out


class OutboxRow(Base):
    """A message we owe to a person or a group; `key` names the matter, the occurrence and the recipient."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_state_not_before", "state", "not_before", "id"),
        Index("ix_outbox_subject", "subject"),
        Index("ix_outbox_state_priority_not_before", "state", "priority", "not_before"),
        Index("ix_outbox_recipient_state_id", "recipient", "state", "id"),
        Index("ix_outbox_person_id_created_at", "person_id", "created_at"),
        Index("ix_outbox_cause", "cause"),
        Index("ix_outbox_message_ref", "message_ref"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    recipient: Mapped[str] = mapped_column(String(80))  # "p:<person>" or "g:<group>": sent in order, one at a time
    person_id: Mapped[str | None] = mapped_column(String(64))
    group_id: Mapped[str | None] = mapped_column(String(64))
    platform: Mapped[str | None] = mapped_column(String(16))  # None: whichever the person uses
    chat_id: Mapped[str | None] = mapped_column(String(200))
    content: Mapped[str] = mapped_column(Text)
    attempted: Mapped[str | None] = mapped_column(Text)  # what was handed over before it changed, if its fate is open
    revision: Mapped[int] = mapped_column(default=0)
    shown_revision: Mapped[int] = mapped_column(default=0)
    resend: Mapped[bool] = mapped_column(default=False)  # a change that cannot be shown in place is sent anew
    priority: Mapped[int] = mapped_column(default=5)
    is_push: Mapped[bool] = mapped_column(default=False)  # nobody asked for it just now: quiet hours and budget apply
    held: Mapped[bool] = mapped_column(default=False)  # waited out quiet hours; several of these are merged
    subject: Mapped[str | None] = mapped_column(String(120))
    rule: Mapped[str | None] = mapped_column(String(32))
    cause: Mapped[str | None] = mapped_column(String(200))  # inbox id or job occurrence that made it
    reply_to: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    mentions: Mapped[list[str] | None] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(8), default=OutboxState.WAITING)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_by: Mapped[str | None] = mapped_column(String(64))
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handle: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    message_ref: Mapped[str | None] = mapped_column(String(200))  # the platform's id of the sent message, for quotes
    merged_into: Mapped[int | None] = mapped_column(BigId)
    error: Mapped[str | None] = mapped_column(String(64))
    detail: Mapped[str | None] = mapped_column(Text)


class ConversationRow(Base):
    """An open form: who is being asked what, and the answers so far. One per person and chat."""

    __tablename__ = "conversation"
    __table_args__ = (UniqueConstraint("person_id", "chat"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[str] = mapped_column(String(64))
    chat: Mapped[str] = mapped_column(String(200))
    form: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    step: Mapped[str] = mapped_column(String(64))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


MASKED: Final = "masked"
CUT: Final = "cut"


class MediaRow(Base):
    """Our own copy of an attachment; the bytes lie in the media folder under `key` (SHA-256)."""

    __tablename__ = "media"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    mime: Mapped[str] = mapped_column(String(100), default="")
    size: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str] = mapped_column(String(16), default="image")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    delete_on: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reading: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # what a reader saw, cached by content
    original_key: Mapped[str | None] = mapped_column(String(64), index=True)  # of a copy made from another: masked, cut


class GroupRow(Base):
    """A group chat the bot may speak in."""

    __tablename__ = "chat_group"
    __table_args__ = (UniqueConstraint("platform", "conversation_id"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    platform: Mapped[str] = mapped_column(String(16))
    conversation_id: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str | None] = mapped_column(String(32))  # "sales", "hq": what is announced there
    members_known: Mapped[bool] = mapped_column(default=True)


class GroupMemberRow(Base):
    """Who is in a group; `person_id` is empty for accounts we do not know (treated as outsiders)."""

    __tablename__ = "chat_group_member"

    group_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    person_id: Mapped[str | None] = mapped_column(String(64))


class LeaseRow(Base):
    """One owner of something that may exist once: a Stream, a socket, a singleton job."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    owner: Mapped[str] = mapped_column(String(120))
    until_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TokenRow(Base):
    """An access token shared between processes; `value` is compared and swapped."""

    __tablename__ = "access_token"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    fetched_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MeterRow(Base):
    """A counter of a period: paid calls and messages of a month."""

    __tablename__ = "meter"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    period: Mapped[str] = mapped_column(String(16), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)


class BoardRow(Base):
    """A note that the processes which send share: what went to whom within the last minute or hour."""

    __tablename__ = "board"

    name: Mapped[str] = mapped_column(String(300), primary_key=True)
    note: Mapped[dict[str, Any]] = mapped_column(JSON)
    until: Mapped[float] = mapped_column(Float(53), index=True)  # epoch seconds


class QuickReplyRow(Base):
    """A card's buttons as words to type or tap, where a platform shows no real buttons: "接单 #7k2m"."""

    __tablename__ = "quick_reply"

    chat_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    message_key: Mapped[str] = mapped_column(String(200))
    buttons: Mapped[dict[str, Any]] = mapped_column(JSON)  # label: packed action
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class SequenceRow(Base):
    """The last number given out of a sequence, e.g. `CN-20260930`."""

    __tablename__ = "sequence"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[int] = mapped_column(default=0)


class SettingRow(Base):
    """Small facts of this installation: signing key, watermarks, values changed in chat."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


class JobRunRow(Base):
    """One occurrence of a calendar job that has run."""

    __tablename__ = "job_run"

    job: Mapped[str] = mapped_column(String(64), primary_key=True)
    occurs_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    ran_at: Mapped[datetime] = mapped_column(UtcDateTime)


def masked_copy_of(session: Session, key: str | None) -> str | None:
    """Return the key of the masked copy of a picture: what others see of it; None when there is none."""
    query = select(MediaRow.key).where(
        MediaRow.original_key == key, MediaRow.kind == MASKED, MediaRow.deleted_at.is_(None)
    )
    return session.scalar(query.limit(1)) if key else None


def media_key_like(session: Session, start: str) -> str | None:
    """Return the media key that begins with `start`; buttons carry only its beginning."""
    return session.scalar(select(MediaRow.key).where(MediaRow.key.startswith(start, autoescape=True)).limit(1))


def next_number(session: Session, prefix: str, day: str, *, width: int = 3) -> str:
    """Return the next number of the day, e.g. `CN-20260930-012`; numbers are never given out twice (P02)."""
    name = f"{prefix}-{day}"
    return f"{name}-{count_up(session, name):0{width}d}"


def count_up(session: Session, name: str) -> int:
    """Return the next value of a sequence, from 1; whoever asks at the same time waits for us and gets another."""
    statement = insert_into(session, SequenceRow).values(name=name, value=1)
    counted = statement.on_conflict_do_update(
        index_elements=["name"], set_={"value": SequenceRow.value + 1}
    ).returning(SequenceRow.value)  # fmt: skip
    return int(session.execute(counted).scalar_one())


def get_setting(session: Session, name: str) -> Any:
    """Return a stored setting or None."""
    row = session.get(SettingRow, name)
    return row.value if row else None


def put_setting(session: Session, name: str, value: Any) -> None:
    """Store a setting (JSON value)."""
    row = session.get(SettingRow, name)
    if row is None:  # another process may store it at this moment: the later one wins, neither fails
        statement = insert_into(session, SettingRow).values(name=name, value=value)
        session.execute(
            statement.on_conflict_do_update(index_elements=["name"], set_={"value": statement.excluded.value})
        )
        return
    row.value = value
    session.flush()
