"""Decrypted messages and events of the self-built app → `Update`."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

import xmltodict
from wechatpy.enterprise.messages import MESSAGE_TYPES
from wechatpy.messages import BaseMessage, UnknownMessage

from bot.adapters.wecom.config import PLATFORM
from bot.adapters.wecom.crypto import Reason, Refused
from bot.adapters.wecom.task import key_of
from bot.update import MAX_TEXT, Chat, ChatKind, Location, Media, MediaKind, Press, Update, UpdateKind

MAX_ACCOUNT: Final = 128
CARD_EVENTS: Final = frozenset({"template_card_event", "template_card_menu_event"})
_LISTS: Final = ("SelectedItem", "OptionId", "item")
_CHANGES_ON_RETRY: Final = frozenset({"ResponseCode"})

Facts = dict[str, Any]
"""Fields of an `Update` that depend on its kind."""


def read_message(xml: str, *, received_at: datetime) -> Update:
    """Return what happened; raises `Refused` when the text is not a message of WeCom.

    `sender_id` is case-folded, as WeCom itself ignores case in user ids.
    """
    try:
        return _update(_fields_of(xml), received_at)
    except Refused:
        raise
    except Exception as error:  # expat, xmltodict, wechatpy and number parsing each raise their own
        raise Refused(Reason.MALFORMED) from error


def _fields_of(xml: str) -> dict[str, Any]:
    fields = xmltodict.parse(xml, force_list=_LISTS)["xml"]
    if not isinstance(fields, dict):
        raise Refused(Reason.MALFORMED)
    return fields


def _update(fields: dict[str, Any], received_at: datetime) -> Update:
    identity = _identity(fields)  # before wechatpy's classes write their defaults into the fields
    sender = _text(fields, "FromUserName").casefold()
    if not 0 < len(sender) <= MAX_ACCOUNT:
        raise Refused(Reason.MALFORMED)
    kind = _text(fields, "MsgType").lower()
    facts = _event(fields) if kind == "event" else _message(kind, fields)
    return Update(
        id=identity,
        platform=PLATFORM,
        bot=_text(fields, "AgentID")[:MAX_ACCOUNT],
        chat=Chat(ChatKind.DIRECT, sender),
        sender_id=sender,
        at=datetime.fromtimestamp(int(_text(fields, "CreateTime")), UTC),
        received_at=received_at,
        **facts,
    )


def _identity(fields: Mapping[str, Any]) -> str:
    """Name a message so that a redelivery has the same name and nothing else has.

    Events carry no id, and user + second is too coarse (two clicks, a batch of directory changes), so everything in the
    plaintext counts but what may differ between deliveries. Message ids are only unique for an app and a person.
    """
    message_id = _text(fields, "MsgId")
    if message_id:
        parts = ("m", _text(fields, "AgentID"), _text(fields, "FromUserName").casefold(), message_id)
        return _short(":".join(parts))
    kept = {name: value for name, value in fields.items() if name not in _CHANGES_ON_RETRY}
    digest = sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()
    return f"e:{digest[:40]}"


def _short(text: str) -> str:
    return text if len(text) <= 160 else f"h:{sha256(text.encode()).hexdigest()}"


# -- messages ----------------------------------------------------------------------------------------------------------


def _message(kind: str, fields: dict[str, Any]) -> Facts:
    message = MESSAGE_TYPES.get(kind, UnknownMessage)(fields)
    read = _MESSAGES.get(kind)
    return read(message) if read else {"kind": UpdateKind.UNKNOWN, "event": kind[:64]}


def _text_message(message: BaseMessage) -> Facts:
    return {"kind": UpdateKind.TEXT, "text": _clean(message.content)}


def _attachment(kind: UpdateKind, media_kind: MediaKind) -> Callable[[BaseMessage], Facts]:
    def read(message: BaseMessage) -> Facts:
        ref = {"media_id": _clean(message.media_id)}
        if not ref["media_id"]:
            raise Refused(Reason.MALFORMED)
        return {"kind": kind, "media": (Media(media_kind, ref),)}

    return read


def _location_message(message: BaseMessage) -> Facts:
    place = _location(message.location_x, message.location_y, _clean(message.label))
    return {"kind": UpdateKind.LOCATION, "location": place}


def _link_message(message: BaseMessage) -> Facts:
    parts = (message.title, message.description, message.url)
    return {"kind": UpdateKind.LINK, "text": "\n".join(_clean(part) for part in parts if part)}


_MESSAGES: Final[dict[str, Callable[[BaseMessage], Facts]]] = {
    "text": _text_message,
    "image": _attachment(UpdateKind.IMAGE, MediaKind.IMAGE),
    "voice": _attachment(UpdateKind.VOICE, MediaKind.VOICE),
    "video": _attachment(UpdateKind.VIDEO, MediaKind.VIDEO),
    "shortvideo": _attachment(UpdateKind.VIDEO, MediaKind.VIDEO),
    "location": _location_message,
    "link": _link_message,
}


# -- events ------------------------------------------------------------------------------------------------------------


def _event(fields: Mapping[str, Any]) -> Facts:
    name = _text(fields, "Event").lower()
    if not name:
        raise Refused(Reason.MALFORMED)
    if name in CARD_EVENTS:
        return _card_event(name, fields)
    read = _EVENTS.get(name)
    facts: Facts = {"kind": UpdateKind.EVENT, "event": name[:64]}
    return facts | (read(fields) if read else {})


def _card_event(name: str, fields: Mapping[str, Any]) -> Facts:
    task_id = _text(fields, "TaskId")
    press = Press(value=_text(fields, "EventKey"), message_id=key_of(task_id), values=_selected(fields))
    reply_to = {"via": "app", "card_response_code": _text(fields, "ResponseCode")}
    return {"kind": UpdateKind.ACTION, "event": name, "press": press, "reply_to": reply_to}


def _selected(fields: Mapping[str, Any]) -> dict[str, str]:
    """Return question → chosen options, several joined by commas."""
    items = (fields.get("SelectedItems") or {}).get("SelectedItem") or ()
    chosen: dict[str, str] = {}
    for item in items:
        options = ((item or {}).get("OptionIds") or {}).get("OptionId") or ()
        chosen[_text(item, "QuestionKey")] = ",".join(_clean(option) for option in options if option)
    return chosen


def _menu_click(fields: Mapping[str, Any]) -> Facts:
    key = _text(fields, "EventKey")
    return {"kind": UpdateKind.TEXT, "text": key} if key.startswith("/") else {"text": key}


def _reported_location(fields: Mapping[str, Any]) -> Facts:
    return {"location": _location(_text(fields, "Latitude"), _text(fields, "Longitude"), "")}


def _chosen_location(fields: Mapping[str, Any]) -> Facts:
    info = fields.get("SendLocationInfo") or {}
    label = _text(info, "Poiname") or _text(info, "Label")
    place = _location(_text(info, "Location_X"), _text(info, "Location_Y"), label)
    return {"kind": UpdateKind.LOCATION, "location": place}


def _scan(fields: Mapping[str, Any]) -> Facts:
    return {"text": _text(fields.get("ScanCodeInfo") or {}, "ScanResult")}


_EVENTS: Final[dict[str, Callable[[Mapping[str, Any]], Facts]]] = {
    "click": _menu_click,
    "view": lambda fields: {"text": _text(fields, "EventKey")},
    "view_miniprogram": lambda fields: {"text": _text(fields, "EventKey")},
    "location": _reported_location,
    "location_select": _chosen_location,
    "scancode_push": _scan,
    "scancode_waitmsg": _scan,
    "change_contact": lambda fields: {"text": ":".join((_text(fields, "ChangeType"), _text(fields, "UserID")))},
}


# -- values ------------------------------------------------------------------------------------------------------------


def _location(lat: str, lng: str, label: str) -> Location:
    latitude, longitude = float(lat), float(lng)
    if not (math.isfinite(latitude) and abs(latitude) <= 90 and math.isfinite(longitude) and abs(longitude) <= 180):
        raise Refused(Reason.MALFORMED)
    return Location(latitude, longitude, label, "gcj02")


def _text(fields: Mapping[str, Any], name: str) -> str:
    return _clean(fields.get(name))


def _clean(value: Any) -> str:
    """Return a text a database takes: a string without NUL, not longer than a turn looks at."""
    return value.replace("\0", "")[:MAX_TEXT] if isinstance(value, str) else ""
