"""Keeping below the platform's rates: evenly spaced, one at a time, because a bucket's burst overshoots and a robot is banned."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

WEBHOOK_WINDOW: Final = 60.0


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` in any `seconds`, spread evenly. `patience` is how long a caller is kept waiting for his turn."""

    count: int
    seconds: float
    patience: float

    @property
    def interval(self) -> float:
        """Seconds between two turns: a little more than the share, because two clocks never run alike."""
        return 1.02 * self.seconds / self.count


API_RATE: Final = Rate(count=15, seconds=1, patience=2)  # 20 are allowed per app and interface
WEBHOOK_RATE: Final = Rate(count=18, seconds=60, patience=1)  # 20 are allowed, then nothing for ten minutes


@dataclass(slots=True)
class _Lane:
    next_at: float = 0.0
    taken: deque[float] = field(default_factory=deque)
    tickets: dict[str, float] = field(default_factory=dict)


class Pace:
    """Gives out turns per name. Who would wait too long gets a numbered turn to come back for, so nobody starves."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock = clock
        self._pause = pause
        self._lanes: dict[str, _Lane] = {}
        self._guard = Lock()

    def turn(self, name: str, rate: Rate, ticket: str = "") -> float:
        """Wait for the turn and return 0, or return the seconds after which `ticket` has its turn."""
        with self._guard:
            at = self._slot(name, rate, ticket)
            wait = at - self._clock()
            if wait > rate.patience:
                if ticket:
                    self._lanes[name].tickets[ticket] = at
                return wait
            self._lanes[name].taken.append(max(at, self._clock()))
        if wait > 0:
            self._pause(wait)
        return 0.0

    def hold(self, name: str, seconds: float) -> None:
        """Give nobody a turn for `seconds`: the platform said it was too much."""
        with self._guard:
            lane = self._lanes.setdefault(name, _Lane())
            lane.next_at = max(lane.next_at, self._clock() + seconds)
            lane.tickets.clear()

    def _slot(self, name: str, rate: Rate, ticket: str) -> float:
        lane, now = self._lanes.setdefault(name, _Lane()), self._clock()
        while lane.taken and lane.taken[0] <= now - rate.seconds:
            lane.taken.popleft()
        at = lane.tickets.pop(ticket, None) if ticket else None
        if at is not None and (len(lane.taken) < rate.count or at > now):
            return max(at, now)
        earliest = lane.taken[-rate.count] + rate.seconds if len(lane.taken) >= rate.count else now
        at = max(now, lane.next_at, earliest)
        lane.next_at = at + rate.interval
        return at
