"""Intake first: in a rush whoever handles in the same process waits a moment. Platforms wait seconds for an answer, people minutes."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

CROWD: Final = 4
"""So many updates waiting to be stored at the same time are a rush …"""
MANY: Final = 16
WITHIN: Final = 0.1
"""… and so are MANY that came within so many seconds."""
LOOK_EVERY: Final = 0.02
GIVE_WAY: Final = 3.0
REST: Final = 3.0
"""Seconds the work stands still at most, and seconds it then goes on whatever comes: a slow disk looks like a rush without end."""


class Rush:
    """Knows whether much comes in just now. `monotonic` gives seconds."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._arrived: deque[float] = deque(maxlen=MANY)
        self._guard = threading.Lock()
        self._inside = 0
        self._until = -REST

    @property
    def on(self) -> bool:
        """Whether it is a rush."""
        arrived = tuple(self._arrived)
        return self._inside >= CROWD or (len(arrived) == MANY and self._monotonic() - arrived[0] < WITHIN)

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Count an update in while it waits to be stored."""
        self._arrived.append(self._monotonic())
        with self._guard:
            self._inside += 1
        try:
            yield
        finally:
            with self._guard:
                self._inside -= 1

    def let_pass(self, wait: Callable[[float], bool]) -> None:
        """Wait until it is over, at most GIVE_WAY seconds; `wait` is given seconds and says True when it is time to stop."""
        now = self._monotonic()
        if self.on and now >= self._until + REST:
            self._until = now + GIVE_WAY
        while self.on and self._monotonic() < self._until and not wait(LOOK_EVERY):
            pass

    def before(self, step: Callable[[], bool], wait: Callable[[float], bool]) -> Callable[[], bool]:
        """Return a step that lets a rush pass first."""

        def patient() -> bool:
            self.let_pass(wait)
            return step()

        return patient
