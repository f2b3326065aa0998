"""Group robots (消息推送 webhooks): push-only, 20 messages a minute, no idempotency, the address is the secret."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from hashlib import md5
from itertools import pairwise
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import requests

from bot.adapters.base import Delivery, Fate, Outcome
from bot.adapters.board import Board
from bot.adapters.wecom.card import plan
from bot.adapters.wecom.config import GroupRobot, WecomConfig
from bot.adapters.wecom.errors import FREQUENCY, WecomError, parked
from bot.adapters.wecom.http import TIMEOUT, answer_of, json_bytes, pooled, transport_error
from bot.adapters.wecom.limits import WEBHOOK
from bot.adapters.wecom.progress import Progress
from bot.adapters.wecom.text import ROBOT_MARKDOWN, ROBOT_TEXT, split
from bot.adapters.wecom.upload import MediaSource, bytes_of, image_type
from bot.adapters.windows import Windows
from bot.reply import Card, Document

PREFIX: Final = "webhook:"
"""How an outbox row addresses a group robot: `webhook:` and its name in the configuration."""
REPEATED: Final = "（可能重复）"
MAX_ROBOT_IMAGE: Final = 2 * 1024 * 1024
_MINUTE: Final = 60.0

Message = dict[str, Any]


class Robots:
    """Speaks in groups through their robots."""

    def __init__(
        self, config: WecomConfig, media: MediaSource, *, now: Callable[[], datetime], board: Board | None = None
    ) -> None:
        self._robots = {robot.name: robot for robot in config.groups}
        self._link = config.public_url
        self._media = media
        self._windows = Windows(WEBHOOK, now=now, board=board, scope="wecom.webhook:")
        self._progress = Progress()
        self._http = pooled(requests.Session())

    def knows(self, chat_id: str) -> bool:
        """Whether a group chat is one of ours."""
        return chat_id.startswith(PREFIX)

    def send(self, delivery: Delivery) -> list[Outcome]:
        """Send to a group; a repeat says that it may be one, since there is no key to recognise it by."""
        key = delivery.recipients[0].key
        robot = self._robots.get(delivery.chat.id.removeprefix(PREFIX))
        if robot is None:
            return [Outcome(key, Fate.NEVER, error="no_robot", detail="配置里没有这个群机器人")]
        try:
            messages = self._messages(delivery, robot)
            wait = self._windows.take(robot.name, self._progress.left(key, messages))
            if wait:
                raise parked(wait, "群机器人每分钟最多 20 条")
            self._progress.send(key, messages, partial(self.post, robot))
        except WecomError as error:
            return [error.outcome(key)]
        return [Outcome(key, Fate.SENT, handle={"via": "webhook"})]

    def post(self, robot: GroupRobot, message: Mapping[str, Any]) -> None:
        """Post one message; raises `WecomError`."""
        self._call(robot.webhook, data=json_bytes(message), headers={"Content-Type": "application/json"})

    def upload(self, robot: GroupRobot, name: str, data: bytes) -> str:
        """Upload a file, usable by this robot only; raises `WecomError`."""
        address = robot.webhook.replace("/webhook/send", "/webhook/upload_media")
        result = self._call(address, params={"type": "file"}, files={"media": (name, data)})
        return str(result["media_id"])

    def _call(self, address: str, **request: Any) -> dict[str, Any]:
        try:
            return answer_of(self._http.post(address, timeout=TIMEOUT, **request))
        except requests.RequestException as error:
            raise transport_error(error) from None
        except WecomError as error:
            if error.code == FREQUENCY:  # one busy group is no reason to stop everything
                raise parked(_MINUTE, "群机器人发得太快") from None
            raise

    # -- rendering -----------------------------------------------------------------------------------------------------

    def _messages(self, delivery: Delivery, robot: GroupRobot) -> list[Message]:
        content = delivery.content
        if isinstance(content, Document):
            return [self._document(content, robot), *text_messages(content.caption, delivery.mentions, ROBOT_TEXT)]
        if isinstance(content, Card):
            return [*self._picture(content), *self._card(content, delivery)]
        text = f"{REPEATED}{content}" if delivery.repeat else content
        if _has_table(text) and not delivery.mentions:
            return markdown_messages(text, "markdown_v2", ROBOT_MARKDOWN)
        return text_messages(text, delivery.mentions, ROBOT_TEXT)

    def _card(self, card: Card, delivery: Delivery) -> list[Message]:
        """Lay a short card out as a notice; write out a longer one, or one that calls somebody."""
        still = Card(card.title, card.written_out().body, card.fields, note=card.note)
        laid_out = plan(still, task_id="", link=self._link)
        if not (laid_out.before or delivery.mentions or delivery.repeat):
            return [{"msgtype": "template_card", "template_card": laid_out.template}]
        text = markdown_of(still, delivery.mentions)
        return markdown_messages(f"{REPEATED}\n{text}" if delivery.repeat else text, "markdown", ROBOT_MARKDOWN)

    def _picture(self, card: Card) -> list[Message]:
        if not card.image or "://" in card.image:
            return []
        data = bytes_of(self._media, card.image)
        return [_image(data)] if image_type(data) and len(data) <= MAX_ROBOT_IMAGE else []

    def _document(self, document: Document, robot: GroupRobot) -> Message:
        data = bytes_of(self._media, document.key)
        if document.is_image and image_type(data) and len(data) <= MAX_ROBOT_IMAGE:
            return _image(data)
        return {"msgtype": "file", "file": {"media_id": self.upload(robot, document.name or "file", data)}}


def is_webhook(address: str) -> bool:
    """Whether an address looks like that of a group robot."""
    parts = urlsplit(address)
    return parts.path.endswith("/cgi-bin/webhook/send") and bool(parse_qs(parts.query).get("key"))


def markdown_of(card: Card, mentions: Sequence[str] = ()) -> str:
    """Write a card out in WeCom's markdown."""
    lines = [f"**{card.title}**" if card.title else "", card.written_out().body]
    lines += [f">{field.label}：{field.value}" for field in card.fields]
    lines += [card.note, "".join(f"<@{account}>" for account in mentions)]
    return "\n".join(line for line in lines if line)


def markdown_messages(text: str, kind: str, most: int) -> list[Message]:
    """Return markdown in messages that each fit."""
    return [{"msgtype": kind, kind: {"content": part}} for part in split(text, most)]


def text_messages(text: str, mentions: Sequence[str], most: int) -> list[Message]:
    """Return a text in messages that each fit; the last one calls the people mentioned."""
    messages: list[Message] = [{"msgtype": "text", "text": {"content": part}} for part in split(text, most)]
    if mentions and messages:
        messages[-1]["text"]["mentioned_list"] = list(mentions)
    return messages


def _image(data: bytes) -> Message:
    digest = md5(data, usedforsecurity=False).hexdigest()
    return {"msgtype": "image", "image": {"base64": b64encode(data).decode(), "md5": digest}}


def _has_table(text: str) -> bool:
    lines = text.split("\n")
    return any(line.startswith("|") and set(after) <= set("|:- ") and "-" in after for line, after in pairwise(lines))
