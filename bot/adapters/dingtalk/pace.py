"""Keeping below the platform's rates: evenly spaced, one at a time, because a bucket's burst overshoots and a robot is banned."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from bot.adapters.board import Board, MemoryBoard, State

WEBHOOK_WINDOW: Final = 60.0
_KEEP: Final = 3600.0
_TICKET_FOR: Final = 3600.0


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


class Pace:
    """Gives out turns per name. Who would wait too long gets a numbered turn to come back for, so nobody starves.

    Processes that share a board share the turns; `clock` must then be theirs too.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
        *,
        board: Board | None = None,
        scope: str = "",
    ) -> None:
        self._clock = clock
        self._pause = pause
        self._board = MemoryBoard() if board is None else board
        self._scope = scope

    def turn(self, name: str, rate: Rate, ticket: str = "") -> float:
        """Wait for the turn and return 0, or return the seconds after which `ticket` has its turn."""
        now = self._clock()
        wait = self._change(name, now, lambda lane: _wait(lane, rate, ticket, now))
        if wait > rate.patience:
            return wait
        if wait > 0:
            self._pause(wait)
        return 0.0

    def hold(self, name: str, seconds: float, *, again: float = 0.0) -> float:
        """Give nobody a turn for `seconds`: the platform said it was too much. Returns the seconds.

        Said twice within `again` seconds, nobody gets one for `again`.
        """
        now = self._clock()

        def work(lane: State) -> float:
            held_at = lane.get("held_at")
            pause = again if again and held_at is not None and now - held_at < again else seconds
            lane |= {"held_at": now, "next_at": max(lane.get("next_at", 0.0), now + pause), "tickets": {}}
            return pause

        return self._change(name, now, work)

    def _change(self, name: str, now: float, work: Callable[[State], float]) -> float:
        scoped = self._scope + name

        def on_lane(notes: Mapping[str, State]) -> float:
            return work(notes[scoped])

        return self._board.change([scoped], on_lane, now=now, keep=_KEEP)


def _wait(lane: State, rate: Rate, ticket: str, now: float) -> float:
    """Return the seconds until the turn that is taken, or kept under the ticket when that is too long to wait."""
    at = _slot(lane, rate, ticket, now)
    wait = at - now
    if wait > rate.patience:
        if ticket:
            lane["tickets"][ticket] = at
        return wait
    lane["taken"].append(max(at, now))
    return wait


def _slot(lane: State, rate: Rate, ticket: str, now: float) -> float:
    taken = lane["taken"] = [at for at in lane.get("taken", ()) if at > now - rate.seconds]
    tickets = lane["tickets"] = {key: at for key, at in lane.get("tickets", {}).items() if at > now - _TICKET_FOR}
    at = tickets.pop(ticket, None) if ticket else None
    if at is not None and (len(taken) < rate.count or at > now):
        return max(float(at), now)
    earliest = taken[-rate.count] + rate.seconds if len(taken) >= rate.count else now
    at = float(max(now, lane.get("next_at", 0.0), earliest))
    lane["next_at"] = at + rate.interval
    return at
