"""Leases: at most one owner of something (a Stream connection, a bot socket) across processes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol


class Lease(Protocol):
    """Ownership by name that lapses unless it is renewed; `ttl` in seconds.

    An owner renews at a third of `ttl` and stops what he owns as soon as a renewal fails or `ttl` has passed since the last
    one that worked; whoever wants to follow tries `acquire` about as often. A clean stop releases.
    """

    def acquire(self, name: str, owner: str, ttl: float) -> bool:
        """Become or stay the owner of `name`; False while somebody else holds it."""

    def renew(self, name: str, owner: str, ttl: float) -> bool:
        """Stay the owner; False if the lease has lapsed or passed to somebody else."""

    def release(self, name: str, owner: str) -> None:
        """Give `name` back if `owner` holds it."""

    def holder(self, name: str) -> str | None:
        """Return who holds `name` now (for `doctor`)."""


class MemoryLease:
    """Leases of one process."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._held: dict[str, tuple[str, datetime]] = {}
        self._guard = Lock()

    def acquire(self, name: str, owner: str, ttl: float) -> bool:
        """Become or stay the owner of `name`; False while somebody else holds it."""
        with self._guard:
            if self._holder(name) not in (None, owner):
                return False
            self._held[name] = (owner, self._now() + timedelta(seconds=ttl))
            return True

    def renew(self, name: str, owner: str, ttl: float) -> bool:
        """Stay the owner; False if the lease has lapsed or passed to somebody else."""
        with self._guard:
            if self._holder(name) != owner:
                return False
            self._held[name] = (owner, self._now() + timedelta(seconds=ttl))
            return True

    def release(self, name: str, owner: str) -> None:
        """Give `name` back if `owner` holds it."""
        with self._guard:
            if self._holder(name) == owner:
                del self._held[name]

    def holder(self, name: str) -> str | None:
        """Return who holds `name` now."""
        with self._guard:
            return self._holder(name)

    def _holder(self, name: str) -> str | None:
        owner, until = self._held.get(name, ("", None))
        return owner if until is not None and self._now() < until else None
