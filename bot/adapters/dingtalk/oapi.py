"""Calls to oapi.dingtalk.com through dingtalk-sdk, mended: base address, time-outs, tokens, one bounded refresh."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Any, Final, NoReturn

import requests

from bot.adapters.dingtalk import library, wire
from bot.adapters.dingtalk.config import DingtalkConfig
from bot.adapters.dingtalk.errors import DingtalkError, oapi_error
from bot.adapters.dingtalk.errors import Kind as Error
from bot.adapters.dingtalk.http import TIMEOUT, network_error, new_session, read_answer
from bot.adapters.dingtalk.pace import API_RATE, Pace
from bot.adapters.dingtalk.quota import Kind, QuotaBook
from bot.adapters.dingtalk.tokens import Fetched, TokenKind, Tokens
from bot.adapters.dingtalk.wire import Json

UPLOAD: Final = "/media/upload"
WORK_NOTICE: Final = "/topapi/message/corpconversation/asyncsend_v2"
NOTICE_RESULT: Final = "/topapi/message/corpconversation/getsendresult"


class Oapi:
    """The old interfaces. Contacts are free; media and work notices count towards the month's allowance."""

    def __init__(self, config: DingtalkConfig, *, quota: QuotaBook, pace: Pace, now: Callable[[], datetime]) -> None:
        self._config = config
        self._quota = quota
        self._pace = pace
        self._now = now
        self._tokens: Tokens | None = None

    def connect(self, tokens: Tokens) -> None:
        """Use these tokens."""
        self._tokens = tokens

    @cached_property
    def _client(self) -> Any:
        return _client_class()(self._config, self._token)

    def _token(self) -> str:
        assert self._tokens is not None
        return self._tokens.get(TokenKind.OAPI)

    def fetch_token(self) -> Fetched:
        """Fetch an access token; raises `DingtalkError`."""
        answer = self._run(self._client.get_access_token)
        return Fetched(wire.text(answer, "access_token"), int(wire.text(answer, "expires_in") or 7200))

    def contacts(self, path: str, body: Json) -> Json:
        """Call a contacts interface (free of charge); raises `DingtalkError`."""
        return self._call(path, data=dict(body))

    def paid(self, path: str, body: Json) -> Json:
        """Call an interface that counts; raises `DingtalkError`."""
        self._check_allowance()
        answer = self._call(path, data=dict(body))
        self._quota.count(Kind.API, self._now())
        return answer

    def upload(self, kind: str, data: bytes, name: str) -> str:
        """Upload a file ("image", "file", "voice", "video") and return its media id; raises `DingtalkError`."""
        self._check_allowance()
        answer = self._call(UPLOAD, params={"type": kind}, files={"media": (name, data)})
        self._quota.count(Kind.API, self._now())
        return wire.text(answer, "media_id", "mediaId")

    def _check_allowance(self) -> None:
        if self._quota.is_blocked(Kind.API, self._now()):
            raise DingtalkError(Error.QUOTA, "90020")

    def _call(self, path: str, **request: Any) -> Json:
        wait = self._pace.turn(path, API_RATE)
        if wait:
            raise DingtalkError(Error.THROTTLED, "local", retry_after=wait)
        token = self._token()
        try:
            return self._run(lambda: self._client.post(path, **request))
        except DingtalkError as error:
            if error.kind is Error.QUOTA:
                self._quota.exhausted(Kind.API, self._now())
            if error.kind is not Error.TOKEN:
                raise
        assert self._tokens is not None
        self._tokens.renew(TokenKind.OAPI, token)
        return self._run(lambda: self._client.post(path, **request))

    def _run(self, call: Callable[[], Any]) -> Json:
        failure = library.load("dingtalk.core.exceptions").DingTalkClientException
        try:
            answer = call()
        except requests.RequestException as error:
            raise network_error(error) from None
        except failure as error:
            _reraise(error)
        except ValueError:  # an errcode that is no number
            raise DingtalkError(Error.TRANSIENT, "unreadable") from None
        if isinstance(answer, requests.Response):  # the library gives it back when it is not JSON
            return read_answer(answer)
        if not isinstance(answer, dict):
            raise DingtalkError(Error.TRANSIENT, "not an object")
        return answer


def _reraise(error: Any) -> NoReturn:
    """Turn the library's error into ours: with an errcode, or with the response of an HTTP error it did not read."""
    if error.errcode is not None or error.response is None:
        answer = {"errcode": error.errcode}
        response = error.response
        raise oapi_error({**_safely(response), **answer}) from None
    raise oapi_error(read_answer(error.response)) from None


def _safely(response: Any) -> Json:
    try:
        return wire.load(response.content)
    except (AttributeError, wire.Unreadable):
        return {}


def _client_class() -> type[Any]:
    """Return the library's client, mended (it can only be subclassed once it is loaded)."""
    base: Any = library.load("dingtalk.client").AppKeyClient

    class Client(base):  # type: ignore[misc] # the library has no types
        """`auto_retry` of the library never ends when a token stays bad; it is off, `Oapi` repeats once."""

        def __init__(self, config: DingtalkConfig, token: Callable[[], str]) -> None:
            self.API_BASE_URL = config.oapi_base.rstrip("/") + "/"
            self._http = new_session()
            self._http.max_redirects = 0  # the library follows them, and its addresses carry the token
            self._current_token = token
            # its crypto is not used: it would be built with the wrong owner key
            super().__init__(config.corp_id, config.client_id, config.client_secret, timeout=TIMEOUT, auto_retry=False)

        @property
        def access_token(self) -> str:
            """The token of our store."""
            return self._current_token()

    return Client
