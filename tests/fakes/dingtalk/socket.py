"""The fake's Stream: gateway tickets, WebSocket, frames, answers."""

from __future__ import annotations

import itertools
import json
import logging
import socket
import threading
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

from tests.fakes.dingtalk.state import State

BOT_TOPIC = "/v1.0/im/bot/messages/get"
CARD_TOPIC = "/v1.0/card/instances/callback"
QUIET = logging.getLogger("fake-dingtalk")  # what the other side logs is no secret of ours
QUIET.setLevel(logging.CRITICAL)


class StreamSide:
    """Accepts one connection per ticket and pushes frames to the newest one."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.tickets: set[str] = set()
        self.connections: list[ServerConnection] = []
        self.connected_at: list[float] = []
        self.closed_at: list[float] = []
        self.answers: dict[str, tuple[float, dict[str, Any]]] = {}
        self.pushed_at: dict[str, float] = {}
        self.refused = 0
        self._numbers = itertools.count(1)
        self._server: Server = serve(self._serve, "127.0.0.1", 0, ping_interval=None, logger=QUIET)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.port: int = self._server.socket.getsockname()[1]
        self.address = f"ws://127.0.0.1:{self.port}/connect"

    def close(self) -> None:
        self._server.shutdown()
        for connection in list(self.connections):
            _reset(connection)
        self._thread.join(5)

    def ticket(self) -> str:
        ticket = f"ticket-{next(self._numbers)}"
        self.tickets.add(ticket)
        return ticket

    def wait_connected(self, times: int = 1, seconds: float = 5) -> ServerConnection:
        """Wait until `times` connections have been made in all."""
        self.state.wait_for(lambda: len(self.connected_at) >= times, seconds)
        return self.connections[-1]

    def push(self, data: Any, *, topic: str = BOT_TOPIC, kind: str = "CALLBACK", frame_id: str = "") -> str:
        """Push a frame on the newest connection; return its id."""
        frame_id = frame_id or f"f-{next(self._numbers)}"
        headers = {"messageId": frame_id, "topic": topic, "contentType": "application/json", "time": "1760000000123"}
        body = data if isinstance(data, str) else json.dumps(data)
        self.raw(json.dumps({"specVersion": "1.0", "type": kind, "headers": headers, "data": body}), frame_id)
        return frame_id

    def raw(self, text: str | bytes, frame_id: str = "") -> None:
        self.pushed_at[frame_id] = time.monotonic()
        self.connections[-1].send(text)

    def answer(self, frame_id: str, seconds: float = 5) -> dict[str, Any]:
        """Wait for the answer to a frame."""
        self.state.wait_for(lambda: frame_id in self.answers, seconds)
        return self.answers[frame_id][1]

    def took(self, frame_id: str) -> float:
        """Return the seconds between push and answer."""
        return self.answers[frame_id][0] - self.pushed_at[frame_id]

    def abort(self) -> None:
        """Cut the newest connection without a word."""
        _reset(self.connections[-1])

    def _serve(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        ticket = parse_qs(urlsplit(connection.request.path).query).get("ticket", [""])[0]
        if ticket not in self.tickets:
            self.refused += 1
            connection.close(4001, "ticket used")
            return
        self.tickets.discard(ticket)
        with self.state.changed:
            self.connections.append(connection)
            self.connected_at.append(time.monotonic())
            self.state.changed.notify_all()
        self._listen(connection)

    def _listen(self, connection: ServerConnection) -> None:
        try:
            for message in connection:
                answer = json.loads(message)
                with self.state.changed:
                    self.answers[answer["headers"]["messageId"]] = (time.monotonic(), answer)
                    self.state.changed.notify_all()
        except ConnectionClosed:
            pass
        with self.state.changed:
            self.closed_at.append(time.monotonic())
            self.state.changed.notify_all()


class HalfOpenLine:
    """A TCP line between bot and fake that can go dead without either side being told."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._dead = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = [self._listener]
        self.address = f"ws://127.0.0.1:{self._listener.getsockname()[1]}/connect"
        threading.Thread(target=self._accept, daemon=True).start()

    def die(self) -> None:
        self._dead.set()

    def close(self) -> None:
        for each in self._sockets:
            each.close()

    def _accept(self) -> None:
        try:
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                self._sockets += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._copy, args=(one, other), daemon=True).start()
        except OSError:
            return

    def _copy(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(65536):
                if not self._dead.is_set():
                    other.sendall(data)
        except OSError:
            return


def _reset(connection: ServerConnection) -> None:
    try:
        connection.socket.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
