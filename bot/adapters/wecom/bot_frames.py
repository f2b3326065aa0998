"""Frames of the AI bot's long connection: JSON texts `{cmd, headers: {req_id}, body}`; answers have no `cmd`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from secrets import token_hex
from typing import Any, Final

from bot.adapters.wecom.errors import api_error, unanswered

REFUSED: Final = "853000"
NOT_LIVE: Final = "846609"
TOO_LATE: Final = frozenset({"846605", "846608"})

Frame = Mapping[str, Any]


class State(StrEnum):
    """What the connection is doing."""

    OFF = "off"
    STANDBY = "standby"  # another process owns the bot
    CONNECTING = "connecting"
    LIVE = "live"
    KICKED = "kicked"  # another program took the bot over; we do not fight
    REFUSED = "refused"  # wrong bot_id or secret


@dataclass(frozen=True, slots=True)
class Pace:
    """Times in seconds; tests make them short."""

    ping_every: float = 30.0
    silent_after: float = 45.0  # nothing heard, not even the answer to a ping
    ack_within: float = 5.0
    connect_within: float = 10.0
    back_off: tuple[float, ...] = (0.1, 0.5, 1.0, 2.0, 3.0)
    refused_pause: float = 60.0
    lease: float = 30.0
    tick: float = 0.5
    store_again: float = 0.5


class Ended(Exception):  # noqa: N818  # not an error: why a connection ended
    """The connection is over; `state` says what comes next."""

    def __init__(self, why: str, state: State = State.CONNECTING) -> None:
        super().__init__(why)
        self.state = state


def new_req_id() -> str:
    """Return a request id of our own."""
    return token_hex(12)


def frame_text(cmd: str, req_id: str, body: Mapping[str, Any] | None = None) -> str:
    """Return a frame to send."""
    frame = {"cmd": cmd, "headers": {"req_id": req_id}} | ({"body": body} if body is not None else {})
    return json.dumps(frame, ensure_ascii=False)


def parsed(text: str | bytes) -> Frame:
    """Return a frame; an empty one for what is none."""
    try:
        return as_dict(json.loads(text))
    except (ValueError, RecursionError):
        return {}


def req_id_of(frame: Frame) -> str:
    """Return the request id of a frame."""
    return str(as_dict(frame.get("headers")).get("req_id", ""))


def answer_body(answer: Frame | None) -> dict[str, Any]:
    """Return what an answer brought; raises `WecomError` for a refusal, or when the connection broke before it came."""
    if answer is None:
        raise unanswered("closed")
    code = answer.get("errcode") or 0
    if code:
        raise api_error(str(code), str(answer.get("errmsg", "")))
    return dict(as_dict(answer.get("body")))


def as_dict(value: Any) -> Frame:
    """Return a mapping, empty where there is none."""
    return value if isinstance(value, dict) else {}
