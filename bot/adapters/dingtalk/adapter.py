"""DingTalk behind the seam: puts the parts together and does nothing itself."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from typing import Final

from flask import Flask

from bot.adapters.base import (
    Allowance,
    Capabilities,
    CheckResult,
    Delivery,
    FetchedMedia,
    Member,
    Outcome,
    Receive,
    Recipient,
)
from bot.adapters.board import Board, MemoryBoard
from bot.adapters.dingtalk.api import Api
from bot.adapters.dingtalk.callback import Callback
from bot.adapters.dingtalk.cards import Cards
from bot.adapters.dingtalk.channels import CROWDED_MINUTES, MOST_AT_ONCE, Notices, Robot, Sessions, Webhooks
from bot.adapters.dingtalk.compose import Composer, ReadMedia
from bot.adapters.dingtalk.config import DingtalkConfig, Mode
from bot.adapters.dingtalk.connection import StreamTiming
from bot.adapters.dingtalk.courier import Courier
from bot.adapters.dingtalk.directory import Directory
from bot.adapters.dingtalk.doctor import Doctor
from bot.adapters.dingtalk.gateway import open_gateway
from bot.adapters.dingtalk.http import new_session
from bot.adapters.dingtalk.media import Downloader, Prefetch
from bot.adapters.dingtalk.oapi import Oapi
from bot.adapters.dingtalk.pace import Pace
from bot.adapters.dingtalk.quota import Kind, Quota, QuotaBook
from bot.adapters.dingtalk.recall import Ding, Recall
from bot.adapters.dingtalk.receiver import Receiver
from bot.adapters.dingtalk.stream import Stream
from bot.adapters.dingtalk.tokens import Fetched, TokenKind, Tokens
from bot.adapters.lease import Lease
from bot.adapters.meter import Meter
from bot.adapters.quick_reply import QuickReplies
from bot.adapters.token import TokenStore
from bot.reply import Card
from bot.update import Chat, Media

log: Final = logging.getLogger("bot.dingtalk")

_DOWN_FOR: Final = 30.0
"""Seconds without a connection before it counts as ill: a planned rotation is none."""


def _nobody_bound(_conversation: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Shared:
    """What the adapter shares with its like in other processes, and what it reads of the rest of the bot."""

    tokens: TokenStore
    lease: Lease
    meter: Meter
    quick_replies: QuickReplies
    read_media: ReadMedia
    board: Board = field(default_factory=MemoryBoard)
    group_name: Callable[[str], str] = _nobody_bound
    """What a conversation is called, as /绑定本群 has learnt it; "" when nobody has bound it."""


class DingtalkAdapter:
    """One DingTalk app with its robot (`bot.adapters.base.Adapter`)."""

    name = "dingtalk"

    def __init__(
        self,
        config: DingtalkConfig,
        shared: Shared,
        now: Callable[[], datetime],
        *,
        timing: StreamTiming | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.config = config
        self.capabilities = Capabilities(
            update_cards=bool(config.card_template_id), batch=MOST_AT_ONCE, crowded_minutes=CROWDED_MINUTES
        )
        self._shared = shared
        self._now = now
        self._timing = timing
        self._lease_name = f"dingtalk:stream:{config.client_id}"
        self._quota = QuotaBook(config, shared.meter)
        self._wire_clients(pace or Pace())
        self._stream: Stream | None = None
        self._afterwards = ThreadPoolExecutor(2, thread_name_prefix="dingtalk-after")

    def _wire_clients(self, pace: Pace) -> None:
        config, shared, quota = self.config, self._shared, self._quota
        self._api = Api(config, quota=quota, pace=pace, now=self._now)
        self._oapi = Oapi(config, quota=quota, pace=pace, now=self._now)
        tokens = Tokens(config.client_id, shared.tokens, self._now, self._fetch_token)
        self._api.connect(tokens)
        self._oapi.connect(tokens)
        self.directory = Directory(self._oapi)
        self._media = Prefetch(Downloader(self._api).download)
        composer = Composer(shared.quick_replies, shared.read_media, self._oapi.upload)
        self._cards = Cards(config, self._api, image=composer.image, name=self.directory.name)
        http = new_session()
        self._courier = Courier(
            config=config,
            composer=composer,
            cards=self._cards,
            sessions=Sessions(config, http, quota),
            webhooks=Webhooks(http, quota, pace),
            robot=Robot(config, self._api),
            notices=Notices(config, self._oapi),
            name=self.directory.name,
            group_name=shared.group_name,
            is_short=quota.is_short,
        )

    def register(self, app: Flask, receive: Receive) -> None:
        """Add `/dingtalk/callback` in HTTP mode."""
        if self.config.mode is Mode.HTTP:
            Callback(self._receiver(receive), self._shared.board).register(app)

    def start(self, receive: Receive) -> None:
        """Open the Stream, or stand by for it, in Stream mode."""
        if self.config.mode is not Mode.STREAM:
            return
        self._stream = Stream(
            lambda: open_gateway(self.config),
            self._receiver(receive).frame,
            lease=self._shared.lease,
            lease_name=self._lease_name,
            owner=f"{socket.gethostname()}:{os.getpid()}:{token_hex(3)}",
            timing=self._timing,
        )
        self._stream.start()

    def stop(self) -> None:
        """Close the Stream within two seconds; what was received is stored."""
        if self._stream is not None:
            self._stream.stop()
        self._media.stop()
        self._afterwards.shutdown(wait=False, cancel_futures=True)

    def send(self, delivery: Delivery) -> Sequence[Outcome]:
        """Send now; one outcome per recipient."""
        return self._courier.send(delivery)

    def recognises(self, delivery: Delivery) -> bool:
        """Whether a repeat arrives once: an interactive card, by its outTrackId (`bot.adapters.base.Recognising`)."""
        return self._courier.goes_as_card(delivery)

    def update(self, chat: Chat, key: str, handle: Mapping[str, str], card: Card, now: datetime) -> Outcome:  # noqa: ARG002 - the seam's
        """Change an interactive card in place; any other message cannot be changed."""
        return self._cards.update(key, handle, card)

    def recall(self, handle: Mapping[str, str]) -> Outcome:
        """Take a robot message back."""
        return Recall(self.config, self._api).recall(handle)

    def ding(self, recipients: Sequence[Recipient], text: str) -> Sequence[Outcome]:
        """Send a DING where the organisation's edition has it."""
        return Ding(self.config, self._api).send(recipients, text)

    def fetch(self, media: Media) -> FetchedMedia:
        """Return an attachment; raises `TransportError`."""
        return self._media.fetch(media)

    def members(self) -> Iterable[Member]:
        """Return the organisation's people; raises `TransportError`."""
        return self.directory.members()

    def quota(self) -> Sequence[Quota]:
        """Return the month's allowances, for the outbox (`Quota.defers`) and for the administrator."""
        return self._quota.all(self._now())

    def defers(self, priority: int) -> bool:
        """Whether a push to a person of this priority belongs into the next digest (`bot.adapters.base.Metered`)."""
        return self._quota.quota(Kind.API, self._now()).defers(priority)

    def allowances(self) -> Sequence[Allowance]:
        """Return the month's allowances for metrics."""
        return [Allowance(quota.kind, quota.used, quota.limit) for quota in self.quota()]

    def notices(self) -> Mapping[str, str]:
        """Return what the administrator must know about the allowances, key → sentence."""
        return self._quota.notices(self._now())

    def checks(self) -> Iterable[CheckResult]:
        """Check everything a deployer can get wrong here."""
        return Doctor(
            config=self.config,
            api=self._api,
            oapi=self._oapi,
            directory=self.directory,
            quota=self._quota,
            lease=self._shared.lease,
            lease_name=self._lease_name,
            open_gateway=lambda: open_gateway(self.config),
            now=self._now,
        ).checks()

    def health(self) -> Mapping[str, str]:
        """Return what is wrong right now; a process that stands by for the Stream is well."""
        ills = {}
        state = self._stream.state if self._stream is not None else None
        if state is not None and state.owner and not state.connected and state.down_since is not None:
            down = time.monotonic() - state.down_since
            if down > _DOWN_FOR:
                ills["dingtalk_stream"] = f"Stream 已断开 {down:.0f} 秒 {state.refused}".strip()
        spent = [kind for kind in Kind if self._quota.is_blocked(kind, self._now())]
        if spent:
            ills["dingtalk_quota"] = f"本月额度已用完：{'、'.join(spent)}"
        return ills

    def _receiver(self, receive: Receive) -> Receiver:
        return Receiver(
            config=self.config,
            receive=receive,
            now=self._now,
            quick_replies=self._shared.quick_replies,
            quota=self._quota,
            prefetch=self._media.start,
            afterwards=self._later,
        )

    def _later(self, work: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the bot is stopping; the message itself is stored
            self._afterwards.submit(_logged, work)

    def _fetch_token(self, kind: TokenKind) -> Fetched:
        return self._api.fetch_token() if kind is TokenKind.API else self._oapi.fetch_token()


def _logged(work: Callable[[], None]) -> None:
    """Run what nobody waits for; an error is told by its kind only, its text may quote a message."""
    try:
        work()
    except Exception as error:  # noqa: BLE001 - a counter or an early download; the turn does not depend on it
        log.warning("work after an answer failed: %s", type(error).__name__)
