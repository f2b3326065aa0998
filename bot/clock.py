"""The only reader of the system clock: real time for a company, practice time for trying things out."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the current instant, aware UTC."""


class SystemClock:
    """Real time, anchored to the monotonic clock so that a step of the system clock never stalls what is due.

    The anchor is renewed when both clocks disagree for good (suspend, a corrected clock): forwards at once, backwards only by
    waiting, so that time never runs backwards inside the program.
    """

    _TOLERANCE = timedelta(seconds=2)

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._anchor = _system_now()
        self._monotonic = time.monotonic()

    def now(self) -> datetime:
        """Return the current instant, aware UTC, never earlier than the one before."""
        with self._lock:
            steady = self._anchor + timedelta(seconds=time.monotonic() - self._monotonic)
            system = _system_now()
            if system - steady > self._TOLERANCE:
                self._anchor, self._monotonic, steady = system, time.monotonic(), system
            return steady


class PracticeClock:
    """A clock that can be moved forward and, when `frozen`, only moves when it is told to."""

    def __init__(self, at: datetime | None = None, *, frozen: bool = False) -> None:
        self._lock = threading.Lock()
        self._base = (at or _system_now()).astimezone(UTC)
        self._monotonic = time.monotonic()
        self.frozen = frozen

    def now(self) -> datetime:
        """Return the practice instant, aware UTC."""
        with self._lock:
            return self._now()

    def move_to(self, at: datetime) -> None:
        """Move forward to `at`; raises ValueError when that lies in the past."""
        with self._lock:
            if at < self._now():
                raise ValueError("the practice clock only moves forward")
            self._set(at)

    def reset(self, at: datetime) -> None:
        """Set the clock, in either direction: for a freshly loaded company."""
        with self._lock:
            self._set(at)

    def _now(self) -> datetime:
        if self.frozen:
            return self._base
        return self._base + timedelta(seconds=time.monotonic() - self._monotonic)

    def _set(self, at: datetime) -> None:
        self._base, self._monotonic = at.astimezone(UTC), time.monotonic()


def _system_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # the one place that may
