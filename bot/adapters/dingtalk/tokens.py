"""Both kinds of access token: fetched early, by one at a time, and never twice in a row for one failing call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.adapters.dingtalk.errors import DingtalkError, Kind
from bot.adapters.token import Token, TokenStore

_EARLY: Final = timedelta(seconds=300)
_TOO_SOON: Final = timedelta(seconds=10)


class TokenKind(StrEnum):
    """Which host a token is for."""

    API = "api"
    OAPI = "oapi"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A token as the platform gave it."""

    value: str
    seconds: int


class Tokens:
    """The current token of each kind. `fetch` asks the platform and raises `DingtalkError`."""

    def __init__(
        self, client_id: str, store: TokenStore, now: Callable[[], datetime], fetch: Callable[[TokenKind], Fetched]
    ) -> None:
        self._client_id = client_id
        self._store = store
        self._now = now
        self._fetch = fetch

    def get(self, kind: TokenKind) -> str:
        """Return a token that lives for five minutes more at least; raises `DingtalkError`."""
        with _store_errors():
            token = self._store.get(self._name(kind))
            return token.value if token is not None and self._is_good(token) else self._refresh(kind, token)

    def renew(self, kind: TokenKind, refused: str) -> str:
        """Return another token after `refused` was refused; within ten seconds of a fetch the one just fetched."""
        with _store_errors():
            token = self._store.get(self._name(kind))
            if token is not None and (token.value != refused or self._now() - token.fetched_at < _TOO_SOON):
                return token.value
            return self._refresh(kind, token)

    def _refresh(self, kind: TokenKind, old: Token | None) -> str:
        name = self._name(kind)
        with self._store.lock(name):
            current = self._store.get(name)
            if current is not None and current != old and self._is_good(current):
                return current.value  # somebody else fetched while we waited
            fetched, now = self._fetch(kind), self._now()
            new = Token(fetched.value, now + timedelta(seconds=fetched.seconds), now)
            return self._store.swap(name, current, new).value

    def _is_good(self, token: Token) -> bool:
        return self._now() < token.expires_at - _EARLY

    def _name(self, kind: TokenKind) -> str:
        return f"dingtalk:{self._client_id}:{kind}"


@contextmanager
def _store_errors() -> Iterator[None]:
    """Turn a store that is away into an error that says: surely not sent, try again."""
    try:
        yield
    except DingtalkError:
        raise
    except Exception as error:
        raise DingtalkError(Kind.TRANSIENT, type(error).__name__, "令牌存取失败") from error
