"""HTTP mode: robot messages, card presses and events, all at `/dingtalk/callback`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from hashlib import sha256
from typing import Final

from flask import Flask, Request, Response, jsonify, request

from bot.adapters.board import Board
from bot.adapters.dingtalk import wire
from bot.adapters.dingtalk.crypto import EventCrypto
from bot.adapters.dingtalk.press import ANSWER
from bot.adapters.dingtalk.receiver import Receiver
from bot.adapters.dingtalk.signature import Refused, ReplayMemory, check_sign, check_time, sign_card, sign_robot
from bot.adapters.dingtalk.wire import Json, Unreadable

log: Final = logging.getLogger("bot.dingtalk.callback")

PATH: Final = "/dingtalk/callback"
MAX_BODY: Final = 256 * 1024


class Callback:
    """Checks what arrives and hands it to the same receiver as the Stream."""

    def __init__(self, receiver: Receiver, board: Board | None = None) -> None:
        config = receiver.config
        self._config = config
        self._receiver = receiver
        self._replays = ReplayMemory(board)
        self._events = (
            EventCrypto(config.event_token, config.event_aes_key, config.client_id) if config.event_aes_key else None
        )

    def register(self, app: Flask) -> None:
        """Add the route."""
        app.add_url_rule(PATH, "dingtalk_callback", self.view, methods=["POST"])

    def view(self) -> Response:
        """Answer one request: 200 only when what it carried is stored."""
        try:
            return self._door(request)(request)
        except Refused as refused:
            log.warning("a callback was refused: %s", refused.reason)
            return Response(status=refused.status)
        except Unreadable as error:
            log.warning("a callback could not be read: %s", error)
            return Response(status=400)
        except Exception as error:  # noqa: BLE001 - whatever it is, the platform must not believe that we have the message
            # Only the kind is logged: a database error quotes its parameters, and among them is a session webhook.
            log.error("a callback could not be stored: %s", type(error).__name__)  # noqa: TRY400
            return Response(status=503)

    def _door(self, incoming: Request) -> Callable[[Request], Response]:
        if "x-ddpaas-signature" in incoming.headers:
            return self._card
        if "sign" in incoming.headers:
            return self._message
        if "nonce" in incoming.args:
            return self._event
        raise Refused("no signature")

    def _message(self, incoming: Request) -> Response:
        timestamp, sign = incoming.headers.get("timestamp", ""), incoming.headers["sign"]
        check_sign(sign, sign_robot(timestamp, self._config.client_secret))
        data, seen = self._fresh(incoming, timestamp)
        if not wire.text(data, "robotCode"):
            raise Refused("no robot")  # the signature does not cover the body: it must at least name us
        if wire.text(data, "robotCode") != self._config.robot:
            raise Refused("another robot")
        self._receiver.message(data)
        self._replays.remember(timestamp, seen, self._receiver.now())
        return jsonify({"msgtype": "empty"})

    def _card(self, incoming: Request) -> Response:
        if not self._config.card_secret:
            raise Refused("no card secret configured")
        timestamp = incoming.headers.get("x-ddpaas-signature-timestamp", "")
        check_sign(incoming.headers["x-ddpaas-signature"], sign_card(timestamp, self._config.card_secret))
        data, seen = self._fresh(incoming, timestamp)
        self._receiver.press(data, f"{timestamp}:{seen[:24]}")
        self._replays.remember(timestamp, seen, self._receiver.now())
        return jsonify(ANSWER)

    def _event(self, incoming: Request) -> Response:
        """Acknowledge an event; nothing is done with it yet, but DingTalk checks the address this way."""
        if self._events is None:
            raise Refused("no event key configured")
        args = incoming.args
        timestamp = args.get("timestamp") or args.get("timeStamp") or ""
        check_time(timestamp, self._receiver.now())
        event = wire.load(
            self._events.open(
                signature=args.get("msg_signature") or args.get("signature") or "",
                timestamp=timestamp,
                nonce=args.get("nonce", ""),
                encrypt=wire.text(wire.load(_body(incoming)), "encrypt"),
            )
        )
        log.info("event received: %s", wire.identity(event, "EventType") or "unnamed")
        return jsonify(self._events.seal("success", self._receiver.now()))

    def _fresh(self, incoming: Request, timestamp: str) -> tuple[Json, str]:
        """Return body and digest of a request whose signature is good, if it is neither stale nor a replay."""
        now = self._receiver.now()
        check_time(timestamp, now)
        body = _body(incoming)
        data = wire.load(body)
        seen = sha256(wire.text(data, "msgId").encode() or body).hexdigest()
        self._replays.check(timestamp, seen, now)
        return data, seen


def _body(incoming: Request) -> bytes:
    """Return the body; refuses one without a length (chunked bodies are cut silently) or with too great a one."""
    if incoming.content_length is None or "chunked" in incoming.headers.get("Transfer-Encoding", ""):
        raise Refused("no length", 411)
    if incoming.content_length > MAX_BODY:
        raise Refused("too long", 413)
    return incoming.get_data()
