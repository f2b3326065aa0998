"""Sliding windows: so many a minute and so many an hour, by name; together with every process that shares the board."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.adapters.board import Board, MemoryBoard, State

Limit = tuple[timedelta, int]

_TAKEN: Final = "taken"
_SECOND: Final = 1_000_000  # instants are whole microseconds here, so that windows end exactly
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Windows:
    """Sliding windows by name; a call takes a place in all of them or in none. `scope` keeps names apart on a shared board."""

    def __init__(
        self, limits: Iterable[Limit], *, now: Callable[[], datetime], board: Board | None = None, scope: str = ""
    ) -> None:
        self._limits = tuple((span // timedelta(microseconds=1), most) for span, most in limits)
        self._longest = max(span for span, _ in self._limits)
        self._now = now
        self._board = MemoryBoard() if board is None else board
        self._scope = scope

    def take(self, name: str, places: int = 1) -> float:
        """Take `places` for `name` and return 0, or take none and return the seconds to wait."""
        return self.take_each([name], places)[name]

    def take_each(self, names: Collection[str], places: int = 1, *, whole: bool = False) -> dict[str, float]:
        """Take `places` for each who has them; returns the seconds everybody has to wait, 0 for who has got his.

        With `whole` all wait for whoever waits longest.
        """
        now = (self._now() - _EPOCH) // timedelta(microseconds=1)

        def work(notes: Mapping[str, State]) -> dict[str, float]:
            lists = {name: notes[self._scope + name].setdefault(_TAKEN, []) for name in names}
            waits = {name: self._wait(taken, places, now) for name, taken in lists.items()}
            if whole and (longest := max(waits.values())):
                return dict.fromkeys(waits, longest)
            for name, taken in lists.items():
                taken.extend([now] * places if not waits[name] else [])
            return waits

        scoped = [self._scope + name for name in names]
        return self._board.change(scoped, work, now=now / _SECOND, keep=self._longest / _SECOND)

    def _wait(self, taken: list[int], places: int, now: int) -> float:
        del taken[: bisect_right(taken, now - self._longest)]
        return max((_wait_for(taken, limit, places, now) for limit in self._limits), default=0.0) if taken else 0.0


def _wait_for(taken: list[int], limit: tuple[int, int], places: int, now: int) -> float:
    span, most = limit
    first = bisect_right(taken, now - span)
    surplus = len(taken) - first + min(places, most) - most
    if surplus <= 0:
        return 0.0
    return max(0.05, (taken[first + surplus - 1] + span - now) / _SECOND)
