"""Wakes threads that wait for work: one at a time, so that a message is looked for once and not once for every thread."""

from __future__ import annotations

import threading


class Wakeup:
    """Wakes one waiting thread a call; whoever finds something calls again, because there may be more.

    A thread reads `calls` before it looks and gives it to `wait`, so that a call while it looked is never lost.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._calls = 0

    @property
    def calls(self) -> int:
        """How often somebody called."""
        return self._calls

    def call(self) -> None:
        """Say that there may be something to do."""
        with self._condition:
            self._calls += 1
            self._condition.notify()

    def call_all(self) -> None:
        """Wake everybody: the end has come."""
        with self._condition:
            self._calls += 1
            self._condition.notify_all()

    def wait(self, seen: int, seconds: float) -> None:
        """Wait for a call after the `seen`th, at most some seconds."""
        with self._condition:
            if seen == self._calls:
                self._condition.wait(seconds)
