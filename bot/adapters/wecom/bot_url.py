"""URL (JSON) mode of the AI bot: the same messages by HTTP, answered once through the address that came with each.

Here nothing can be pushed: an answer goes to the message's `response_url`, once and within an hour. A card can only be changed in
the answer to its press, so that request waits a moment for the turn.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import requests
from flask import Flask, Response, request

from bot.adapters.base import Delivery, Fate, Outcome, Receive
from bot.adapters.wecom.bot_message import read_bot_message
from bot.adapters.wecom.callback import body_of, check_fresh, open_sealed, plain, refusal, store
from bot.adapters.wecom.card import closed_template, plan
from bot.adapters.wecom.crypto import Envelope, Reason, Refused
from bot.adapters.wecom.errors import CARD_CLOSED, WecomError
from bot.adapters.wecom.http import TIMEOUT, answer_of, json_bytes, pooled, transport_error
from bot.adapters.wecom.robot import REPEATED, markdown_of
from bot.adapters.wecom.task import task_id
from bot.adapters.wecom.text import BOT_MARKDOWN, shorten_bytes
from bot.reply import Card, Document
from bot.update import Update, UpdateKind

PATH: Final = "/wecom/bot"
PRESS_WAIT: Final = 3.5
"""Seconds a press waits for its card to change; the platform gives up after five."""
_REMEMBERED: Final = 500


@dataclass(slots=True)
class _Press:
    """A press whose request is still open."""

    changed: threading.Event = field(default_factory=threading.Event)
    template: Mapping[str, Any] | None = None
    is_over: bool = False


class BotUrl:
    """Hears and answers in URL mode."""

    def __init__(
        self, envelope: Envelope, *, now: Callable[[], datetime], account_of: Callable[[str], str], link: str = ""
    ) -> None:
        self._envelope = envelope
        self._now = now
        self._account_of = account_of
        self._link = link
        self._http = pooled(requests.Session())
        self._presses: dict[str, _Press] = {}
        self._used: OrderedDict[str, None] = OrderedDict()
        self._guard = threading.Lock()
        self.press_wait = PRESS_WAIT

    # -- hearing -------------------------------------------------------------------------------------------------------

    def update(self, query: Mapping[str, str], body: bytes) -> Update | None:
        """Return the update of a POST, None for a poll; raises `Refused`."""
        now = self._now()
        try:
            encrypt = json.loads(body)["encrypt"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Refused(Reason.NO_ENVELOPE) from None
        text = open_sealed(self._envelope, query, encrypt if isinstance(encrypt, str) else "")
        check_fresh(query, now)
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            raise Refused(Reason.MALFORMED) from None
        if not isinstance(message, dict):
            raise Refused(Reason.MALFORMED)
        return read_bot_message(message, received_at=now, account_of=self._account_of)

    def sealed(self, answer: Mapping[str, Any], nonce: str) -> str:
        """Return an answer encrypted the way the platform takes it."""
        stamp = str(int(self._now().timestamp()))
        sealed = self._envelope.seal(json.dumps(answer, ensure_ascii=False), timestamp=stamp, nonce=nonce)
        parts = {"encrypt": sealed.encrypt, "msgsignature": sealed.signature, "timestamp": int(stamp), "nonce": nonce}
        return json.dumps(parts)

    def add_routes(self, app: Flask, receive: Receive) -> None:
        """Add the routes of the bot."""

        def verify() -> Response:
            try:
                return plain(open_sealed(self._envelope, request.args, request.args.get("echostr", "")))
            except Refused as refused:
                return refusal(refused, PATH)

        def message() -> Response:
            try:
                update = self.update(request.args, body_of(request))
            except Refused as refused:
                return refusal(refused, PATH)
            if update is None:
                return plain("")
            return self._take(update, receive, request.args.get("nonce", ""))

        app.add_url_rule(PATH, "wecom_bot_verify", verify, methods=["GET"])
        app.add_url_rule(PATH, "wecom_bot_message", message, methods=["POST"])

    def _take(self, update: Update, receive: Receive, nonce: str) -> Response:
        if update.kind is not UpdateKind.ACTION or update.press is None or not update.press.message_id:
            return store(update, receive)
        key, press = update.press.message_id, _Press()
        with self._guard:
            self._presses[key] = press
        try:
            stored = store(update, receive)
            press.changed.wait(self.press_wait if stored.status_code == requests.codes.ok else 0)
        finally:
            with self._guard:
                press.is_over = True
                self._presses.pop(key, None)
        if press.template is None:
            return stored
        answer = {"response_type": "update_template_card", "template_card": press.template}
        return Response(self.sealed(answer, nonce), content_type="application/json; charset=utf-8")

    # -- answering -----------------------------------------------------------------------------------------------------

    def send(self, delivery: Delivery) -> list[Outcome]:
        """Answer through the address of the message, which works once."""
        key, address = delivery.recipients[0].key, delivery.reply_to.get("response_url", "")
        if not address or not self._take_address(address):
            detail = "智能机器人 URL 模式每条消息只能回一次"
            return [Outcome(key, Fate.NEVER, error="no_response_url", detail=detail)]
        body = self._body(delivery, key)
        try:
            answer_of(self._http.post(address, data=json_bytes(body), timeout=TIMEOUT))
        except requests.RequestException as error:
            return [self._failed(transport_error(error), address, key)]
        except WecomError as error:
            return [self._failed(error, address, key)]
        handle = {"via": "bot_url"}
        if body["msgtype"] == "template_card":
            task = str(body["template_card"]["task_id"])
            handle |= {"task_id": task, "message_id": task}
        return [Outcome(key, Fate.SENT, handle=handle)]

    def update_card(self, key: str, handle: Mapping[str, str], card: Card) -> Outcome:
        """Change a card in the answer to its press, if that is still open."""
        task = handle.get("task_id") or task_id([key], card)
        with self._guard:
            press = self._presses.get(key)
            if press is None or press.is_over:
                return Outcome(key, Fate.NEVER, error="press_too_old", detail="智能机器人的卡片只能在点击后 5 秒内更新")
            press.template = closed_template(card, task_id=task, link=self._link)
            press.changed.set()
        return Outcome(key, Fate.SENT, handle=handle)

    def _failed(self, error: WecomError, address: str, key: str) -> Outcome:
        if error.meaning.fate is Fate.LATER:
            with self._guard:
                self._used.pop(address, None)
        if error.code in CARD_CLOSED:
            return Outcome(key, Fate.NEVER, error=error.code, detail="回复地址已用过或已过期")
        return error.outcome(key)

    def _take_address(self, address: str) -> bool:
        with self._guard:
            if address in self._used:
                return False
            while len(self._used) >= _REMEMBERED:
                self._used.popitem(last=False)
            self._used[address] = None
            return True

    def _body(self, delivery: Delivery, key: str) -> dict[str, Any]:
        """Return one message for the content; what has no room on a card is written out instead."""
        content = delivery.content
        mark = REPEATED if delivery.repeat else ""
        if isinstance(content, Card):
            laid_out = plan(content, task_id=task_id([key], content), link=self._link)
            if content.buttons and not laid_out.before:
                return {"msgtype": "template_card", "template_card": laid_out.template}
            text = markdown_of(content)
        else:
            text = content.caption or content.name if isinstance(content, Document) else content
        return {"msgtype": "markdown", "markdown": {"content": shorten_bytes(mark + text, BOT_MARKDOWN)}}
