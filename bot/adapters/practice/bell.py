"""Wakes whoever waits for something to show: the event stream and callers with `?wait=1`."""

from __future__ import annotations

import threading


class Bell:
    """Counts what happened. `changes`: something to see; `moves`: the clock was moved; `resets`: everything is new."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self.changes = 0
        self.moves = 0
        self.resets = 0
        self.stopped = False

    def ring(self) -> None:
        """Say that something was sent or changed."""
        with self._condition:
            self.changes += 1
            self._condition.notify_all()

    def moved(self) -> None:
        """Say that the clock was moved."""
        with self._condition:
            self.moves += 1
            self._condition.notify_all()

    def reset(self) -> None:
        """Say that the company was loaded afresh."""
        with self._condition:
            self.resets += 1
            self._condition.notify_all()

    def stop(self) -> None:
        """Let everybody who waits go."""
        with self._condition:
            self.stopped = True
            self._condition.notify_all()

    def wait(self, seconds: float) -> None:
        """Wait until something happens, at most `seconds`."""
        with self._condition:
            if not self.stopped:
                self._condition.wait(seconds)
