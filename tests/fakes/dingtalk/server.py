"""A DingTalk on loopback: HTTP routes and the Stream socket, with the behaviours a bot must live with."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Self

from werkzeug.serving import make_server

from tests.fakes.dingtalk.routes import Routes
from tests.fakes.dingtalk.socket import StreamSide
from tests.fakes.dingtalk.state import State


class FakeDingtalk:
    """Start with `with FakeDingtalk(clock) as ding:`; `ding.state` steers and remembers, `ding.stream` is the socket."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.state = State(clock)
        self.stream = StreamSide(self.state)
        self.routes = Routes(self.state, self.stream)
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = make_server("127.0.0.1", 0, self.routes.app, threaded=True)
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        self.base = self.routes.base = f"http://127.0.0.1:{self._server.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.routes.released.set()
        self.stream.close()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def session_webhook(self, chat: str) -> str:
        """Return a live session webhook of `chat`."""
        session = f"session-of-{chat}"
        self.state.sessions[session] = chat
        return f"{self.base}/robot/sendBySession?session={session}"

    def group_webhook(self, conversation: str, secret: str = "") -> str:
        """Return a group robot's webhook."""
        token = f"hook-{len(self.state.webhooks) + 1}"
        self.state.webhooks[token] = (conversation, secret)
        return f"{self.base}/robot/send?access_token={token}"
