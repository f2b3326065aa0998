"""The seam between chat and a platform: what an adapter takes, gives and promises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from flask import Flask

from bot.reply import Card, Content
from bot.update import Chat, Media, Update


class Fate(StrEnum):
    """What became of one attempt to send."""

    SENT = "sent"
    LATER = "later"  # surely not sent; try again after `retry_after`
    UNKNOWN = "unknown"  # may have arrived; repeated only where the platform honours a key
    NEVER = "never"  # will not work by trying again


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person or group of a delivery: the outbox key of the matter and the platform account."""

    key: str
    account_id: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something to send now.

    A direct delivery may name several recipients with identical content; a group delivery names one. `repeat` says that an
    earlier attempt ended `UNKNOWN`: a channel without an idempotency key marks the text or declines. `number` is the same for a
    repeat and another for any other message, where a platform tells them apart by what they look like.
    """

    chat: Chat
    recipients: tuple[Recipient, ...]
    content: Content
    now: datetime
    reply_to: Mapping[str, str] = field(default_factory=dict)
    mentions: tuple[str, ...] = ()
    repeat: bool = False
    number: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery for one recipient.

    `handle` is stored with the outbox row and given back for `update` and `recall`. `error` is a short machine code
    ("60020"), `detail` a sentence without secrets. `retry_after` in seconds. `blocks` means that nothing of this platform can be
    sent until an administrator acts; he is told once.
    """

    key: str
    fate: Fate
    handle: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    detail: str = ""
    retry_after: float | None = None
    blocks: bool = False


@dataclass(frozen=True, slots=True)
class FetchedMedia:
    """Bytes of an attachment, as the platform gave them."""

    data: bytes
    name: str = ""
    mime: str = ""


class TransportError(Exception):
    """The platform could not be reached or refused; `permanent` says that trying again will not help."""

    def __init__(self, message: str, *, permanent: bool = False, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One line of `doctor`: ok, a sentence and what to do about it (Chinese, for the administrator)."""

    name: str
    ok: bool
    detail: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A person as the platform's directory has him; `manager_id` and `id` are account ids."""

    id: str
    name: str
    active: bool
    manager_id: str | None = None
    mobile: str = ""
    departments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do; the rest falls back to words."""

    cards: bool = True
    update_cards: bool = True
    inputs: bool = False
    images: bool = True
    files: bool = True
    location: bool = False
    batch: int = 1  # recipients of one direct delivery with identical content
    crowded_minutes: frozenset[int] = frozenset()  # minutes of the hour at which it asks not to be pushed to
    keyed: bool = False  # an attempt of unknown fate may be repeated without a second card


Receive = Callable[[Update], bool]
"""Store an update durably: returns once it is committed, True if it was new, False if it was known already.
Raises `bot.inbox.InboxUnavailable` when it cannot be stored; the adapter then must not acknowledge it."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a platform lets an organisation use in a period."""

    name: str
    used: int
    limit: int


@runtime_checkable
class Metered(Protocol):
    """An adapter whose platform counts: it says what is used up and which pushes had better wait."""

    def defers(self, priority: int) -> bool:
        """Whether a push of this priority belongs into the next digest, to spare the allowance."""

    def allowances(self) -> Sequence[Allowance]:
        """Return what is used and what is allowed, for metrics."""

    def notices(self) -> Mapping[str, str]:
        """Return what the administrator has to know, key → sentence; a key is told once."""


@runtime_checkable
class Recognising(Protocol):
    """An adapter on which some messages have a key and others have none (`Capabilities.keyed` says it of all)."""

    def recognises(self, delivery: Delivery) -> bool:
        """Whether this delivery may be repeated after an attempt of unknown fate without a second card."""


class Adapter(Protocol):
    """A platform. Everything it does is safe to call from several threads."""

    name: str
    capabilities: Capabilities

    def register(self, app: Flask, receive: Receive) -> None:
        """Add the platform's HTTP routes."""

    def start(self, receive: Receive) -> None:
        """Open sockets that receive (nothing to do for a pure HTTP platform)."""

    def stop(self) -> None:
        """Close sockets within two seconds; what was received is stored."""

    def send(self, delivery: Delivery) -> Sequence[Outcome]:
        """Send now; one outcome per recipient, never raises for what a platform can do wrong."""

    def update(self, chat: Chat, key: str, handle: Mapping[str, str], card: Card, now: datetime) -> Outcome:
        """Change a card in place; `NEVER` means that this card cannot be changed any more."""

    def recall(self, handle: Mapping[str, str]) -> Outcome:
        """Take a message back."""

    def fetch(self, media: Media) -> FetchedMedia:
        """Download an attachment; raises `TransportError`."""

    def members(self) -> Iterable[Member]:
        """Return the directory (empty where the platform has none)."""

    def checks(self) -> Iterable[CheckResult]:
        """Check everything a deployer can get wrong here, for `doctor`."""

    def health(self) -> Mapping[str, str]:
        """Return what is wrong right now, name → sentence; empty when alive."""
