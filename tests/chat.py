"""A company in a test: the demo cast on a fake clock, over the real inbox, dispatch, outbox and scheduler.

    def test_a_rep_takes_a_visit_back(company: Company) -> None:
        company.say("zhouhang", "拜访 华东机械")
        assert "拜访开始" in company.last("zhouhang").text

`company` is a fixture of `tests/conftest.py`. Nothing sleeps; `advance` moves the clock and runs every job on the way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from bot.adapters.base import (
    Capabilities,
    CheckResult,
    Delivery,
    Fate,
    FetchedMedia,
    Member,
    Outcome,
    Receive,
)
from bot.app import Parts, create_app
from bot.clock import PracticeClock
from bot.reply import Card, Content, Document
from bot.services import Reader
from bot.settings import Settings, parse_settings
from bot.update import Chat, ChatKind, Location, Media, MediaKind, Press, Quote, Update, UpdateKind
from models.demo import load_demo
from models.person import Account
from tests.stores import fresh_url

SHANGHAI = ZoneInfo("Asia/Shanghai")


def shanghai(text: str) -> datetime:
    """Read "2026-11-16 14:05" as an instant in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@dataclass
class Shown:
    """A message as a person sees it now (after changes in place)."""

    key: str
    chat: Chat
    content: Content
    at: datetime
    changes: int = 0

    @property
    def card(self) -> Card:
        assert isinstance(self.content, Card), f"not a card: {self.content!r}"
        return self.content

    @property
    def text(self) -> str:
        """All the words of it."""
        if isinstance(self.content, Document):
            return f"[{self.content.name}] {self.content.caption}"
        return self.content.as_text() if isinstance(self.content, Card) else self.content

    @property
    def buttons(self) -> list[str]:
        return [b.label for b in self.content.buttons if not b.disabled] if isinstance(self.content, Card) else []


@dataclass
class FakePlatform:
    """A platform that remembers what every account sees; `outcomes` scripts failures by key substring."""

    name: str = "practice"
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(batch=1, keyed=True, location=True))
    shown: dict[str, Shown] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    outcomes: list[tuple[str, Outcome]] = field(default_factory=list)
    attempts: list[Delivery] = field(default_factory=list)

    def register(self, app: Flask, receive: Receive) -> None: ...
    def start(self, receive: Receive) -> None: ...
    def stop(self) -> None: ...

    def send(self, delivery: Delivery) -> Sequence[Outcome]:
        self.attempts.append(delivery)
        return [self._one(delivery, recipient.key, recipient.account_id) for recipient in delivery.recipients]

    def _one(self, delivery: Delivery, key: str, account: str) -> Outcome:
        for index, (wanted, outcome) in enumerate(self.outcomes):
            if wanted in key:
                del self.outcomes[index]
                if outcome.fate is not Fate.SENT:
                    return Outcome(
                        key, outcome.fate, error=outcome.error, retry_after=outcome.retry_after, blocks=outcome.blocks
                    )
        self.shown.setdefault(key, Shown(key, Chat(delivery.chat.kind, account), delivery.content, delivery.now))
        return Outcome(key, Fate.SENT, handle={"message_id": f"m-{key}"})

    def update(self, chat: Chat, key: str, handle: Mapping[str, str], card: Card, now: datetime) -> Outcome:
        self.shown[key].content = card
        self.shown[key].changes += 1
        return Outcome(key, Fate.SENT, handle=dict(handle))

    def recall(self, handle: Mapping[str, str]) -> Outcome:
        return Outcome("", Fate.NEVER)

    def fetch(self, media: Media) -> FetchedMedia:
        return FetchedMedia(self.files[media.ref["id"]], media.name, media.mime)

    def members(self) -> Sequence[Member]:
        return []

    def checks(self) -> Sequence[CheckResult]:
        return []

    def health(self) -> Mapping[str, str]:
        return {}


