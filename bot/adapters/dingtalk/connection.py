"""One WebSocket of the Stream: reads frames, has them stored, answers each on the socket it came from."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from bot.adapters.dingtalk.frames import (
    NOT_OURS,
    NOT_STORED,
    TAKEN,
    Answer,
    Frame,
    FrameKind,
    parse_frame,
    render_answer,
)
from bot.adapters.dingtalk.gateway import Endpoint
from bot.adapters.dingtalk.wire import Unreadable

log: Final = logging.getLogger("bot.dingtalk.stream")
_socket_log: Final = logging.getLogger("bot.dingtalk.socket")
_socket_log.setLevel(logging.WARNING)  # below that the library writes addresses with their tickets

MAX_FRAME: Final = 4 * 1024 * 1024
_MOST_AT_ONCE: Final = 200

CONNECT_ERRORS: Final = (OSError, TimeoutError, InvalidHandshake, InvalidURI, ConnectionClosed)

StoreFrame = Callable[[Frame], Answer]
"""Stores what a message, card or event frame carries (blocking) and says what to answer."""


class End(Enum):
    """Why reading a connection ended."""

    PLANNED = auto()  # the server announced it
    CLOSED = auto()
    SILENT = auto()  # no frame for too long: connected but deaf


@dataclass(frozen=True, slots=True)
class StreamTiming:
    """All waiting of the Stream, in seconds."""

    ping_interval: float = 20
    ping_timeout: float = 10
    silence: float = 90  # the server itself pings every 20 to 30 s
    store_within: float = 1.5  # the platform waits 3 s for an answer
    finish_within: float = 1
    drain: float = 10
    close_within: float = 0.5
    connect_within: float = 10
    first_retry: float = 0.3
    longest_retry: float = 60
    longest_reconnect: float = 4  # after a connection that did come about: the door is open, only the line is bad
    settled: float = 10  # a connection that lived this long starts the retries anew
    rotation_guard: float = 1  # rotated sooner than this, a connection counts as lost
    lease_ttl: float = 10
    renew_every: float = 3
    standby_every: float = 2


class Connection:
    """One open WebSocket. `on_frame` is told of every readable frame (liveness, counters)."""

    def __init__(
        self,
        socket: ClientConnection,
        store: StoreFrame,
        executor: Executor,
        timing: StreamTiming,
        *,
        on_frame: Callable[[], None],
    ) -> None:
        self._socket = socket
        self._store = store
        self._executor = executor
        self._timing = timing
        self._on_frame = on_frame
        self._tails: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(_MOST_AT_ONCE)

    async def read(self) -> End:
        """Take frames until the server announces the end, closes, or falls silent."""
        while True:
            try:
                async with asyncio.timeout(self._timing.silence):
                    raw = await self._socket.recv()
            except ConnectionClosed:
                return End.CLOSED
            except TimeoutError:
                return End.SILENT
            if await self._take(raw) is FrameKind.DISCONNECT:
                return End.PLANNED

    async def drain(self) -> None:
        """Read what is still on its way on a connection that is being rotated out, then close it."""
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._timing.drain):
                    while await self.read() is End.PLANNED:
                        pass
        finally:
            await asyncio.shield(self.close())

    async def close(self) -> None:
        """Answer what was received, then close; bounded, whatever the other side does."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._timing.finish_within)
        with contextlib.suppress(TimeoutError, ConnectionClosed):
            async with asyncio.timeout(self._timing.close_within):
                await self._socket.close()
        self._socket.transport.abort()

    async def _take(self, raw: str | bytes) -> FrameKind:
        try:
            frame = parse_frame(raw)
        except Unreadable:
            log.warning("junk frame of %d bytes skipped", len(raw))
            return FrameKind.UNKNOWN
        self._on_frame()
        if frame.kind is FrameKind.PING:
            await self._answer(frame, TAKEN)
        elif frame.kind is FrameKind.UNKNOWN:
            log.warning("frame of an unknown kind answered with 404")
            await self._answer(frame, NOT_OURS)
        elif frame.kind in (FrameKind.MESSAGE, FrameKind.CARD, FrameKind.EVENT):
            await self._room.acquire()
            self._enqueue(frame)
        return frame.kind

    def _enqueue(self, frame: Frame) -> None:
        """Store the frame behind the one before it of the same conversation, beside all others."""
        lane = frame.lane
        task = asyncio.create_task(self._store_and_answer(frame, self._tails.get(lane)))
        self._tails[lane] = task
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._forget(lane, done))

    def _forget(self, lane: str, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._room.release()
        if self._tails.get(lane) is task:
            del self._tails[lane]

    async def _store_and_answer(self, frame: Frame, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait([before])
        await self._answer(frame, await self._stored(frame))

    async def _stored(self, frame: Frame) -> Answer:
        storing = asyncio.get_running_loop().run_in_executor(self._executor, self._store, frame)
        storing.add_done_callback(_look_at)
        try:
            async with asyncio.timeout(self._timing.store_within):
                return await asyncio.shield(storing)
        except TimeoutError:
            log.error("a frame was not stored within %.1f s", self._timing.store_within)  # noqa: TRY400 - see below
        except Exception as error:  # noqa: BLE001 - whatever it is, the platform must hear that we do not have the message
            # Only the kind is logged: a database error quotes its parameters, and among them is a session webhook.
            log.error("a frame could not be stored: %s", type(error).__name__)  # noqa: TRY400
        return NOT_STORED

    async def _answer(self, frame: Frame, answer: Answer) -> None:
        with contextlib.suppress(ConnectionClosed):  # then the platform sends the frame again, and it is known already
            await self._socket.send(render_answer(frame, answer))


async def open_socket(endpoint: Endpoint, timing: StreamTiming) -> ClientConnection:
    """Connect; raises one of `CONNECT_ERRORS`."""
    return await connect(
        endpoint.url,
        open_timeout=timing.connect_within,
        ping_interval=timing.ping_interval,
        ping_timeout=timing.ping_timeout,
        close_timeout=timing.close_within,
        max_size=MAX_FRAME,
        logger=_socket_log,
    )


def _look_at(done: asyncio.Future[Answer]) -> None:
    """Fetch the error of a storing nobody waits for any more."""
    if not done.cancelled():
        done.exception()


def spawn(coroutine: Coroutine[Any, Any, None], keep: set[asyncio.Task[None]]) -> asyncio.Task[None]:
    """Start a background task that is kept in `keep` as long as it runs."""
    task = asyncio.create_task(coroutine)
    keep.add(task)
    task.add_done_callback(keep.discard)
    return task
