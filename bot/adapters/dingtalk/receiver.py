"""What came in, by Stream or by HTTP, is read, stored and answered the same way."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.adapters.base import Receive
from bot.adapters.dingtalk import wire
from bot.adapters.dingtalk.config import DingtalkConfig
from bot.adapters.dingtalk.frames import EVENT_TAKEN, NOT_OURS, TAKEN, UNREADABLE, Answer, Frame, FrameKind
from bot.adapters.dingtalk.message import OverQuota, is_outsider, parse_message
from bot.adapters.dingtalk.press import ANSWER, parse_press
from bot.adapters.dingtalk.quota import Kind, QuotaBook
from bot.adapters.dingtalk.wire import Json, Unreadable
from bot.adapters.quick_reply import QuickReplies, typed_code
from bot.update import Media, Press, Update, UpdateKind

log: Final = logging.getLogger("bot.dingtalk.receive")


@dataclass(frozen=True, slots=True)
class Receiver:
    """Stores messages and presses.

    `afterwards` runs what must not delay the answer; `prefetch` is told of every new attachment, whose code does not live long.
    """

    config: DingtalkConfig
    receive: Receive
    now: Callable[[], datetime]
    quick_replies: QuickReplies
    quota: QuotaBook
    prefetch: Callable[[Media], None]
    afterwards: Callable[[Callable[[], None]], None]

    def frame(self, frame: Frame) -> Answer:
        """Take a Stream frame; raises what storing raises."""
        try:
            if frame.kind is FrameKind.MESSAGE:
                self.message(wire.load(frame.data))
                return TAKEN
            if frame.kind is FrameKind.CARD:
                self.press(wire.load(frame.data), frame.id)
                return Answer(data={"response": ANSWER})
        except Unreadable as error:
            log.warning("a frame could not be read: %s", error)
            return UNREADABLE
        return EVENT_TAKEN if frame.kind is FrameKind.EVENT else NOT_OURS

    def message(self, data: Json) -> bool:
        """Store a robot message; False if it was known. Raises `Unreadable` and what storing raises."""
        now = self.now()
        try:
            update = parse_message(data, self.config, now)
        except OverQuota:
            self.quota.exhausted(Kind.MESSAGES, now)
            return False
        is_new = self.receive(self._pressed(update, now))
        if is_new:
            is_colleague = wire.text(data, "senderCorpId") == wire.text(data, "chatbotCorpId")
            self.afterwards(lambda: self._note(update, now, is_colleague=is_colleague))
        return is_new

    def press(self, data: Json, event_id: str = "") -> bool:
        """Store a pressed card button; raises `Unreadable` and what storing raises."""
        now = self.now()
        is_new = self.receive(parse_press(data, self.config, now, event_id))
        if is_new:
            self.afterwards(lambda: self.quota.count(Kind.MESSAGES, now))
        return is_new

    def _note(self, update: Update, now: datetime, *, is_colleague: bool) -> None:
        for item in update.media:
            self.prefetch(item)
        self.quota.count(Kind.MESSAGES, now)
        if is_colleague and is_outsider(update.sender_id):
            self.quota.saw_unpublished(now)

    def _pressed(self, update: Update, now: datetime) -> Update:
        """Turn "接单 #7k2m" into the press it stands for."""
        typed = typed_code(update.text) if update.kind is UpdateKind.TEXT else None
        found = self.quick_replies.find(update.chat.id, typed[1], now) if typed else None
        value = found.buttons.get(typed[0], "") if found and typed else ""
        if not found or not value:
            return update
        return replace(update, kind=UpdateKind.ACTION, press=Press(value, found.message_key))
