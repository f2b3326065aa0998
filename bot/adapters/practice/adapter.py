"""The practice platform as the rest of the program sees it: an adapter like WeCom's and DingTalk's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from secrets import token_hex
from typing import Any

from flask import Flask
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
    TransportError,
)
from bot.adapters.practice.api import PracticeApi
from bot.adapters.practice.bell import Bell
from bot.adapters.practice.links import Links
from bot.adapters.practice.page import add_page
from bot.adapters.practice.show import sniffed
from bot.adapters.practice.stage import Stage
from bot.adapters.practice.stream import Streams
from bot.adapters.practice.wire import MAX_BODY
from bot.clock import SystemClock
from bot.listener import CLOSING, LARGEST_BODY
from bot.reply import CARD_JSON, Card, Content, Document
from bot.services import Services
from bot.update import Chat, Media
from models import practice
from models.practice import BOT, PLATFORM, PracticeMessage


class PracticeAdapter:
    """Keeps what people would see on a platform of its own, and shows it on one page."""

    name = PLATFORM
    capabilities = Capabilities(inputs=True, location=True, batch=100, keyed=True)

    def __init__(self, services: Services) -> None:
        self._database = services.database
        self._media = services.media
        self._bell = Bell()
        self._links = Links(services.secret, SystemClock().now)
        self._stage = Stage(services)

    # -- listening -----------------------------------------------------------------------------------------------------

    def register(self, app: Flask, receive: Receive) -> None:
        """Add the page at `/` and the API at `/practice/api`."""
        api = PracticeApi(
            database=self._database, media=self._media, bell=self._bell, links=self._links,
            streams=Streams(self._database, self._bell, self._stage), receive=receive, stage=self._stage,
        )  # fmt: skip
        app.register_blueprint(api.blueprint())
        app.extensions[LARGEST_BODY] = MAX_BODY
        app.extensions.setdefault(CLOSING, []).append(self._bell.stop)
        add_page(app)

    def start(self, receive: Receive) -> None:
        """Nothing to open: everything comes over HTTP."""

    def stop(self) -> None:
        """End the event streams."""
        self._bell.stop()

    # -- speaking ------------------------------------------------------------------------------------------------------

    def send(self, delivery: Delivery) -> Sequence[Outcome]:
        """Put a message into each recipient's chat; a key that is there already stays one message."""
        with self._database.write() as session:
            outcomes = [self._put(session, delivery, each.key, each.account_id) for each in delivery.recipients]
        self._bell.ring()
        return outcomes

    def _put(self, session: Session, delivery: Delivery, key: str, account: str) -> Outcome:
        known = practice.by_outbox_key(session, key)
        if known is None:
            kind = delivery.chat.kind.value
            known = PracticeMessage(
                message_id=f"b{token_hex(8)}", change=practice.next_change(session), chat_kind=kind,
                chat_id=account if kind == practice.DIRECT else delivery.chat.id, sender=BOT, outbox_key=key,
                at=delivery.now, body=self._body(delivery.content),
            )  # fmt: skip
            session.add(known)
            session.flush()
        return Outcome(key, Fate.SENT, handle={"message_id": known.message_id})

    def _body(self, content: Content) -> dict[str, Any]:
        if isinstance(content, Card):
            return {"card": CARD_JSON.dump_python(content, mode="json")}
        if isinstance(content, Document):
            head = self._media.get(content.key) or b""
            kind = "image" if content.is_image else "file"
            item = {"kind": kind, "key": content.key, "name": content.name, "mime": sniffed(head), "size": len(head)}
            return {"text": content.caption or None, "media": [item]}
        return {"text": content}

    def update(self, chat: Chat, key: str, handle: Mapping[str, str], card: Card, now: datetime) -> Outcome:  # noqa: ARG002  # the key names the card
        """Change a card in place; everybody who has it open sees it at once."""
        with self._database.write() as session:
            message = practice.by_outbox_key(session, key)
            if message is None:
                return Outcome(key, Fate.NEVER, error="gone", detail="the practice chat was reset")
            message.body = {**message.body, **self._body(card)}
            message.updated_at, message.change = now, practice.next_change(session)
        self._bell.ring()
        return Outcome(key, Fate.SENT, handle={"message_id": message.message_id})

    def recall(self, handle: Mapping[str, str]) -> Outcome:
        """Take a message back: it leaves a grey line, as on the platforms."""
        with self._database.write() as session:
            message = practice.by_message_id(session, handle.get("message_id", ""))
            if message is None:
                return Outcome("", Fate.NEVER, error="gone")
            message.body = {"text": "（这条消息已撤回）"}
            message.change = practice.next_change(session)
        self._bell.ring()
        return Outcome(message.outbox_key or "", Fate.SENT)

    # -- the rest ------------------------------------------------------------------------------------------------------

    def fetch(self, media: Media) -> FetchedMedia:
        """Return the bytes of an attachment; raises TransportError when they are gone."""
        key = media.ref.get("practice", "")
        data = self._media.get(key) if key else None
        if data is None:
            raise TransportError("the attachment is gone", permanent=True)
        return FetchedMedia(data, name=media.name, mime=sniffed(data))

    def members(self) -> Iterable[Member]:
        """Return the people played here."""
        with self._database.read() as session:
            return [
                Member(account, person.name, active=person.active, manager_id=person.manager_id, mobile=person.mobile)
                for account, person in practice.people(session)
            ]

    def checks(self) -> Iterable[CheckResult]:
        """Say that the practice chat is on: a real company switches it off."""
        return [
            CheckResult(
                "练习聊天", ok=True, detail="已打开，只在本机可用", hint="正式使用时把 [practice] enabled 设为 false"
            )
        ]

    def health(self) -> Mapping[str, str]:
        """Return nothing: it lives in this process."""
        return {}
