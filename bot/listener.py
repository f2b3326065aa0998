"""The web server of a process: waitress, started on a thread and stopped without losing an answer or printing a traceback."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any, Final
from weakref import WeakKeyDictionary

from flask import Flask
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server

MAX_BODY: Final = 256 * 1024
"""No platform sends more; what is longer is refused before it is read."""
LARGEST_BODY: Final = "largest_body"
"""`app.extensions[LARGEST_BODY]` raises that where people send files themselves."""
LOOK_EVERY: Final = 0.2
GRACE: Final = 4.0
REQUEST_WITHIN: Final = 30.0
"""Seconds from the first byte of a request to its last: who drips would hold his connection, and in the end all of them."""
CONNECTIONS: Final = 900
"""Sockets open at once. A platform keeps its own open between two callbacks: at waitress's hundred the next one waits in vain."""
CLOSING: Final = "on_closing"
"""`app.extensions[CLOSING]` lists what to call before the server waits for requests under way: whatever ends long answers."""


class _Channel(HTTPChannel):  # type: ignore[misc]  # untyped
    """A connection whose answer is sent by the thread that made it, undisturbed.

    waitress's own loop finds such a connection ready to be written to, is kept out by the sender's lock, and looks again at once:
    sixty thousand times a second at fifty callbacks in flight, with the interpreter lock that the sender needs to finish.
    """

    def writable(self) -> bool:
        """Whether the loop has something to send; not while a thread is sending, who calls the loop if anything is left."""
        if not super().writable() or not self.outbuf_lock.acquire(blocking=False):
            return False
        self.outbuf_lock.release()
        return True


class WebServer:
    """Listens from `start` to `stop`; `port` is the real one when 0 was asked for."""

    def __init__(
        self, app: Flask, *, host: str, port: int, threads: int, request_within: float = REQUEST_WITHIN
    ) -> None:
        self._app = app
        self._within = request_within
        self._begun: WeakKeyDictionary[Any, float] = WeakKeyDictionary()  # half a request → when we saw it first
        self._sockets: dict[int, Any] = {}
        self._server = create_server(
            app, map=self._sockets, host=host, port=port, threads=threads,
            max_request_body_size=app.extensions.get(LARGEST_BODY, MAX_BODY) + 1, channel_timeout=30, ident=None, connection_limit=CONNECTIONS,
        )  # fmt: skip
        for listening in self._sockets.values():
            if hasattr(listening, "channel_class"):
                listening.channel_class = _Channel
        several = getattr(self._server, "effective_listen", None)
        self.port = int(several[0][1] if several else self._server.effective_port)
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a line for every request that waits a moment
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)

    def start(self) -> None:
        """Answer requests from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the requests under way (at most four seconds), then close every socket."""
        for call in self._app.extensions.get(CLOSING, ()):
            call()
        self._server.task_dispatcher.shutdown(timeout=GRACE)
        self._closed.set()
        self._thread.join(2 * LOOK_EVERY + 1)
        for socket in list(self._sockets.values()):
            socket.close()

    def _run(self) -> None:
        looked = time.monotonic()
        while not self._closed.is_set():
            wasyncore.loop(timeout=LOOK_EVERY, use_poll=True, map=self._sockets, count=1)
            now = time.monotonic()
            if now - looked >= LOOK_EVERY:
                looked = now
                self._hang_up_on_drips(now)

    def _hang_up_on_drips(self, now: float) -> None:
        for channel in list(self._sockets.values()):
            half = getattr(channel, "request", None)
            if half is not None and now - self._begun.setdefault(half, now) > self._within:
                channel.handle_close()
