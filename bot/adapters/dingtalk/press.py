"""A pressed button of an interactive card, by Stream or by HTTP the same body, becomes an `Update`."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any, Final

from bot.adapters.dingtalk import wire
from bot.adapters.dingtalk.config import DingtalkConfig
from bot.adapters.dingtalk.wire import Json, Unreadable
from bot.update import MAX_TEXT, Chat, ChatKind, Press, Update, UpdateKind

ANSWER: Final[Json] = {
    "cardData": {"cardParamMap": {"pending": "已收到，正在处理…"}},
    "cardUpdateOptions": {"updateCardDataByKey": True, "updatePrivateDataByKey": True},
}
"""What the platform hears within two seconds; the card itself is updated when the turn is through."""

_OURS: Final = ("action", "key")


def parse_press(data: Json, config: DingtalkConfig, received_at: datetime, event_id: str = "") -> Update:
    """Return the update of a card callback.

    `event_id` tells two presses of one button apart (the frame's id); without one the body is its own identity.
    Raises `Unreadable`.
    """
    corp = wire.text(data, "corpId")
    if config.corp_id and corp and corp != config.corp_id:
        raise Unreadable("card of another organisation")
    user, track = wire.identity(data, "userId"), wire.identity(data, "outTrackId")
    if not user or not track:
        raise Unreadable("no user or no card")
    params = wire.child(wire.child(wire.child(data, "content"), "cardPrivateData"), "params")
    return Update(
        id=f"card:{event_id or _digest(data)}",
        platform="dingtalk",
        bot=config.robot,
        chat=_chat(data, user),
        sender_id=user,
        kind=UpdateKind.ACTION,
        at=received_at,
        received_at=received_at,
        press=Press(
            value=wire.text(params, "action"),
            message_id=wire.text(params, "key") or track,
            values={name: _typed(value) for name, value in params.items() if name not in _OURS},
        ),
        reply_to={"track": track},
    )


def _chat(data: Json, user: str) -> Chat:
    space = wire.identity(data, "spaceId")
    in_group = wire.text(data, "spaceType").upper() == "IM_GROUP" and bool(space)
    return Chat(ChatKind.GROUP, space.rpartition("IM_GROUP.")[2]) if in_group else Chat(ChatKind.DIRECT, user)


def _typed(value: Any) -> str:
    """Return what a person entered as text: lists of choices and dates come as JSON."""
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return wire.clean(said)[:MAX_TEXT]


def _digest(data: Json) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True, default=str).encode("utf-8", "replace")).hexdigest()[:32]
