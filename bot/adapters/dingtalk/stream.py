"""The Stream: keeps one WebSocket to DingTalk open, in one process of all that run.

Replaces the loop of `dingtalk-stream` 0.24.3, which answers only when a handler returns, blocks its event loop while it asks
for a connection, pauses ten seconds after an abrupt close, reconnects without pause after a clean one, lets one junk frame
kill the connection and swallows its own cancellation.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import uniform
from typing import Final, TypeVar

from bot.adapters.dingtalk.background import in_daemon_thread
from bot.adapters.dingtalk.connection import (
    CONNECT_ERRORS,
    Connection,
    End,
    StoreFrame,
    StreamTiming,
    open_socket,
    spawn,
)
from bot.adapters.dingtalk.gateway import Endpoint, GatewayRefused, OpenGateway
from bot.adapters.lease import Lease

log: Final = logging.getLogger("bot.dingtalk.stream")

_STORING_THREADS: Final = 16

T = TypeVar("T")


@dataclass(slots=True)
class StreamState:
    """What the Stream is doing now, for health and metrics; times are `time.monotonic` seconds."""

    owner: bool = False
    connected: bool = False
    refused: str = ""
    reconnects: int = 0
    down_since: float | None = None
    last_frame: float | None = None

    def came_up(self) -> None:
        """Note a working connection."""
        self.connected, self.refused, self.down_since = True, "", None

    def went_down(self) -> None:
        """Note a lost connection."""
        self.connected = False
        self.reconnects += 1
        self.down_since = self.down_since or time.monotonic()


class Backoff:
    """Pauses between attempts: short first, doubling, jittered, and short again once a connection has settled."""

    def __init__(self, timing: StreamTiming) -> None:
        self._timing = timing
        self._failures = 0

    def pause(self, lived: float) -> float:
        """Return the seconds to wait after a connection that lived `lived` seconds (0: none came about)."""
        self._failures = 0 if lived >= self._timing.settled else self._failures
        most = min(self._timing.longest_reconnect, self._timing.longest_retry) if lived else self._timing.longest_retry
        longest = min(self._timing.first_retry * 2**self._failures, most)
        self._failures = min(self._failures + 1, 16)
        return uniform(longest / 2, longest)  # noqa: S311 - jitter


class Stream:
    """Receives by Stream in a thread of its own while it holds the lease; a standby otherwise."""

    def __init__(
        self,
        open_gateway: OpenGateway,
        store: StoreFrame,
        *,
        lease: Lease,
        lease_name: str,
        owner: str,
        timing: StreamTiming | None = None,
    ) -> None:
        self.state = StreamState()
        self._open_gateway = open_gateway
        self._store = store
        self._lease = lease
        self._lease_name = lease_name
        self._owner = owner
        self._timing = timing or StreamTiming()
        self._executor = ThreadPoolExecutor(_STORING_THREADS, thread_name_prefix="dingtalk-store")
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._halted = threading.Event()
        self._stopping = asyncio.Event()
        self._draining: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), name="dingtalk-stream", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the socket and hand the lease over; returns within two seconds."""
        if self._thread is None:
            return
        self._halted.set()
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended already
                self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(timeout=2)
        self._executor.shutdown(wait=False, cancel_futures=True)

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        while not self._halted.is_set():
            if await self._lease_call(self._lease.acquire):
                await self._own()
            await self._pause(self._timing.standby_every)

    async def _own(self) -> None:
        """Receive until the lease is lost or the bot stops."""
        self.state.owner = True
        self.state.down_since = time.monotonic()
        work = asyncio.create_task(self._stay_connected())
        keep = asyncio.create_task(self._keep_lease())
        halt = asyncio.create_task(self._stopping.wait())
        await asyncio.wait((work, keep, halt), return_when=asyncio.FIRST_COMPLETED)
        running = (work, keep, halt, *self._draining)
        for task in running:
            task.cancel()
        results = await asyncio.gather(*running, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                log.error("the stream ended by a fault: %s", type(result).__name__)
        self.state.owner = self.state.connected = False
        with contextlib.suppress(Exception):  # then it lapses by itself
            await self._in_thread(lambda: self._lease.release(self._lease_name, self._owner))

    async def _keep_lease(self) -> None:
        """Return while the lease is still surely ours; a database that is away for a moment does not cost it."""
        loop = asyncio.get_running_loop()
        safe_for = self._timing.lease_ttl * 0.9
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(safe_for) as until:
                while True:
                    await asyncio.sleep(self._timing.renew_every)
                    asked_at = loop.time()
                    renewed = await self._lease_call(self._lease.renew)
                    if renewed is False:
                        return
                    if renewed:
                        until.reschedule(asked_at + safe_for)

    async def _lease_call(self, call: Callable[[str, str, float], bool]) -> bool | None:
        """Return what the lease says, None when it cannot be asked."""
        try:
            return await self._in_thread(lambda: call(self._lease_name, self._owner, self._timing.lease_ttl))
        except Exception as error:  # noqa: BLE001 - any store may stand behind the lease
            log.warning("the lease could not be asked for: %s", type(error).__name__)
            return None

    async def _stay_connected(self) -> None:
        backoff = Backoff(self._timing)
        while True:
            connected_at = time.monotonic()
            try:
                connection = await self._connect()
            except GatewayRefused as error:
                self.state.refused = error.code
                log.warning("no stream connection given: %s", error.code)
                await asyncio.sleep(backoff.pause(0) if not error.permanent else self._timing.longest_retry)
                continue
            except CONNECT_ERRORS as error:
                log.warning("the stream could not connect: %s", type(error).__name__)
                await asyncio.sleep(backoff.pause(0))
                continue
            end = await self._serve(connection)
            lived = time.monotonic() - connected_at
            log.info("stream connection ended (%s) after %.0f s", end.name.lower(), lived)
            if end is not End.PLANNED or lived < self._timing.rotation_guard:
                await asyncio.sleep(backoff.pause(lived))

    async def _connect(self) -> Connection:
        endpoint: Endpoint = await self._in_thread(self._open_gateway)
        socket = await open_socket(endpoint, self._timing)
        return Connection(socket, self._store, self._executor, self._timing, on_frame=self._saw_frame)

    async def _serve(self, connection: Connection) -> End:
        """Read one connection to its end; the one that is rotated out drains beside its successor."""
        self.state.came_up()
        end = None
        try:
            end = await connection.read()
        finally:
            if end is End.PLANNED:
                spawn(connection.drain(), self._draining)
            else:
                await asyncio.shield(connection.close())
            self.state.went_down()
        return end

    def _saw_frame(self) -> None:
        self.state.last_frame = time.monotonic()

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def _in_thread(self, call: Callable[[], T]) -> T:
        """Run a blocking call in a daemon thread: one that hangs delays neither the stop nor the end of the process."""
        return await asyncio.wrap_future(in_daemon_thread(call, "dingtalk-call"))
