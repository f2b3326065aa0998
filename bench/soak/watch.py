"""Watches memory, files and tables while the soak runs, and says whether anything only grows."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import combinations

from sqlalchemy import func, select

from bench.house import MB, House
from models.db import Base

LOOK_EVERY = 5.0
COUNT_EVERY = 30.0
WARM_UP = 1 / 3
"""Share of a life in which a process may still grow: caches, pools, code not met before."""
MAX_POINTS = 150
FLAT = 0.05
"""Most a process may grow over the watched part of its life."""


@dataclass(frozen=True)
class Life:
    """What one process held from its start (or the last kill) on: seconds and resident megabytes."""

    name: str
    seconds: tuple[float, ...]
    own: tuple[float, ...]
    children: tuple[float, ...]

    @property
    def minutes(self) -> float:
        """How long it lived."""
        return (self.seconds[-1] - self.seconds[0]) / 60 if self.seconds else 0.0

    @property
    def settled(self) -> int:
        """The first sample after the warm-up."""
        return next((n for n, at in enumerate(self.seconds) if at >= self.seconds[0] + WARM_UP * 60 * self.minutes), 0)

    @property
    def slope(self) -> float:
        """Megabytes an hour after the warm-up (Theil and Sen: the median of all slopes, blind to single peaks)."""
        points = list(zip(self.seconds, self.own, strict=True))[self.settled :]
        points = points[:: max(1, len(points) // MAX_POINTS)]
        slopes = [3600 * (b - a) / (t - s) for (s, a), (t, b) in combinations(points, 2) if t > s]
        return statistics.median(slopes) if slopes else 0.0

    @property
    def growth(self) -> float:
        """Share by which it grew over the watched part."""
        watched = self.seconds[-1] - self.seconds[self.settled]
        return self.slope * watched / 3600 / statistics.median(self.own[self.settled :]) if self.seconds else 0.0

    @property
    def is_flat(self) -> bool:
        """Whether it grew by no more than noise."""
        return self.growth <= FLAT


@dataclass
class Watch:
    """Samples until told to stop."""

    house: House
    lives: dict[tuple[str, int], list[tuple[float, float, float]]] = field(default_factory=lambda: defaultdict(list))
    tables: list[tuple[float, dict[str, int]]] = field(default_factory=list)
    largest_wal: float = 0.0

    async def look(self) -> None:
        """Sample memory and files every five seconds and tables every half minute, for ever."""
        counted = 0.0
        while True:
            now = time.monotonic()
            self._memory(now)
            self.largest_wal = max(self.largest_wal, size_of(self.house, "-wal"))
            if now - counted >= COUNT_EVERY:
                counted = now
                self.tables.append((now, await asyncio.to_thread(rows_of, self.house)))
            await asyncio.sleep(LOOK_EVERY)

    def _memory(self, now: float) -> None:
        for name, process in list(self.house.running.items()):
            own, children = self.house.memory(name)
            if own:
                self.lives[(name, process.pid)].append((now, own, children))

    def longest_lives(self) -> list[Life]:
        """Return the longest life of each process, by name."""
        found: dict[str, Life] = {}
        for (name, _), samples in self.lives.items():
            seconds, own, children = zip(*samples, strict=True)
            life = Life(name, seconds, own, children)
            if name not in found or life.minutes > found[name].minutes:
                found[name] = life
        return [found[name] for name in sorted(found)]


def rows_of(house: House) -> dict[str, int]:
    """Return how many rows each table has."""
    with house.database.read() as session:
        tables = Base.metadata.sorted_tables
        return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def size_of(house: House, suffix: str = "") -> float:
    """Return the megabytes of the SQLite file, or of one beside it; 0 where there is none."""
    path = house.folder / f"bot.db{suffix}"
    return path.stat().st_size / MB if path.exists() else 0.0
