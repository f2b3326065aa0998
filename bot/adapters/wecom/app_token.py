"""The access token of the app: shared, fetched by one at a time, and not asked for again with a secret that was refused."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import requests
import structlog

from bot.adapters.token import Token, TokenStore
from bot.adapters.wecom.config import PLATFORM, WecomConfig
from bot.adapters.wecom.errors import FREQUENCY, SECRET_CODES, Kind, WecomError, unreachable
from bot.adapters.wecom.http import TIMEOUT, answer_of

log = structlog.get_logger(__name__)

EARLY: Final = timedelta(minutes=5)
"""How long before its end a token is replaced."""
PAUSE: Final = timedelta(minutes=10)
"""After a refused secret: some 2000 wrong calls an hour get the address banned for an hour."""


class AppToken:
    """Gives out the token of one app."""

    def __init__(
        self, config: WecomConfig, *, tokens: TokenStore, now: Callable[[], datetime], http: requests.Session
    ) -> None:
        self._config = config
        self._tokens = tokens
        self._now = now
        self._http = http
        self._name = f"{PLATFORM}:{config.corp_id}:{config.agent_id}"
        self._pause: tuple[datetime, WecomError] | None = None
        self._guard = threading.Lock()

    def get(self, refused: Token | None = None) -> Token:
        """Return a usable token other than `refused`; whoever comes second waits for the first one's.

        Raises `WecomError`.
        """
        known = self._usable(refused)
        if known is not None:
            return known
        with self._tokens.lock(self._name):
            known = self._usable(refused)
            if known is not None:
                return known
            stored = self._tokens.get(self._name)
            return self._tokens.swap(self._name, stored, self.fetch())

    def fetch(self) -> Token:
        """Ask WeCom for a token; raises `WecomError`, for ten minutes without asking once the secret was refused."""
        self._respect_pause()
        url = f"{self._config.api_base.rstrip('/')}/cgi-bin/gettoken"
        params = {"corpid": self._config.corp_id, "corpsecret": self._config.secret}
        try:
            result = answer_of(self._http.get(url, params=params, timeout=TIMEOUT))
            value, lasts = str(result["access_token"]), int(result.get("expires_in", 7200))
        except (requests.RequestException, KeyError, ValueError):
            raise unreachable() from None
        except WecomError as error:
            raise self._refused(error) from None
        log.info("wecom_token_fetched", lasts=lasts)
        now = self._now()
        return Token(value, now + timedelta(seconds=lasts), now)

    def _usable(self, refused: Token | None) -> Token | None:
        token = self._tokens.get(self._name)
        if token is None or self._now() >= token.expires_at - EARLY:
            return None
        return None if refused is not None and token.value == refused.value else token

    def _refused(self, error: WecomError) -> WecomError:
        if error.code in SECRET_CODES or error.code == FREQUENCY:
            with self._guard:
                self._pause = (self._now() + PAUSE, error)
        if error.meaning.kind is Kind.BUSY:
            return unreachable(error.detail)  # nothing was sent: only the token is missing
        return error

    def _respect_pause(self) -> None:
        with self._guard:
            pause = self._pause
        if pause is not None and self._now() < pause[0]:
            raise pause[1].again()
