"""The HTTP side of the self-built app: URL verification and encrypted messages.

Nothing is parsed before it is authenticated: an unsigned body costs a length check, one regular expression and a SHA-1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

import structlog
from flask import Flask, Request, Response, request

from bot.adapters.base import Receive
from bot.adapters.wecom.crypto import Envelope, Reason, Refused
from bot.adapters.wecom.message import read_message
from bot.update import Update

log = structlog.get_logger(__name__)

PATH: Final = "/wecom/callback"
MAX_BODY: Final = 64 * 1024
MAX_SKEW: Final = 600.0
"""Seconds a callback's timestamp may be off ours. A retry carries a fresh one, so only replays are older."""

_ENCRYPT = re.compile(rb"<Encrypt>\s*(?:<!\[CDATA\[\s*)?([A-Za-z0-9+/=]+)\s*(?:\]\]>\s*)?</Encrypt>")


class Callback:
    """Opens what WeCom sends to the app. Pure: no storing, no HTTP."""

    def __init__(self, envelope: Envelope, *, now: Callable[[], datetime]) -> None:
        self._envelope = envelope
        self._now = now

    def echo(self, query: Mapping[str, str]) -> str:
        """Return what URL verification must answer, raw; raises `Refused`."""
        return open_sealed(self._envelope, query, query.get("echostr", ""))

    def update(self, query: Mapping[str, str], body: bytes) -> Update:
        """Return the update of a POST; raises `Refused`."""
        now = self._now()
        match = _ENCRYPT.search(body)
        if match is None:
            raise Refused(Reason.NO_ENVELOPE)
        text = open_sealed(self._envelope, query, match[1].decode())
        check_fresh(query, now)
        return read_message(text, received_at=now)


def open_sealed(envelope: Envelope, query: Mapping[str, str], encrypt: str) -> str:
    """Open an encrypted text with the signature of the query; raises `Refused`."""
    return envelope.open(
        encrypt,
        signature=query.get("msg_signature", ""),
        timestamp=query.get("timestamp", ""),
        nonce=query.get("nonce", ""),
    )


def check_fresh(query: Mapping[str, str], now: datetime) -> None:
    """Refuse a signed timestamp more than ten minutes away from `now`."""
    stamp = query.get("timestamp", "")
    if not re.fullmatch(r"[0-9]{1,12}", stamp) or abs(now.timestamp() - int(stamp)) > MAX_SKEW:
        raise Refused(Reason.STALE)


def body_of(incoming: Request) -> bytes:
    """Return the body of a request that says how long it is; raises `Refused` before reading more than 64 KB.

    Behind a chunked body the web framework would silently cut the text off at its limit.
    """
    if incoming.content_length is None or incoming.headers.get("Transfer-Encoding"):
        raise Refused(Reason.NO_LENGTH)
    if incoming.content_length > MAX_BODY:
        raise Refused(Reason.TOO_LONG)
    return incoming.get_data(cache=False)


def plain(text: str, status: int = 200) -> Response:
    """Return an answer WeCom takes: raw text without quotes, marks or newline."""
    return Response(text, status=status, content_type="text/plain; charset=utf-8")


def refusal(refused: Refused, path: str) -> Response:
    """Log why a callback was refused, without anything it contained, and return the 4xx."""
    log.warning("callback_refused", path=path, reason=refused.reason.value)
    return plain("", refused.status)


def store(update: Update, receive: Receive) -> Response:
    """Store an update and acknowledge it; 503 makes WeCom deliver it again."""
    try:
        is_new = receive(update)
    except Exception as error:  # noqa: BLE001  # whatever storing raises, the platform must not be told that it worked
        log.error("callback_not_stored", error=type(error).__name__)  # noqa: TRY400  # a trace may hold the message
        return plain("", 503)
    log.info("callback_stored", kind=update.kind.value, name=update.event, new=is_new)
    return plain("")


def add_callback(app: Flask, callback: Callback, receive: Receive) -> None:
    """Add the routes of the self-built app."""

    def verify() -> Response:
        try:
            return plain(callback.echo(request.args))
        except Refused as refused:
            return refusal(refused, PATH)

    def message() -> Response:
        try:
            update = callback.update(request.args, body_of(request))
        except Refused as refused:
            return refusal(refused, PATH)
        return store(update, receive)

    app.add_url_rule(PATH, "wecom_verify", verify, methods=["GET"])
    app.add_url_rule(PATH, "wecom_message", message, methods=["POST"])
