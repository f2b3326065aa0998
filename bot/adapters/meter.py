"""Counters of a month: what a platform charges for or caps."""

from __future__ import annotations

from collections import Counter
from threading import Lock
from typing import Protocol


class Meter(Protocol):
    """Counts by name ("dingtalk:api") and period ("2026-11")."""

    def add(self, name: str, period: str, count: int = 1) -> int:
        """Count `count` more; return the period's total."""

    def total(self, name: str, period: str) -> int:
        """Return the period's total."""


class MemoryMeter:
    """Counters of one process."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._guard = Lock()

    def add(self, name: str, period: str, count: int = 1) -> int:
        """Count `count` more; return the period's total."""
        with self._guard:
            self._counts[name, period] += count
            return self._counts[name, period]

    def total(self, name: str, period: str) -> int:
        """Return the period's total."""
        with self._guard:
            return self._counts[name, period]
