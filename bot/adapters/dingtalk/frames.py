"""The frames of DingTalk's Stream protocol: reading them and answering them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, Final

from bot.adapters.dingtalk import wire
from bot.adapters.dingtalk.wire import Json, Unreadable

MESSAGE_TOPIC: Final = "/v1.0/im/bot/messages/get"
CARD_TOPIC: Final = "/v1.0/card/instances/callback"


class FrameKind(Enum):
    """What a frame asks of us."""

    PING = auto()
    DISCONNECT = auto()  # the server rotates this connection: it pushes nothing more here and closes it in some seconds
    MESSAGE = auto()
    CARD = auto()
    EVENT = auto()
    LIVENESS = auto()  # CONNECTED, REGISTERED, KEEPALIVE: nothing to answer
    UNKNOWN = auto()


_KINDS: Final[Mapping[tuple[str, str], FrameKind]] = {
    ("SYSTEM", "ping"): FrameKind.PING,
    ("SYSTEM", "disconnect"): FrameKind.DISCONNECT,
    ("CALLBACK", MESSAGE_TOPIC): FrameKind.MESSAGE,
    ("CALLBACK", CARD_TOPIC): FrameKind.CARD,
}
_KINDS_BY_TYPE: Final[Mapping[str, FrameKind]] = {"SYSTEM": FrameKind.LIVENESS, "EVENT": FrameKind.EVENT}


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame. `id` names it for the answer (a redelivery has a new one); `data` is what it carries, raw."""

    kind: FrameKind
    id: str
    topic: str
    data: str

    @property
    def lane(self) -> str:
        """Frames of one lane are stored in the order they came: the conversation, else the frame by itself."""
        try:
            content = wire.load(self.data)
        except Unreadable:
            return self.id
        return wire.text(content, "conversationId", "spaceId") or self.id


@dataclass(frozen=True, slots=True)
class Answer:
    """What the platform hears about a frame."""

    code: int = HTTPStatus.OK
    data: Json | None = None


TAKEN: Final = Answer(data={"response": None})
EVENT_TAKEN: Final = Answer(data={"status": "SUCCESS", "message": "success"})
NOT_OURS: Final = Answer(HTTPStatus.NOT_FOUND)
UNREADABLE: Final = Answer(HTTPStatus.BAD_REQUEST)
NOT_STORED: Final = Answer(HTTPStatus.INTERNAL_SERVER_ERROR)


def parse_frame(raw: str | bytes) -> Frame:
    """Return the frame in a WebSocket message; raises `Unreadable` for junk."""
    source = wire.load(raw)
    headers = wire.child(source, "headers")
    said, topic = wire.text(source, "type"), wire.text(headers, "topic")
    kind = _KINDS.get((said, topic)) or _KINDS_BY_TYPE.get(said, FrameKind.UNKNOWN)
    return Frame(kind, wire.text(headers, "messageId"), topic, _data(source.get("data")))


def render_answer(frame: Frame, answer: Answer) -> str:
    """Return the WebSocket message that answers `frame`; a ping gets its own data back."""
    data = frame.data if frame.kind is FrameKind.PING else json.dumps(answer.data or {}, ensure_ascii=False)
    reply = {
        "code": int(answer.code),
        "headers": {"messageId": frame.id, "contentType": "application/json"},
        "message": "OK" if answer.code == HTTPStatus.OK else HTTPStatus(answer.code).phrase,
        "data": data,
    }
    return json.dumps(reply, ensure_ascii=False)


def _data(value: Any) -> str:
    return wire.clean(value) if isinstance(value, str) else json.dumps(value)
