"""What the fake WeCom knows and remembers: people, messages that arrived, tokens, cards, groups, faults to play."""

from __future__ import annotations

import json
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import Any

CORP, AGENT, SECRET = "ww1a2b3c", "1000002", "app-secret-abcdefghijklmnop"
LOSE_ANSWER = "lose"  # the call works, the connection breaks before the answer
HTTP_502 = "502"
HTML = "html"


@dataclass(frozen=True)
class Arrived:
    """One message on one person's phone."""

    user: str
    kind: str
    content: dict[str, Any]
    msgid: str
    raw: bytes = b""

    @property
    def text(self) -> str:
        return str(self.content.get("content", ""))


@dataclass
class State:
    """Set `now` to move the platform's clock, or give it a `clock` to follow."""

    at: datetime = datetime(2026, 9, 21, 6, 0, tzinfo=UTC)
    clock: Callable[[], datetime] | None = None
    people: set[str] = field(default_factory=lambda: {"lihua", "wangfang", "zhaolei"})
    everybody: bool = False  # take any user id
    unlicensed: set[str] = field(default_factory=set)
    token_life: int = 7200
    tokens: dict[str, datetime] = field(default_factory=dict)
    token_fetches: int = 0
    faults: defaultdict[str, deque[Any]] = field(default_factory=lambda: defaultdict(deque))
    always: dict[str, Any] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    requests: list[tuple[str, bytes]] = field(default_factory=list)
    phones: list[Arrived] = field(default_factory=list)
    dropped: list[Arrived] = field(default_factory=list)
    suppressed: int = 0
    tasks_taken: int = 0
    recalled: list[str] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    response_codes: dict[str, str] = field(default_factory=dict)  # unused code → task id
    changed: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)  # (user, task) → card as it is now
    tasks: set[str] = field(default_factory=set)
    media: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    uploads: list[tuple[str, str, bytes]] = field(default_factory=list)
    chats: dict[str, dict[str, Any]] = field(default_factory=dict)
    group_messages: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    robots: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    robot_files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    users: list[dict[str, Any]] = field(default_factory=list)
    departments: list[dict[str, Any]] = field(default_factory=lambda: [{"id": 1, "name": "总部", "parentid": 0}])
    open_ids: dict[str, str] = field(default_factory=dict)
    agent: dict[str, Any] = field(default_factory=lambda: {"agentid": 1000002, "name": "销售助手", "close": 0})
    response_urls: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    ip_trusted: bool = True
    lock: RLock = field(default_factory=RLock)
    _seen: dict[bytes, datetime] = field(default_factory=dict)
    _sent: defaultdict[str, deque[datetime]] = field(default_factory=lambda: defaultdict(deque))
    _robot_sent: defaultdict[str, deque[datetime]] = field(default_factory=lambda: defaultdict(deque))
    _number: int = 0

    @property
    def now(self) -> datetime:
        return self.clock() if self.clock else self.at

    @now.setter
    def now(self, at: datetime) -> None:
        self.at = at

    # -- tokens --------------------------------------------------------------------------------------------------------

    def issue_token(self) -> dict[str, Any]:
        self.token_fetches += 1
        token = f"token-{self.token_fetches}"
        self.tokens[token] = self.now + timedelta(seconds=self.token_life)
        return {"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": self.token_life}

    def expire_tokens(self) -> None:
        self.tokens.clear()

    def token_code(self, token: str) -> int:
        until = self.tokens.get(token)
        if until is None:
            return 42001
        return 0 if self.now < until else 42001

    # -- messages ------------------------------------------------------------------------------------------------------

    def number(self, prefix: str) -> str:
        self._number += 1
        return f"{prefix}{self._number}"

    def is_repeat(self, raw: bytes, body: dict[str, Any]) -> bool:
        """Whether the same JSON came within its duplicate interval."""
        if not body.get("enable_duplicate_check"):
            return False
        interval = int(body.get("duplicate_check_interval", 1800))
        assert interval <= 4 * 3600
        seen = self._seen.get(raw)
        self._seen[raw] = self.now
        return seen is not None and self.now - seen < timedelta(seconds=interval)

    def arrive(self, message: Arrived) -> None:
        """30 a minute to one member, and the excess is dropped without a word."""
        recent = self._sent[message.user]
        while recent and self.now - recent[0] >= timedelta(minutes=1):
            recent.popleft()
        recent.append(self.now)
        (self.phones if len(recent) <= 30 else self.dropped).append(message)

    def robot_full(self, key: str) -> bool:
        recent = self._robot_sent[key]
        while recent and self.now - recent[0] >= timedelta(minutes=1):
            recent.popleft()
        if len(recent) >= 20:
            return True
        recent.append(self.now)
        return False

    # -- what tests ask ------------------------------------------------------------------------------------------------

    def phone(self, user: str) -> list[Arrived]:
        return [message for message in self.phones if message.user == user]

    def texts(self, user: str) -> list[str]:
        return [message.text for message in self.phone(user) if message.kind == "text"]

    def cards(self, user: str) -> list[dict[str, Any]]:
        return [message.content for message in self.phone(user) if message.kind == "template_card"]

    def fail(self, endpoint: str, *faults: Any) -> None:
        """Let the next calls of an endpoint end like this: an errcode, `LOSE_ANSWER`, `HTTP_502`, `HTML`."""
        self.faults[endpoint].extend(faults)

    def fault_of(self, endpoint: str) -> Any:
        if self.faults[endpoint]:
            return self.faults[endpoint].popleft()
        return self.always.get(endpoint)

    def bodies(self, endpoint: str) -> list[dict[str, Any]]:
        return [json.loads(raw) for name, raw in self.requests if name == endpoint]