class Company:
    """The demo company, in process."""

    def __init__(
        self, folder: Path, *, at: str = "2026-11-16 09:00", reader: Reader | None = None, **settings: object
    ) -> None:
        self.platform = FakePlatform()
        self.clock = PracticeClock(shanghai(at), frozen=True)
        raw = {"database": {"url": fresh_url(folder), "media_dir": f"{folder}/media"}, **settings}
        self.settings: Settings = parse_settings(raw)
        parts = Parts(clock=self.clock, reader=reader, adapters=lambda _s: {"practice": self.platform}, workers=0)
        self.app = create_app(self.settings, parts)
        self.runtime = self.app.runtime
        _without_waiting_for_the_disk(self.database.engine)
        with self.database.write() as session:
            load_demo(session, now=self.now)
        self.runtime.inbox.start()
        self._count = 0
        self.replies: list[Shown] = []

    # -- people speak ---------------------------------------------------------------------------------------------------

    def say(self, who: str, text: str = "", *, images: Sequence[bytes] = (), quote: Shown | None = None,
            location: tuple[float, float] | None = None, group: str | None = None, voice: str | None = None,
            update_id: str | None = None, files: Mapping[str, bytes] | None = None, settle: bool = True) -> list[Shown]:  # fmt: skip
        """Send a message; returns what this person (or group) was shown because of it."""
        media = [self._image(data) for data in images]
        media += [self._file(name, data) for name, data in (files or {}).items()]
        kind = UpdateKind.TEXT
        if images:
            kind = UpdateKind.IMAGE
        elif files:
            kind = UpdateKind.FILE
        elif location:
            kind = UpdateKind.LOCATION
        elif voice is not None:
            kind = UpdateKind.VOICE
        return self._deliver(
            who, kind, settle=settle, update_id=update_id, text=text, media=tuple(media), group=group, voice_text=voice,
            quote=Quote(message_id=quote.key, text=quote.text) if quote else None,
            location=Location(*location) if location else None,
        )  # fmt: skip

    def press(
        self, who: str, label: str, *, on: Shown | None = None, values: Mapping[str, str] | None = None
    ) -> list[Shown]:
        """Press the button with this label on a message (default: the newest message that has it)."""
        shown = on or next(m for m in reversed(self.inbox(who)) if any(b.label.startswith(label) for b in _buttons(m)))
        button = next(b for b in _buttons(shown) if b.label.startswith(label))
        assert isinstance(button.action, str)
        press = Press(button.action, message_id=shown.key, values=dict(values or {}))
        return self._deliver(who, UpdateKind.ACTION, press=press)

    def _deliver(self, who: str, kind: UpdateKind, *, settle: bool = True, update_id: str | None = None,
                 group: str | None = None, **facts: object) -> list[Shown]:  # fmt: skip
        self._count += 1
        chat = Chat(ChatKind.GROUP, group) if group else Chat(ChatKind.DIRECT, who)
        before = {key: shown.changes for key, shown in self.platform.shown.items()}
        update = Update(
            id=update_id or f"u{self._count}", platform="practice", bot="bot", chat=chat, sender_id=who, kind=kind,
            at=self.now, received_at=self.now, **facts,  # type: ignore[arg-type]
        )  # fmt: skip
        self.runtime.receive(update)
        if not settle:
            return []
        self.settle()
        return [s for key, s in self.platform.shown.items() if key not in before and s.chat.id in {who, group}]

    # -- time passes ----------------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def settle(self) -> None:
        self.runtime.settle()

    def advance(self, **delta: float) -> int:
        """Move the clock, e.g. `advance(hours=2)`; runs every job on the way; returns the pushes sent."""
        return self.runtime.advance(self.now + timedelta(**delta))

    def advance_to(self, at: str) -> int:
        """Move the clock to a local time of Shanghai."""
        return self.runtime.advance(shanghai(at).astimezone(UTC))

    # -- what people see ------------------------------------------------------------------------------------------------

    def inbox(self, who: str) -> list[Shown]:
        """Return every message in a person's direct chat (or a group by its id), oldest first."""
        return [shown for shown in self.platform.shown.values() if shown.chat.id == who]

    def last(self, who: str) -> Shown:
        return self.inbox(who)[-1]

    def said(self, who: str) -> str:
        """Return all words a person has been shown."""
        return "\n".join(shown.text for shown in self.inbox(who))

    # -- the database ---------------------------------------------------------------------------------------------------

    @property
    def database(self):  # type: ignore[no-untyped-def]  # noqa: ANN201
        return self.app.services.database

    def session(self) -> Session:
        """Return a session for looking; close it or use it as a context manager."""
        return Session(self.database.engine.execution_options(sqlite_begin="DEFERRED"))

    def close(self) -> None:
        self.runtime.inbox.stop()
        self.database.close()

    def add_account(self, person: str, account: str, platform: str = "practice") -> None:
        with self.database.write() as session:
            session.add(Account(platform=platform, account_id=account, person_id=person))

    def _image(self, data: bytes) -> Media:
        return Media(
            MediaKind.IMAGE, key=self.app.services.media.put(data), name="photo.jpg", mime="image/jpeg", size=len(data)
        )

    def _file(self, name: str, data: bytes) -> Media:
        return Media(MediaKind.FILE, key=self.app.services.media.put(data), name=name, size=len(data))


def _buttons(shown: Shown):  # type: ignore[no-untyped-def]  # noqa: ANN202
    return shown.content.buttons if isinstance(shown.content, Card) else ()


def _without_waiting_for_the_disk(engine: Engine) -> None:
    """Commit without fsync: no company in process lives through a power cut, and half of a test's time was waiting."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous = OFF"))
        engine.dispose()
