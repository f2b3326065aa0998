"""A desk at the fake DingTalk: the adapter, its clocks and its stores."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.adapters.base import Delivery, Outcome, Recipient
from bot.adapters.dingtalk.adapter import DingtalkAdapter, Shared
from bot.adapters.dingtalk.config import DingtalkConfig
from bot.adapters.dingtalk.pace import Pace
from bot.adapters.lease import MemoryLease
from bot.adapters.meter import MemoryMeter
from bot.adapters.quick_reply import MemoryQuickReplies
from bot.adapters.token import MemoryTokenStore
from bot.reply import Content
from bot.update import Chat, ChatKind
from tests.fakes.dingtalk.server import FakeDingtalk
from tests.fakes.dingtalk.state import Watch


class Ticker:
    """The monotonic face of a watch; a pause moves the watch."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self.paused: list[float] = []

    def __call__(self) -> float:
        return self._watch.at.timestamp()

    def pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        self._watch.pass_time(seconds=seconds)

    def wait_until(self, moment: float) -> None:
        self._watch.pass_time(seconds=max(0.0, moment - self()))


class Desk:
    """An adapter at the fake DingTalk, with what a test wants to reach."""

    def __init__(self, ding: FakeDingtalk, config: DingtalkConfig, watch: Watch) -> None:
        self.ding = ding
        self.watch = watch
        self.ticker = Ticker(watch)
        self.files: dict[str, bytes] = {}
        self.tries: dict[str, int] = {}
        self.quick = MemoryQuickReplies()
        self.meter = MemoryMeter()
        self.lease = MemoryLease(watch)
        self.shared = Shared(MemoryTokenStore(), self.lease, self.meter, self.quick, self.files.get)
        self.adapter = DingtalkAdapter(config, self.shared, watch, pace=Pace(self.ticker, self.ticker.pause))

    def send(self, content: Content, *to: str, group: str = "", **details: Any) -> list[Outcome]:
        """Send to people, or to a group; the keys are "k:<account>"."""
        chat = Chat(ChatKind.GROUP, group) if group else Chat(ChatKind.DIRECT, to[0])
        recipients = tuple(Recipient(f"k:{account}", account) for account in (to or (group,)))
        return list(self.adapter.send(Delivery(chat, recipients, content, self.watch.at, **details)))

    def send_as(self, key: str, content: Content, *, group: str) -> Outcome:
        """Send one matter, known by its key, to a group."""
        chat = Chat(ChatKind.GROUP, group)
        return next(iter(self.adapter.send(Delivery(chat, (Recipient(key, group),), content, self.watch.at))))

    def session(self, chat: str) -> dict[str, str]:
        until = self.watch.at + timedelta(minutes=90)
        return {"webhook": self.ding.session_webhook(chat), "expires_at": until.isoformat()}
