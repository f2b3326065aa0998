"""Asking DingTalk for a Stream connection: an address and a ticket, good for one connection within 90 seconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from urllib.parse import quote_plus

import requests

from bot.adapters.dingtalk import wire
from bot.adapters.dingtalk.config import DingtalkConfig
from bot.adapters.dingtalk.frames import CARD_TOPIC, MESSAGE_TOPIC
from bot.adapters.dingtalk.http import new_session
from bot.adapters.dingtalk.wire import Unreadable

_PATH: Final = "/v1.0/gateway/connections/open"
_TIMEOUT: Final = (5, 10)
_TOPICS: Final = (MESSAGE_TOPIC, CARD_TOPIC)  # no EVENT "*": every push counts towards the month's allowance


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to connect, the ticket included."""

    url: str = field(repr=False)


class GatewayRefused(Exception):  # noqa: N818 - the platform's answer
    """No connection was given. `permanent` when only the deployer can mend it (credentials, publishing, mode, IP list)."""

    def __init__(self, code: str, *, permanent: bool) -> None:
        super().__init__(code)
        self.code = code
        self.permanent = permanent


OpenGateway = Callable[[], Endpoint]


def open_gateway(config: DingtalkConfig) -> Endpoint:
    """Ask for a connection (blocks up to 15 seconds); raises `GatewayRefused`."""
    body = {
        "clientId": config.client_id,
        "clientSecret": config.client_secret,
        "ua": "sales-memory-bot/0.1",
        "subscriptions": [{"type": "CALLBACK", "topic": topic} for topic in _TOPICS],
    }
    try:
        response = new_session().post(
            config.api_base + _PATH,
            json=body,
            headers={"Accept": "application/json"},  # otherwise XML may come back
            timeout=_TIMEOUT,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        raise GatewayRefused(type(error).__name__, permanent=False) from None
    return _endpoint(response, config)


def _endpoint(response: requests.Response, config: DingtalkConfig) -> Endpoint:
    try:
        answer = wire.load(response.content)
    except Unreadable:
        raise GatewayRefused(f"HTTP {response.status_code}, not JSON", permanent=False) from None
    if response.status_code != HTTPStatus.OK:
        code = wire.text(answer, "code") or f"HTTP {response.status_code}"
        permanent = response.status_code in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
        raise GatewayRefused(code, permanent=permanent)
    address, ticket = wire.text(answer, "endpoint"), wire.text(answer, "ticket")
    on_loopback = config.api_base.startswith("http://")
    if not ticket or not address.startswith(("wss://", "ws://") if on_loopback else "wss://"):
        raise GatewayRefused("no endpoint in the answer", permanent=False)
    return Endpoint(f"{address}?ticket={quote_plus(ticket)}")
