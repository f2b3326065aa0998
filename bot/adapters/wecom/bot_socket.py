"""The long connection of the AI bot: one owner, alive again after every way it can die, and no fighting when kicked.

One thread owns the connection and only reads; what it hears goes to a second thread that stores it, and answers are sent by
whoever has one. Nothing that takes time happens in the reader: while it waits it could not hear the answers others wait for.
"""

from __future__ import annotations

import logging
import queue
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from bot.adapters.lease import Lease
from bot.adapters.wecom.acks import Acks
from bot.adapters.wecom.bot_frames import (
    NOT_LIVE,
    REFUSED,
    Ended,
    Frame,
    Pace,
    State,
    answer_body,
    as_dict,
    frame_text,
    new_req_id,
    parsed,
    req_id_of,
)
from bot.adapters.wecom.bot_message import KICKED_EVENT, event_of
from bot.adapters.wecom.config import PLATFORM, BotConfig
from bot.adapters.wecom.errors import api_error, unanswered

log = structlog.get_logger(__name__)
_QUIET = logging.getLogger("bot.adapters.wecom.websockets")
"""The library logs whole frames at DEBUG, the secret among them."""
_QUIET.setLevel(logging.WARNING)

MAX_FRAME: Final = 4 * 1024 * 1024
_TRIAL_POLL: Final = 0.05
_PROBLEMS: Final = {
    State.KICKED: "智能机器人的长连接被另一个程序占用，本程序已让出；停掉那个程序后重启本服务",
    State.REFUSED: "智能机器人的 bot_id 或 secret 不对（853000）",
    State.CONNECTING: "智能机器人的长连接断开，正在重连",
}


