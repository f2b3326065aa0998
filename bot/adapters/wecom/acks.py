"""Which answer belongs to which frame.

The platform's answers carry only the request id of the frame, and several frames may carry the same one. They are answered in
order, so answers are matched in order: one that comes after its frame gave up is taken for that frame and not for the next.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Frame = Mapping[str, Any]


@dataclass(slots=True, eq=False)
class Waiting:
    """A frame on its way. `answer` stays None when the connection was lost."""

    settled: threading.Event = field(default_factory=threading.Event)
    answer: Frame | None = None
    since: float = field(default_factory=time.monotonic)


class Acks:
    """Frames that wait for their answers, by request id."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, deque[Waiting]] = defaultdict(deque)
        self._guard = threading.Lock()

    def expect(self, req_id: str) -> Waiting:
        """Wait for one more answer to `req_id`; call it before the frame goes out."""
        waiting = Waiting()
        with self._guard:
            self._waiting[req_id].append(waiting)
        return waiting

    def is_doubtful(self, req_id: str, after: float) -> bool:
        """Whether an answer to `req_id` is overdue by `after` seconds: the next one could not be told from it."""
        with self._guard:
            queue = self._waiting.get(req_id)
            return queue is not None and len(queue) > 0 and time.monotonic() - queue[0].since >= after

    def settle(self, req_id: str, answer: Frame) -> bool:
        """Give an answer to the first frame that waits for one; False when none does."""
        with self._guard:
            queue = self._waiting.get(req_id)
            if not queue:
                return False
            waiting = queue.popleft()
            if not queue:
                del self._waiting[req_id]
        waiting.answer = answer
        waiting.settled.set()
        return True

    def lose(self) -> None:
        """End all waiting: the connection is gone, and with it every answer."""
        with self._guard:
            lost = [waiting for queue in self._waiting.values() for waiting in queue]
            self._waiting.clear()
        for waiting in lost:
            waiting.settled.set()
