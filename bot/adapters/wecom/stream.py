"""Streaming answers of the AI bot: opened while a person waits, finished in time, one per message.

A message that is answered at once gets one finished frame. One that takes longer first gets a word; WeCom lets a stream live for
some minutes and shows it as unfinished for ever if nobody ends it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

OPEN_AFTER: Final = 2.0
FINISH_BY: Final = 240.0
"""Seconds after which an open stream is ended: 846608 has been seen from six minutes on."""
WAITING_WORDS: Final = "收到，正在处理…"
PARTING_WORDS: Final = "已收到，有结果马上发给你。"

Post = Callable[[str, dict[str, Any]], None]
"""Sends a body as an answer to a request id without waiting."""


@dataclass(slots=True)
class _Stream:
    asked_at: float
    is_open: bool = False
    is_done: bool = False


class Streams:
    """The streams of messages not answered yet. `seconds` counts up."""

    def __init__(self, post: Post, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._post = post
        self._seconds = seconds
        self.open_after = OPEN_AFTER
        self._streams: dict[str, _Stream] = {}
        self._guard = threading.Lock()

    def asked(self, req_id: str) -> None:
        """Note that somebody waits for an answer to this request."""
        with self._guard:
            self._streams[req_id] = _Stream(self._seconds())

    def forget(self, req_id: str) -> None:
        """Note that nobody waits: the message had been delivered before."""
        with self._guard:
            self._streams.pop(req_id, None)

    def tick(self) -> None:
        """Open the streams of those who wait for long, end those that are about to expire."""
        now = self._seconds()
        with self._guard:
            to_open, to_end = self._due(now)
        for req_id in to_open:
            self._post(req_id, stream_body(req_id, WAITING_WORDS, finish=False))
        for req_id in to_end:
            self._post(req_id, stream_body(req_id, PARTING_WORDS, finish=True))

    def claim(self, req_id: str) -> bool:
        """Take the one stream of a request for an answer; False when it has been used or has expired."""
        with self._guard:
            stream = self._streams.get(req_id)
            if stream is None:  # asked before this process started
                self._streams[req_id] = _Stream(self._seconds(), is_done=True)
                return True
            if stream.is_done:
                return False
            stream.is_done = True
            return True

    def reopen(self, req_id: str) -> None:
        """Give a stream back whose answer surely did not go out."""
        with self._guard:
            if req_id in self._streams:
                self._streams[req_id].is_done = False

    def _due(self, now: float) -> tuple[list[str], list[str]]:
        to_open, to_end = [], []
        for req_id, stream in list(self._streams.items()):
            age = now - stream.asked_at
            if age >= FINISH_BY:
                if stream.is_open and not stream.is_done:
                    to_end.append(req_id)
                    stream.is_done = True
                elif age >= 2 * FINISH_BY:
                    del self._streams[req_id]
            elif age >= self.open_after and not stream.is_open and not stream.is_done:
                stream.is_open = True
                to_open.append(req_id)
        return to_open, to_end


def stream_body(req_id: str, content: str, *, finish: bool) -> dict[str, Any]:
    """Return one frame of a request's stream; `content` is all of it so far."""
    stream_id = "s" + sha256(req_id.encode()).hexdigest()[:24]
    return {"msgtype": "stream", "stream": {"id": stream_id, "finish": finish, "content": content}}
