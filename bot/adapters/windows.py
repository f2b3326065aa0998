"""Sliding windows: so many a minute and so many an hour, by name."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

Limit = tuple[timedelta, int]

_SWEEP_EVERY: Final = 4096


class Windows:
    """Sliding windows by name; a call takes a place in all of them or in none."""

    def __init__(self, limits: Iterable[Limit], *, now: Callable[[], datetime]) -> None:
        self._limits = tuple(limits)
        self._longest = max(span for span, _ in self._limits)
        self._now = now
        self._taken: dict[str, deque[datetime]] = {}
        self._guard = threading.Lock()
        self._calls = 0

    def wait(self, name: str, places: int = 1) -> float:
        """Return the seconds until `places` more fit for `name`; 0 when they fit now."""
        with self._guard:
            return self._wait(name, places, self._now())

    def take(self, name: str, places: int = 1) -> float:
        """Take `places` for `name` and return 0, or take none and return the seconds to wait."""
        with self._guard:
            now = self._now()
            seconds = self._wait(name, places, now)
            if seconds == 0:
                self._taken.setdefault(name, deque()).extend([now] * places)
            self._sweep(now)
            return seconds

    def _wait(self, name: str, places: int, now: datetime) -> float:
        taken = self._taken.get(name)
        if not taken:
            return 0.0
        while taken and now - taken[0] >= self._longest:
            taken.popleft()
        return max(_wait_for(taken, limit, places, now) for limit in self._limits)

    def _sweep(self, now: datetime) -> None:
        self._calls += 1
        if self._calls % _SWEEP_EVERY:
            return
        for name in [name for name, taken in self._taken.items() if not taken or now - taken[-1] >= self._longest]:
            del self._taken[name]


def _wait_for(taken: deque[datetime], limit: Limit, places: int, now: datetime) -> float:
    span, most = limit
    surplus = sum(1 for at in reversed(taken) if now - at < span) + min(places, most) - most
    if surplus <= 0:
        return 0.0
    recent = [at for at in taken if now - at < span]
    return max(0.05, (recent[surplus - 1] + span - now).total_seconds())
