"""Where a delivery of several messages stopped, for channels that do not recognise repeats."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, Final

_REMEMBERED: Final = 1000


class Progress:
    """Sends messages in order and, called again for the same delivery, goes on after the last one that arrived."""

    def __init__(self) -> None:
        self._arrived: dict[str, int] = {}
        self._guard = threading.Lock()

    def send(self, key: str, messages: Sequence[dict[str, Any]], post: Callable[[dict[str, Any]], object]) -> None:
        """Post what has not arrived yet; whatever `post` raises stops the rest."""
        for number in range(self._arrived.get(key, 0), len(messages)):
            post(messages[number])
            self._note(key, number + 1)
        with self._guard:
            self._arrived.pop(key, None)

    def left(self, key: str, messages: Sequence[dict[str, Any]]) -> int:
        """Return how many messages are still to be sent."""
        return len(messages) - self._arrived.get(key, 0)

    def _note(self, key: str, count: int) -> None:
        with self._guard:
            while len(self._arrived) >= _REMEMBERED:
                self._arrived.pop(next(iter(self._arrived)))
            self._arrived[key] = count
