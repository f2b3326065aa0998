"""Calls to api.dingtalk.com: paced, counted, with one token refresh and errors that say what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Final

from bot.adapters.dingtalk import wire
from bot.adapters.dingtalk.config import DingtalkConfig
from bot.adapters.dingtalk.errors import DingtalkError, api_error
from bot.adapters.dingtalk.errors import Kind as Error
from bot.adapters.dingtalk.http import exchange, new_session
from bot.adapters.dingtalk.pace import API_RATE, Pace
from bot.adapters.dingtalk.quota import Kind, QuotaBook
from bot.adapters.dingtalk.tokens import Fetched, TokenKind, Tokens
from bot.adapters.dingtalk.wire import Json

_TOKEN_PATH: Final = "/v1.0/oauth2/accessToken"  # noqa: S105 - an address
_THROTTLED_FOR: Final = 1.0


class Api:
    """The one client of api.dingtalk.com; safe to call from several threads. `connect` gives it its tokens."""

    def __init__(self, config: DingtalkConfig, *, quota: QuotaBook, pace: Pace, now: Callable[[], datetime]) -> None:
        self._config = config
        self._quota = quota
        self._pace = pace
        self._now = now
        self._session = new_session()
        self._tokens: Tokens | None = None

    def connect(self, tokens: Tokens) -> None:
        """Use these tokens."""
        self._tokens = tokens

    def fetch_token(self) -> Fetched:
        """Fetch an access token; raises `DingtalkError`."""
        body = {"appKey": self._config.client_id, "appSecret": self._config.client_secret}
        status, answer = exchange(self._session, "POST", self._config.api_base + _TOKEN_PATH, json=body)
        if status != HTTPStatus.OK or not wire.text(answer, "accessToken"):
            raise api_error(status, answer)
        return Fetched(wire.text(answer, "accessToken"), int(wire.text(answer, "expireIn") or 7200))

    def post(self, path: str, body: Json) -> Json:
        """Call an interface; raises `DingtalkError`."""
        return self.call("POST", path, body)

    def call(self, method: str, path: str, body: Json) -> Json:
        """Call a paid interface; repeats once with a new token when the token was refused, and for no other reason."""
        if self._quota.is_blocked(Kind.API, self._now()):
            raise DingtalkError(Error.QUOTA, "90020")
        wait = self._pace.turn(path, API_RATE)
        if wait:
            raise DingtalkError(Error.THROTTLED, "local", retry_after=wait)
        assert self._tokens is not None
        token = self._tokens.get(TokenKind.API)
        try:
            return self._once(method, path, body, token)
        except DingtalkError as error:
            if error.kind is not Error.TOKEN:
                raise
        return self._once(method, path, body, self._tokens.renew(TokenKind.API, token))

    def _once(self, method: str, path: str, body: Json, token: str) -> Json:
        headers = {"x-acs-dingtalk-access-token": token}
        status, answer = exchange(self._session, method, self._config.api_base + path, json=body, headers=headers)
        if status == HTTPStatus.OK:
            self._quota.count(Kind.API, self._now())
            return answer
        error = api_error(status, answer)
        if error.kind is Error.THROTTLED:  # not counted by the platform either
            self._pace.hold(path, _THROTTLED_FOR)
        elif error.kind is Error.QUOTA:
            self._quota.exhausted(Kind.API, self._now())
        elif error.kind is not Error.TOKEN:
            self._quota.count(Kind.API, self._now())
        raise error