class BotSocket:
    """Keeps the bot connected. `on_tick` is called by the reader every half second or so and must be quick."""

    def __init__(self, config: BotConfig, *, lease: Lease, pace: Pace | None = None) -> None:
        self._config = config
        self._lease = lease
        self._pace = pace or Pace()
        self._lease_name = f"{PLATFORM}:bot:{config.bot_id}"
        self._owner = secrets.token_hex(8)
        self._owned_until = 0.0
        self._renew_at = 0.0
        self._acks = Acks()
        self._socket: ClientConnection | None = None
        self._stopping = threading.Event()
        self._heard: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self.state = State.OFF
        self.on_tick: Callable[[], None] = lambda: None

    # -- life ----------------------------------------------------------------------------------------------------------

    def start(self, hear: Callable[[Frame], None]) -> None:
        """Connect and stay connected, in threads of our own; `hear` gets every callback frame, one at a time, in order."""
        self._stopping.clear()
        targets = {"wecom-bot": self._run, "wecom-bot-intake": lambda: self._take_in(hear)}
        self._threads = [threading.Thread(target=run, name=name, daemon=True) for name, run in targets.items()]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Close within two seconds and give the bot back; what was heard is stored first."""
        self._stopping.set()
        socket = self._socket
        if socket is not None:
            socket.close()
        for thread in self._threads:
            thread.join(2)
        self._threads = []
        self.state = State.OFF

    @property
    def is_live(self) -> bool:
        """Whether frames can be sent now."""
        return self.state is State.LIVE

    def problem(self) -> str:
        """Return what is wrong, in words for an administrator; empty while all is well."""
        return self.words(self.state)

    def words(self, state: State) -> str:
        """Return what a state means for an administrator; empty for those that are well."""
        return _PROBLEMS.get(state, "")

    def holder(self) -> str | None:
        """Return which process owns the bot now."""
        return self._lease.holder(self._lease_name)

    def trial(self, seconds: float) -> State:
        """Connect for a moment, for `doctor`; returns how far it came. Takes the bot from whoever else has it."""
        self.start(lambda _frame: None)
        until = time.monotonic() + seconds
        while self.state not in {State.LIVE, State.REFUSED, State.KICKED} and time.monotonic() < until:
            self._stopping.wait(_TRIAL_POLL)
        state = self.state
        self.stop()
        return state

    # -- sending -------------------------------------------------------------------------------------------------------

    def request(self, cmd: str, body: Mapping[str, Any], *, req_id: str = "") -> dict[str, Any]:
        """Send a frame and return the body of its answer; raises `WecomError`."""
        req_id = req_id or new_req_id()
        socket = self._socket
        if socket is None or not self.is_live:
            raise api_error(NOT_LIVE)
        waiting = self._acks.expect(req_id)
        try:
            socket.send(frame_text(cmd, req_id, body))
        except (ConnectionClosed, OSError):
            raise unanswered("closed") from None
        if not waiting.settled.wait(self._pace.ack_within):
            raise unanswered("ack_timeout")
        return answer_body(waiting.answer)

    def post(self, cmd: str, body: Mapping[str, Any], *, req_id: str) -> None:
        """Send a frame whose answer nobody waits for; a lost one does no harm."""
        socket = self._socket
        if socket is None or not self.is_live:
            return
        self._acks.expect(req_id)
        try:
            socket.send(frame_text(cmd, req_id, body))
        except (ConnectionClosed, OSError):
            log.info("wecom_bot_frame_lost", cmd=cmd)

    def is_doubtful(self, req_id: str) -> bool:
        """Whether an answer to this request id is overdue: use another one."""
        return self._acks.is_doubtful(req_id, self._pace.ack_within)

    # -- connection ----------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            if not self._owns():
                self._rest(State.STANDBY, self._pace.lease / 3)
                continue
            self.state = State.CONNECTING
            ended = self._connection()
            failures = 0 if self.is_live else failures + 1
            log.info("wecom_bot_ended", why=str(ended), failures=failures)
            self._after(ended, failures)
        self._lease.release(self._lease_name, self._owner)
        self._heard.put(None)

    def _after(self, ended: Ended, failures: int) -> None:
        if ended.state is State.KICKED:
            self._yield()
        elif ended.state is State.REFUSED:
            self._rest(State.REFUSED, self._pace.refused_pause)
        else:
            pause = self._pace.back_off[min(failures, len(self._pace.back_off) - 1)]
            self._rest(State.CONNECTING, pause * (0.8 + secrets.randbelow(40) / 100))

    def _owns(self) -> bool:
        """Become or stay the owner. A database that is away counts as a yes until our lease would have ended."""
        now = time.monotonic()
        self._renew_at = now + self._pace.lease / 3
        try:
            owned = self._lease.acquire(self._lease_name, self._owner, self._pace.lease)
        except Exception as error:  # noqa: BLE001  # whatever the store raises, the thread must live on
            log.warning("wecom_bot_lease_unknown", error=type(error).__name__)
            return now < self._owned_until
        self._owned_until = now + self._pace.lease if owned else 0.0
        return owned

    def _connection(self) -> Ended:
        """Live through one connection and return why it ended."""
        try:
            self._converse()
        except Ended as ended:
            return ended
        except Exception as error:  # noqa: BLE001  # however a connection ends, even politely, the next one must be made
            return Ended(type(error).__name__)
        finally:
            self._socket = None
            self._acks.lose()
        return Ended("stopped")

    def _converse(self) -> None:
        with connect(
            self._config.ws_url,
            open_timeout=self._pace.connect_within,
            close_timeout=1,
            ping_interval=None,
            max_size=MAX_FRAME,
            logger=_QUIET,
        ) as socket:
            self._subscribe(socket)
            self._socket = socket
            self.state = State.LIVE
            log.info("wecom_bot_live")
            self._read(socket)

    def _subscribe(self, socket: ClientConnection) -> None:
        req_id = new_req_id()
        body = {"bot_id": self._config.bot_id, "secret": self._config.secret}
        socket.send(frame_text("aibot_subscribe", req_id, body))
        until = time.monotonic() + self._pace.connect_within
        while not self._stopping.is_set():
            frame = parsed(socket.recv(timeout=max(0.0, until - time.monotonic())))
            if frame.get("cmd"):
                self._take(frame)
            elif req_id_of(frame) == req_id:
                code = str(frame.get("errcode") or 0)
                if code != "0":
                    raise Ended(f"subscribe {code}", State.REFUSED if code == REFUSED else State.CONNECTING)
                return

    def _read(self, socket: ClientConnection) -> None:
        ping_at = heard_at = time.monotonic()
        while not self._stopping.is_set():
            now = time.monotonic()
            if now >= ping_at:
                socket.send(frame_text("ping", new_req_id()))
                ping_at = now + self._pace.ping_every
            if now - heard_at >= self._pace.silent_after:
                raise Ended("silent")
            if now >= self._renew_at and not self._owns():
                raise Ended("lease lost")
            self.on_tick()
            try:
                text = socket.recv(timeout=self._pace.tick)
            except TimeoutError:
                continue
            heard_at = time.monotonic()
            self._take(parsed(text))

    def _take(self, frame: Frame) -> None:
        if not frame.get("cmd"):
            self._acks.settle(req_id_of(frame), frame)
        elif event_of(as_dict(frame.get("body"))) == KICKED_EVENT:
            raise Ended("kicked", State.KICKED)
        else:
            self._heard.put(frame)

    def _yield(self) -> None:
        """Stay away after a kick. The lease is kept, so that no standby of ours goes on with the fight."""
        log.warning("wecom_bot_kicked")
        while not self._stopping.is_set() and self._owns():
            self._rest(State.KICKED, self._pace.lease / 3)

    def _rest(self, state: State, seconds: float) -> None:
        self.state = state
        self._stopping.wait(seconds)

    # -- hearing -------------------------------------------------------------------------------------------------------

    def _take_in(self, hear: Callable[[Frame], None]) -> None:
        while (frame := self._heard.get()) is not None:
            try:
                hear(frame)
            except Exception as error:  # noqa: BLE001  # one frame nobody can read must not deafen the bot
                log.error("wecom_bot_frame_unread", error=type(error).__name__)  # noqa: TRY400  # a trace may hold the message
