"""The API of WeCom through wechatpy's client, mended.

What wechatpy lacks or gets wrong: the base address everywhere, time-outs, a token shared between processes and fetched once, one
bounded repeat with a fresh token (its own recurses without end), bodies that can be sent twice, and downloads that notice an
error (it would store `{"errcode":40007}` as a photo).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import requests
from wechatpy.enterprise import WeChatClient
from wechatpy.exceptions import WeChatClientException

from bot.adapters.base import FetchedMedia
from bot.adapters.board import Board
from bot.adapters.token import Token, TokenStore
from bot.adapters.wecom.app_token import AppToken
from bot.adapters.wecom.config import WecomConfig
from bot.adapters.wecom.errors import FREQUENCY, TOKEN_CODES, WecomError, api_error, parked, unanswered
from bot.adapters.wecom.http import (
    DOWNLOAD_TIMEOUT,
    TIMEOUT,
    file_name,
    http_error,
    json_bytes,
    pooled,
    read_file,
    transport_error,
)
from bot.adapters.wecom.limits import Parking

ZONE: Final = ZoneInfo("Asia/Shanghai")
T = TypeVar("T")


class WecomClient(WeChatClient):  # type: ignore[misc]  # the library has no types
    """Calls WeCom for one app. Safe for several threads. Every failure is a `WecomError`."""

    def __init__(
        self, config: WecomConfig, *, tokens: TokenStore, now: Callable[[], datetime], board: Board | None = None
    ) -> None:
        super().__init__(config.corp_id, config.secret, timeout=TIMEOUT, auto_retry=False)
        self.API_BASE_URL = f"{config.api_base.rstrip('/')}/cgi-bin/"
        self.agent_id = config.agent_id
        self.parking = Parking(now=now, zone=ZONE, board=board)
        self.token = AppToken(config, tokens=tokens, now=now, http=pooled(self._http))

    def post_json(self, endpoint: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Post JSON (the same mapping gives the same bytes) and return the answer; raises `WecomError`."""
        result: dict[str, Any] = self.post(endpoint, data=json_bytes(body))
        return result

    def upload(self, kind: str, name: str, data: bytes) -> str:
        """Upload bytes as "image", "file", "voice" or "video" and return the media id, good for three days."""
        result = self.post("media/upload", params={"type": kind}, files={"media": (name, data)})
        return str(result["media_id"])

    def download(self, media_id: str) -> FetchedMedia:
        """Return the bytes behind a media id; raises `WecomError` (40007 once it has expired)."""
        return self._with_token(lambda token: self._download(media_id, token))

    # -- wechatpy's seams ----------------------------------------------------------------------------------------------

    @property
    def access_token(self) -> str:
        """A token that is good for some minutes."""
        return self.token.get().value

    def fetch_access_token(self) -> dict[str, Any]:
        """Give the library a token its way."""
        return {"access_token": self.access_token}

    def _request(self, method: str, url_or_endpoint: str, **kwargs: Any) -> Any:
        pause = self.parking.seconds(url_or_endpoint)
        if pause:
            raise parked(pause, "企业微信限流中，稍后自动再发")
        return self._with_token(lambda token: self._once(method, url_or_endpoint, token, kwargs))

    def _with_token(self, call: Callable[[Token], T]) -> T:
        """Call with a token; once more with a fresh one when it was refused, and never a third time."""
        token = self.token.get()
        try:
            return call(token)
        except WecomError as error:
            if error.code not in TOKEN_CODES:
                raise
        return call(self.token.get(refused=token))

    def _once(self, method: str, endpoint: str, token: Token, kwargs: Mapping[str, Any]) -> Any:
        params = dict(kwargs.get("params") or {}) | {"access_token": token.value}
        try:
            result = super()._request(method, endpoint, **(dict(kwargs) | {"params": params}))
        except WeChatClientException as error:
            raise self._meaning_of(error, endpoint) from None
        except requests.RequestException as error:  # is a ValueError for some of its own, so it comes first
            raise transport_error(error) from None
        except (ValueError, TypeError):  # an errcode that is no number
            raise unanswered("not_json") from None
        if not isinstance(result, dict):
            raise unanswered("not_json")
        return result

    def _meaning_of(self, error: WeChatClientException, endpoint: str) -> WecomError:
        if error.errcode is None:
            return http_error(error.response.status_code)
        failure = api_error(error.errcode, str(error.errmsg))
        return failure.after(self.parking.park(endpoint)) if failure.code == FREQUENCY else failure

    def _download(self, media_id: str, token: Token) -> FetchedMedia:
        url = f"{self.API_BASE_URL}media/get"
        params = {"access_token": token.value, "media_id": media_id}
        try:
            with self._http.get(url, params=params, timeout=DOWNLOAD_TIMEOUT, stream=True) as answer:
                data = read_file(answer)
        except requests.RequestException as error:
            raise transport_error(error) from None
        return FetchedMedia(data, file_name(answer.headers), answer.headers.get("Content-Type", ""))
