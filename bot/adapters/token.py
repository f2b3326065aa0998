"""Access tokens shared by everything that calls a platform: one fetch in flight, one winner, never a secret in a log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock, RLock
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Token:
    """An access token; `expires_at` and `fetched_at` are aware UTC instants."""

    value: str = field(repr=False)
    expires_at: datetime
    fetched_at: datetime


class TokenStore(Protocol):
    """Keeps tokens by name ("wecom:ww123:1000002", "dingtalk:ding123:oapi"), shared between threads or processes."""

    def get(self, name: str) -> Token | None:
        """Return the token stored under `name`, expired or not."""

    def swap(self, name: str, old: Token | None, new: Token) -> Token:
        """Store `new` if `old` is still what is stored; return what is stored afterwards (the winner)."""

    def lock(self, name: str) -> AbstractContextManager[None]:
        """Hold the right to fetch `name`; whoever waited looks with `get` again before he fetches."""


class MemoryTokenStore:
    """Tokens of one process."""

    def __init__(self) -> None:
        self._tokens: dict[str, Token] = {}
        self._guard = Lock()
        self._locks: defaultdict[str, RLock] = defaultdict(RLock)

    def get(self, name: str) -> Token | None:
        """Return the token stored under `name`, expired or not."""
        with self._guard:
            return self._tokens.get(name)

    def swap(self, name: str, old: Token | None, new: Token) -> Token:
        """Store `new` if `old` is still what is stored; return what is stored afterwards."""
        with self._guard:
            if self._tokens.get(name) == old:
                self._tokens[name] = new
            return self._tokens[name]

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold the right to fetch `name`."""
        with self._guard:
            lock = self._locks[name]
        with lock:
            yield
