"""What the fake DingTalk remembers and how a test steers it."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any


@dataclass
class Call:
    """One request as the fake received it."""

    path: str
    body: Any
    query: dict[str, str]
    headers: dict[str, str]
    at: datetime


@dataclass
class Trouble:
    """An answer that replaces the ordinary one. `after` does the route's work first: delivered, but the caller never hears it."""

    status: int = 200
    body: Any = None
    hang: bool = False
    after: bool = False
    raw: str | None = None
    cut: bool = False  # close the connection instead of answering
    passes: bool = False  # no trouble at all: the next one in line counts


@dataclass
class Delivered:
    """A message that reached somebody."""

    to: str
    by: str
    content: Any
    at_users: tuple[str, ...] = ()


@dataclass
class Watch:
    """A clock that stands still until a test moves it."""

    at: datetime = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_time(self, **spans: float) -> None:
        self.at += timedelta(**spans)


@dataclass
class State:
    """Everything the fake knows."""

    clock: Callable[[], datetime]
    client_id: str = "dingabc123"
    client_secret: str = "s3cr3t-value"
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    departments: dict[int, list[int]] = field(default_factory=lambda: {1: []})
    files: dict[str, tuple[bytes, dict[str, str]]] = field(default_factory=dict)
    throttled: set[str] = field(default_factory=set)
    filtered: set[str] = field(default_factory=set)
    sessions: dict[str, str] = field(default_factory=dict)
    webhooks: dict[str, tuple[str, str]] = field(default_factory=dict)  # token: (conversation, secret)
    cards: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    delivered: list[Delivered] = field(default_factory=list)
    uuids: set[str] = field(default_factory=set)
    webhook_times: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    banned_until: dict[str, datetime] = field(default_factory=dict)
    troubles: dict[str, deque[Trouble]] = field(default_factory=lambda: defaultdict(deque))
    api_token: str = "api-token-1"
    oapi_token: str = "oapi-token-1"
    media: dict[str, bytes] = field(default_factory=dict)
    notices: list[Any] = field(default_factory=list)
    forbidden_notices: set[str] = field(default_factory=set)
    webhook_addresses: dict[str, str] = field(default_factory=dict)
    monthly_calls: int | None = None
    """Paid calls of a month before 90020, as a free organisation has them; None for a company that pays."""
    used_calls: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    changed: threading.Condition = field(default_factory=threading.Condition)

    def pays(self) -> bool:
        """Count one paid call of this month (Beijing); False when there is none left."""
        month = f"{self.clock() + timedelta(hours=8):%Y-%m}"
        if self.monthly_calls is not None and self.used_calls[month] >= self.monthly_calls:
            return False
        self.used_calls[month] += 1
        return True

    def trouble(self, path: str, *troubles: Trouble) -> None:
        """Answer the next calls of `path` with these, one each."""
        self.troubles[path].extend(troubles)

    def called(self, path: str) -> list[Call]:
        return [call for call in self.calls if call.path == path]

    def reached(self, who: str) -> list[Delivered]:
        return [message for message in self.delivered if message.to == who]

    def deliver(self, message: Delivered) -> None:
        with self.changed:
            self.delivered.append(message)
            self.changed.notify_all()

    def wait_for(self, condition: Callable[[], Any], seconds: float = 5) -> Any:
        """Wait until something the fake does makes `condition` true; fails the test otherwise."""
        until = time.monotonic() + seconds
        with self.changed:
            while not (value := condition()):
                left = until - time.monotonic()
                assert left > 0, "it did not happen in time"
                self.changed.wait(min(left, 0.02))
            return value
