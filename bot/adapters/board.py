"""A board of small notes that those who send together keep together: how much went to whom lately, what was seen before."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from threading import Lock
from typing import Any, Final, Protocol, TypeVar

State = dict[str, Any]
T = TypeVar("T")
Work = Callable[[Mapping[str, State]], T]

SWEEP_EVERY: Final = 4096


class Board(Protocol):
    """Notes by name. `now` and `keep` are seconds of one clock that all who share a board read alike."""

    def change(self, names: Collection[str], work: Work[T], *, now: float, keep: float) -> T:
        """Let `work` read and change the notes of some names while nobody else does; what it raises changes nothing for others.

        A note is forgotten `keep` seconds after its last change.
        """

    def read(self, name: str) -> State:
        """Return a note, empty if there is none; changing it changes nothing."""


class MemoryBoard:
    """The board of one process."""

    def __init__(self) -> None:
        self._notes: dict[str, State] = {}
        self._until: dict[str, float] = {}
        self._guard = Lock()
        self._calls = 0

    def __len__(self) -> int:
        return len(self._notes)

    def change(self, names: Collection[str], work: Work[T], *, now: float, keep: float) -> T:
        """Let `work` change some notes."""
        with self._guard:
            result = work({name: self._notes.setdefault(name, {}) for name in names})
            self._until.update(dict.fromkeys(names, now + keep))
            self._calls += 1
            if self._calls % SWEEP_EVERY == 0:
                self._sweep(now)
            return result

    def read(self, name: str) -> State:
        """Return a copy of a note."""
        with self._guard:
            return dict(json.loads(json.dumps(self._notes.get(name, {}))))

    def _sweep(self, now: float) -> None:
        for name in [name for name, until in self._until.items() if until <= now]:
            del self._notes[name], self._until[name]
