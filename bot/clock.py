"""The only reader of the system clock: real time for a company, practice time for trying things out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

log = structlog.get_logger(__name__)


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

    def __init__(
        self, system: Callable[[], datetime] | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._lock = threading.Lock()
        self._system = system or _system_now
        self._seconds = monotonic
        self._anchor = self._system()
        self._monotonic = monotonic()

    def now(self) -> datetime:
        """Return the current instant, aware UTC, never earlier than the one before."""
        with self._lock:
            steady = self._anchor + timedelta(seconds=self._seconds() - self._monotonic)
            system = self._system()
            if system - steady > self._TOLERANCE:
                self._anchor, self._monotonic, steady = system, self._seconds(), system
            return steady


class ServerClock:
    """The clock of a server that several processes share, asked now and then and carried on by our monotonic clock.

    `ask` may fail: then the last answer is carried on.
    """

    _RENEW_SECONDS = 15.0

    def __init__(self, ask: Callable[[], datetime], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._ask = ask
        self._seconds = monotonic
        self._anchor = ask()
        self._asked = self._tried = monotonic()

    def now(self) -> datetime:
        """Return the current instant of the server, aware UTC, some milliseconds old at worst."""
        with self._lock:
            if self._seconds() - self._tried > self._RENEW_SECONDS:
                self._renew()
            return self._anchor + timedelta(seconds=self._seconds() - self._asked)

    def _renew(self) -> None:
        self._tried = self._seconds()
        try:
            self._anchor, self._asked = self._ask(), self._seconds()
        except Exception:  # whoever reads the time must go on, and will meet the failure himself
            log.exception("server_clock_not_read")


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
