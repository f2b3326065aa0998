"""WeCom as a platform: the self-built app, its groups, group robots and the AI bot behind one adapter.

| chat | spoken to through |
|---|---|
| a person | the app; the AI bot where he spoke to the bot, or where there is no app |
| `webhook:` + name | the group's robot |
| `appchat:` + chatid | a group the app created |
| any other group | the AI bot |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypedDict

import structlog
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
)
from bot.adapters.board import Board
from bot.adapters.wecom import appchat, robot
from bot.adapters.wecom.app import AppChannel
from bot.adapters.wecom.appchat import AppChats
from bot.adapters.wecom.bot import AiBot
from bot.adapters.wecom.bot_message import VIA
from bot.adapters.wecom.bot_url import BotUrl
from bot.adapters.wecom.callback import Callback, add_callback
from bot.adapters.wecom.client import WecomClient
from bot.adapters.wecom.config import PLATFORM, WecomConfig
from bot.adapters.wecom.crypto import Envelope
from bot.adapters.wecom.directory import AccountIds, Directory
from bot.adapters.wecom.doctor import Doctor
from bot.adapters.wecom.errors import api_error
from bot.adapters.wecom.limits import CROWDED_MINUTES, MAX_RECIPIENTS
from bot.adapters.wecom.robot import Robots
from bot.adapters.wecom.surroundings import Surroundings
from bot.reply import Card
from bot.update import Chat, ChatKind, Media

log = structlog.get_logger(__name__)


class _Shared(TypedDict):
    now: Callable[[], datetime]
    board: Board


class WecomAdapter:
    """One company's WeCom."""

    name = PLATFORM
    capabilities = Capabilities(
        crowded_minutes=CROWDED_MINUTES,
        cards=True,
        update_cards=True,
        inputs=False,
        images=True,
        files=True,
        location=True,
        batch=MAX_RECIPIENTS,
        keyed=True,
    )

    def __init__(self, config: WecomConfig, around: Surroundings) -> None:
        self._config = config
        self._now = around.now
        # the AI bot hears no places: without the app's callback a visit asks for them as DingTalk does
        self.capabilities = replace(type(self).capabilities, location=config.has_callback)
        self.client = (
            WecomClient(config, tokens=around.tokens, now=around.now, board=around.board) if config.has_app else None
        )
        shared: _Shared = {"now": around.now, "board": around.board}
        self._app = AppChannel(self.client, config, around.media, **shared) if self.client else None
        self.chats = AppChats(self.client, around.media, **shared) if self.client else None
        self._robots = Robots(config, around.media, **shared)
        self._ids = AccountIds(self.client)
        self.bot = AiBot(config, around, account_of=self._ids.plain)
        self._doctor = Doctor(config, self.client, self._robots, self.bot, now=around.now)
        self._url = self._bot_url()
        self._callback = self._app_callback()

    def _app_callback(self) -> Callback | None:
        if not self._config.has_callback:
            return None
        envelope = Envelope(self._config.token, self._config.aes_key, self._config.corp_id)
        return Callback(envelope, now=self._now)

    def _bot_url(self) -> BotUrl | None:
        bot = self._config.bot
        if not bot.has_url:
            return None
        envelope = Envelope(bot.token, bot.aes_key, "")
        return BotUrl(envelope, now=self._now, account_of=self._ids.plain, link=self._config.public_url)

    # -- hearing -------------------------------------------------------------------------------------------------------

    def register(self, app: Flask, receive: Receive) -> None:
        """Add the routes of the app's callback and of the bot's URL mode, as far as they are configured."""
        if self._callback is not None:
            add_callback(app, self._callback, receive)
        if self._url is not None:
            self._url.add_routes(app, receive)

    def start(self, receive: Receive) -> None:
        """Open the AI bot's long connection, if it is configured."""
        self.bot.start(receive)

    def stop(self) -> None:
        """Close the long connection within two seconds; what was heard is stored."""
        self.bot.stop()

    def fetch(self, media: Media) -> FetchedMedia:
        """Download an attachment; raises `WecomError` (a `TransportError`)."""
        if media.ref.get("via") == VIA:
            return self.bot.media.fetch(media)
        if self.client is None:
            raise api_error("40007")
        return self.client.download(media.ref["media_id"])

    # -- speaking ------------------------------------------------------------------------------------------------------

    def send(self, delivery: Delivery) -> Sequence[Outcome]:
        """Send through the channel that reaches this chat."""
        return self._channel(delivery)(delivery)

    def _channel(self, delivery: Delivery) -> Callable[[Delivery], Sequence[Outcome]]:
        if delivery.chat.kind is ChatKind.GROUP:
            return self._group_channel(delivery)
        if delivery.reply_to.get("via") == VIA and (channel := self._bot_channel(delivery)):
            return channel
        if self._app is not None:
            return self._app.send
        return self.bot.send if self.bot.has_socket else _nowhere

    def _group_channel(self, delivery: Delivery) -> Callable[[Delivery], Sequence[Outcome]]:
        if self._robots.knows(delivery.chat.id):
            return self._robots.send
        if delivery.chat.id.startswith(appchat.PREFIX):
            return self.chats.send if self.chats else _nowhere
        return self._bot_channel(delivery) or _nowhere

    def _bot_channel(self, delivery: Delivery) -> Callable[[Delivery], Sequence[Outcome]] | None:
        if self.bot.has_socket:
            return self.bot.send
        if self._url is not None and delivery.reply_to.get("response_url"):
            return self._answer_or_app
        return None

    def _answer_or_app(self, delivery: Delivery) -> Sequence[Outcome]:
        """Answer in URL mode; a second answer to one message goes through the app."""
        assert self._url is not None
        outcomes = self._url.send(delivery)
        if outcomes[0].error == "no_response_url" and self._app and delivery.chat.kind is ChatKind.DIRECT:
            return self._app.send(delivery)
        return outcomes

    def update(self, chat: Chat, key: str, handle: Mapping[str, str], card: Card, now: datetime) -> Outcome:
        """Change a card in place, the way it was sent."""
        via = handle.get("via", "")
        if via == "app" and self._app is not None:
            return self._app.update(chat.id, key, handle, card)
        if via == "bot":
            return self.bot.update(key, handle, card, now)
        if via == "bot_url" and self._url is not None:
            return self._url.update_card(key, handle, card)
        return Outcome(key, Fate.NEVER, error="not_changeable", detail="这条消息不能原位更新")

    def recall(self, handle: Mapping[str, str]) -> Outcome:
        """Take a message of the app back; nothing else of WeCom can be."""
        if handle.get("via") == "app" and self._app is not None:
            return self._app.recall(handle)
        return Outcome("", Fate.NEVER, error="not_recallable", detail="这类消息不能撤回")

    # -- the company ---------------------------------------------------------------------------------------------------

    def members(self) -> Iterable[Member]:
        """Return everybody in the app's visible range; raises `WecomError`."""
        return Directory(self.client).members() if self.client else ()

    def group_ids(self) -> Mapping[str, str]:
        """Return name → chat id of the groups named in the configuration."""
        return {group.name: f"{robot.PREFIX}{group.name}" for group in self._config.groups}

    def checks(self) -> Iterable[CheckResult]:
        """Check everything a deployer can get wrong here; the service need not run."""
        return self._doctor.checks()

    def echo_checks(self) -> Iterable[CheckResult]:
        """Check the callback of the running service the way the console does (`doctor --wecom-echo`)."""
        return self._doctor.echo_checks()

    def health(self) -> Mapping[str, str]:
        """Return what is wrong right now."""
        return self.bot.health()


def _nowhere(delivery: Delivery) -> list[Outcome]:
    detail = "没有配置能发到此会话的通道"
    return [Outcome(each.key, Fate.NEVER, error="no_channel", detail=detail) for each in delivery.recipients]
