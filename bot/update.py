"""What comes in: one frozen `Update` per thing that happened in a chat. Only adapters make one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from pydantic import TypeAdapter

from bot.file_name import plain_file_name

MAX_TEXT: Final = 10_000
"""Longest text (characters) a turn looks at; adapters keep the rest in the inbox row only."""


class ChatKind(StrEnum):
    """Where it happened."""

    DIRECT = "direct"
    GROUP = "group"


class UpdateKind(StrEnum):
    """What happened."""

    TEXT = "text"
    IMAGE = "image"  # one or more pictures, perhaps with a caption in `text`
    FILE = "file"
    VOICE = "voice"
    VIDEO = "video"
    LOCATION = "location"
    LINK = "link"
    ACTION = "action"  # a pressed button
    EVENT = "event"  # joined, opened the chat, left …; `event` names it
    UNKNOWN = "unknown"


class MediaKind(StrEnum):
    """Kinds of attachments."""

    IMAGE = "image"
    FILE = "file"
    VOICE = "voice"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class Chat:
    """A direct chat (`id` = the account on the platform) or a group (`id` = its conversation id)."""

    kind: ChatKind
    id: str


@dataclass(frozen=True, slots=True)
class Media:
    """An attachment.

    `ref` is the platform's handle, good for a while; `key` is our own copy's content key once it is fetched. Whatever
    name it came with, `name` is one that can be shown and stored.
    """

    kind: MediaKind
    ref: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None
    name: str = ""
    mime: str = ""
    size: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", plain_file_name(self.name))


@dataclass(frozen=True, slots=True)
class Location:
    """A place sent by a person; degrees, and the coordinate system the platform uses ("gcj02" or "wgs84").

    `accuracy` is how many metres off the phone says it may be, where it says so; `about` what the place was asked for.
    """

    lat: float
    lng: float
    label: str = ""
    system: str = "gcj02"
    accuracy: float | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """The message a person quoted: our own message key where the platform tells it, else just its text."""

    message_id: str = ""
    text: str = ""
    sender_id: str = ""
    media: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button: its packed value, the card it stood on (our outbox key or platform id) and what was typed."""

    value: str
    message_id: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Update:
    """One thing that happened in a chat.

    `id` is unique for (`platform`, `bot`) and the same when the platform delivers it again; `at` is the platform's own
    instant, `received_at` ours (both aware UTC). `reply_to` holds whatever the adapter needs to answer inside the same
    session (a session webhook, a response code, a request id).
    """

    id: str
    platform: str
    bot: str
    chat: Chat
    sender_id: str
    kind: UpdateKind
    at: datetime
    received_at: datetime
    text: str = ""
    media: tuple[Media, ...] = ()
    location: Location | None = None
    voice_text: str | None = None
    press: Press | None = None
    quote: Quote | None = None
    event: str = ""
    mentions_bot: bool = True
    mentions: tuple[str, ...] = ()
    reply_to: Mapping[str, str] = field(default_factory=dict)

    @property
    def images(self) -> tuple[Media, ...]:
        """The pictures among the attachments."""
        return tuple(m for m in self.media if m.kind is MediaKind.IMAGE)

    @property
    def lane(self) -> str:
        """Updates of one lane are handled one at a time and in order: a person's direct chat, or a group."""
        return f"{self.platform}:{self.chat.kind}:{self.chat.id}"


UPDATE_JSON: Final = TypeAdapter(Update)
"""Turns an `Update` into JSON for the inbox row and back."""
