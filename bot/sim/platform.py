"""A platform in memory: it delivers at once, remembers what everybody sees, and writes down every line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask import Flask

from bot.adapters.base import (
    Capabilities,
    CheckResult,
    Delivery,
    Fate,
    FetchedMedia,
    Member,
    Outcome,
    Receive,
    TransportError,
)
from bot.photo import Box, Field, PhotoKind, Reading
from bot.reply import Button, Card, Content, Document
from bot.update import Chat, Media

NAME = "practice"


@dataclass(slots=True)
class Shown:
    """A message as its reader sees it now."""

    key: str
    chat: str
    content: Content
    at: datetime

    @property
    def text(self) -> str:
        """All the words of it, on one line."""
        if isinstance(self.content, Document):
            return f"[{self.content.name}]"
        words = self.content.as_text() if isinstance(self.content, Card) else self.content
        return " / ".join(line for line in words.splitlines() if line)

    @property
    def buttons(self) -> tuple[Button, ...]:
        """What can be pressed."""
        return tuple(b for b in self.content.buttons if not b.disabled) if isinstance(self.content, Card) else ()


@dataclass(slots=True)
class SimPlatform:
    """Delivers to accounts and groups; `lines` is the transcript so far, `deliveries` counts every key."""

    name: str = NAME
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(keyed=True, location=True))
    shown: dict[str, Shown] = field(default_factory=dict)
    deliveries: dict[str, int] = field(default_factory=dict)
    lines: list[tuple[datetime, str]] = field(default_factory=list)

    def register(self, app: Flask, receive: Receive) -> None:
        """Have no routes."""

    def start(self, receive: Receive) -> None:
        """Have no sockets."""

    def stop(self) -> None:
        """Have nothing to close."""

    def send(self, delivery: Delivery) -> Sequence[Outcome]:
        """Deliver to everybody named."""
        for recipient in delivery.recipients:
            self.deliveries[recipient.key] = self.deliveries.get(recipient.key, 0) + 1
            shown = Shown(recipient.key, recipient.account_id, delivery.content, delivery.now)
            self.shown[recipient.key] = shown
            mark = "🤖" if recipient.key.startswith(("reply:", "whisper:")) else "📣"
            self.lines.append((delivery.now, f"{mark} ▸ {shown.chat}：{shown.text}"))
        return [Outcome(r.key, Fate.SENT, handle={"message_id": f"m-{r.key}"}) for r in delivery.recipients]

    def update(self, chat: Chat, key: str, handle: Mapping[str, str], card: Card, now: datetime) -> Outcome:
        """Change a card in place."""
        self.shown[key].content = card
        self.lines.append((now, f"✎ ▸ {chat.id}：{self.shown[key].text}"))
        return Outcome(key, Fate.SENT, handle=dict(handle))

    def recall(self, handle: Mapping[str, str]) -> Outcome:
        """Take nothing back."""
        return Outcome(str(handle.get("message_id", "")), Fate.NEVER)

    def fetch(self, media: Media) -> FetchedMedia:
        """Have no attachments: they come with their key."""
        raise TransportError(f"no attachment {media.name}", permanent=True)

    def members(self) -> Iterable[Member]:
        """Have no directory."""
        return ()

    def checks(self) -> Iterable[CheckResult]:
        """Have nothing to check."""
        return ()

    def health(self) -> Mapping[str, str]:
        """Be well."""
        return {}

    def inbox(self, who: str) -> list[Shown]:
        """Return what a person sees, oldest first."""
        return [shown for shown in self.shown.values() if shown.chat == who]


def picture(kind: PhotoKind, **fields: str) -> bytes:
    """Return the bytes of a picture that `SimReader` reads: what it shows instead of how it looks."""
    return json.dumps({"kind": kind.value, "fields": fields}, ensure_ascii=False, sort_keys=True).encode()


class SimReader:
    """Reads the pictures of a simulation; no OCR engine runs."""

    def read(self, data: bytes) -> Reading:
        """Return what the picture says it shows."""
        shown = json.loads(data)
        fields = {name: Field(name, value, value, 0.95) for name, value in shown["fields"].items()}
        return Reading(kind=PhotoKind(shown["kind"]), kind_confidence=0.95, fields=fields)

    def masked_copy(self, data: bytes, reading: Reading) -> bytes | None:  # noqa: ARG002 - the reader's shape
        """Draw nothing: there is no picture."""
        return None

    def cut_out(self, data: bytes, box: Box, *, turn: int = 0) -> bytes | None:  # noqa: ARG002 - the reader's shape
        """Draw nothing: there is no picture."""
        return None
