"""The AI bot on its long connection: what it hears is stored, what it owes is sent."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import structlog

from bot.adapters.base import Delivery, Fate, Outcome, Receive
from bot.adapters.wecom.bot_channel import BotChannel
from bot.adapters.wecom.bot_frames import NOT_LIVE, Frame, as_dict, req_id_of
from bot.adapters.wecom.bot_media import BotMedia
from bot.adapters.wecom.bot_message import read_bot_message
from bot.adapters.wecom.bot_socket import BotSocket
from bot.adapters.wecom.config import WecomConfig
from bot.adapters.wecom.crypto import Refused
from bot.adapters.wecom.errors import api_error
from bot.adapters.wecom.surroundings import Surroundings
from bot.reply import Card
from bot.update import Update, UpdateKind

log = structlog.get_logger(__name__)


class AiBot:
    """The AI bot, if it is configured; the attachments of its URL mode are fetched here too."""

    def __init__(self, config: WecomConfig, around: Surroundings, *, account_of: Callable[[str], str]) -> None:
        self._now = around.now
        self._pace = around.pace
        self._account_of = account_of
        self._stopping = threading.Event()
        self.media = BotMedia(config.bot.aes_key)
        self.socket = BotSocket(config.bot, lease=around.lease, pace=around.pace) if config.bot.has_socket else None
        self._channel = (
            BotChannel(self.socket, around.media, now=around.now, link=config.public_url, board=around.board)
            if self.socket
            else None
        )

    @property
    def has_socket(self) -> bool:
        """Whether the long connection is configured."""
        return self.socket is not None

    # -- life ----------------------------------------------------------------------------------------------------------

    def start(self, receive: Receive) -> None:
        """Connect and stay connected."""
        if self.socket is None or self._channel is None:
            return
        self._stopping.clear()
        self.socket.on_tick = self._channel.streams.tick
        self.socket.start(lambda frame: self._hear(frame, receive))

    def stop(self) -> None:
        """Close the connection; what was heard is stored."""
        self._stopping.set()
        if self.socket is not None:
            self.socket.stop()

    def health(self) -> Mapping[str, str]:
        """Return what is wrong right now."""
        problem = self.socket.problem() if self.socket else ""
        return {"wecom.bot": problem} if problem else {}

    # -- hearing -------------------------------------------------------------------------------------------------------

    def _hear(self, frame: Frame, receive: Receive) -> None:
        req_id = req_id_of(frame)
        try:
            update = read_bot_message(
                as_dict(frame.get("body")), received_at=self._now(), req_id=req_id, account_of=self._account_of
            )
        except Refused as refused:
            log.warning("wecom_bot_message_refused", reason=refused.reason.value)
            return
        if update is None:
            return
        self.media.begin(update.media)
        if update.quote is not None:
            self.media.begin(update.quote.media)
        if self._channel is None:
            return
        if update.kind not in {UpdateKind.ACTION, UpdateKind.EVENT}:
            self._channel.streams.asked(req_id)
        if not self._store(update, receive):
            self._channel.streams.forget(req_id)

    def _store(self, update: Update, receive: Receive) -> bool:
        """Store an update however long that takes: on this connection nothing is delivered twice for us."""
        while True:
            try:
                return receive(update)
            except Exception as error:  # noqa: BLE001  # whatever storing raises, the only copy must not be dropped
                log.error("wecom_bot_not_stored", error=type(error).__name__)  # noqa: TRY400  # a trace may hold the message
            if self._stopping.wait(self._pace.store_again):
                return False

    # -- speaking ------------------------------------------------------------------------------------------------------

    def send(self, delivery: Delivery) -> Sequence[Outcome]:
        """Send on the connection; while it is down, or another process owns it, later."""
        if self._channel is None or self.socket is None or not self.socket.is_live:
            return [api_error(NOT_LIVE).outcome(each.key) for each in delivery.recipients]
        return self._channel.send(delivery)

    def update(self, key: str, handle: Mapping[str, str], card: Card, now: datetime) -> Outcome:
        """Change a card within five seconds of its press."""
        if self._channel is None:
            return Outcome(key, Fate.NEVER, error="no_channel", detail="没有配置智能机器人长连接")
        return self._channel.update(key, handle, card, now)
