"""What the AI bot (智能机器人) hears, by long connection or URL: JSON → `Update`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from bot.adapters.wecom.config import PLATFORM
from bot.adapters.wecom.crypto import Reason, Refused
from bot.adapters.wecom.message import MAX_ACCOUNT
from bot.adapters.wecom.task import key_of
from bot.update import MAX_TEXT, Chat, ChatKind, Media, MediaKind, Press, Quote, Update, UpdateKind

VIA: Final = "bot"
CARD_EVENT: Final = "template_card_event"
KICKED_EVENT: Final = "disconnected_event"
_MENTION: Final = re.compile(r"^@\S+[\s\u2005]*")
_MEDIA: Final = {
    "image": (UpdateKind.IMAGE, MediaKind.IMAGE),
    "file": (UpdateKind.FILE, MediaKind.FILE),
    "video": (UpdateKind.VIDEO, MediaKind.VIDEO),
}

Body = Mapping[str, Any]
Facts = dict[str, Any]


def read_bot_message(
    body: Body, *, received_at: datetime, req_id: str = "", account_of: Callable[[str], str] = str.casefold
) -> Update | None:
    """Return what happened, or None for the platform's own polls; raises `Refused` for what is no message.

    `req_id` is what an answer on the long connection refers to. `account_of` turns an encrypted user id into the plain one.
    """
    try:
        return _update(body, received_at, req_id, account_of)
    except Refused:
        raise
    except Exception as error:  # a field of another shape than documented
        raise Refused(Reason.MALFORMED) from error


def event_of(body: Body) -> str:
    """Return the type of an event, or an empty text for a message."""
    return _text(_dict(body.get("event")), "eventtype") if body.get("msgtype") == "event" else ""


def _update(body: Body, received_at: datetime, req_id: str, account_of: Callable[[str], str]) -> Update | None:
    kind = _text(body, "msgtype")
    if kind == "stream":
        return None
    sender = account_of(_text(_dict(body.get("from")), "userid"))
    if not 0 < len(sender) <= MAX_ACCOUNT or not kind:
        raise Refused(Reason.MALFORMED)
    in_group = body.get("chattype") == "group"
    chat = Chat(ChatKind.GROUP, _text(body, "chatid")) if in_group else Chat(ChatKind.DIRECT, sender)
    if not 0 < len(chat.id) <= MAX_ACCOUNT:
        raise Refused(Reason.MALFORMED)
    facts = _event(body, req_id, received_at) if kind == "event" else _message(kind, body, in_group=in_group)
    reply_to = _reply_to(body, req_id) | facts.pop("reply_to", {})
    return Update(
        id=_identity(body),
        platform=PLATFORM,
        bot=_text(body, "aibotid")[:MAX_ACCOUNT],
        chat=chat,
        sender_id=sender,
        at=_instant(body, received_at),
        received_at=received_at,
        quote=_quote(body),
        reply_to=reply_to,
        **facts,
    )


def _identity(body: Body) -> str:
    message_id = _text(body, "msgid")
    if message_id and len(message_id) <= MAX_ACCOUNT:
        return f"b:{message_id}"
    return f"bh:{sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()}"


def _instant(body: Body, received_at: datetime) -> datetime:
    stamp = body.get("create_time")
    return datetime.fromtimestamp(int(stamp), UTC) if stamp else received_at


def _reply_to(body: Body, req_id: str) -> dict[str, str]:
    """Return what an answer in this session needs."""
    given = {"via": VIA, "req_id": req_id, "response_url": _text(body, "response_url"), "event": event_of(body)}
    return {name: value for name, value in given.items() if value}


# -- messages ----------------------------------------------------------------------------------------------------------


def _message(kind: str, body: Body, *, in_group: bool) -> Facts:
    if kind == "text":
        return {"kind": UpdateKind.TEXT, "text": _said(_text(_dict(body["text"]), "content"), in_group=in_group)}
    if kind == "voice":
        return {"kind": UpdateKind.VOICE, "voice_text": _text(_dict(body["voice"]), "content")}
    if kind == "mixed":
        return _mixed(_dict(body["mixed"]), in_group=in_group)
    if kind in _MEDIA:
        update_kind, _ = _MEDIA[kind]
        return {"kind": update_kind, "media": (_media(kind, body),)}
    return {"kind": UpdateKind.UNKNOWN, "event": kind[:64]}


def _mixed(mixed: Body, *, in_group: bool) -> Facts:
    items = [_dict(item) for item in mixed.get("msg_item") or ()]
    texts = [_text(_dict(item["text"]), "content") for item in items if item.get("msgtype") == "text"]
    media = tuple(_media(str(item["msgtype"]), item) for item in items if item.get("msgtype") in _MEDIA)
    kind = UpdateKind.IMAGE if media else UpdateKind.TEXT
    return {"kind": kind, "text": _said("\n".join(texts), in_group=in_group), "media": media}


def _media(kind: str, item: Body) -> Media:
    """Return the handle of an attachment: an address good for five minutes and, on the long connection, its own key."""
    part = _dict(item[kind])
    address = _text(part, "url") or _text(part, "pic_url")
    if not address:
        raise Refused(Reason.MALFORMED)
    ref = {"via": VIA, "url": address, "aeskey": _text(part, "aeskey")}
    name = _text(part, "filename") or _text(part, "name")
    return Media(_MEDIA[kind][1], {name: value for name, value in ref.items() if value}, name=name)


def _quote(body: Body) -> Quote | None:
    quote = _dict(body.get("quote"))
    if not quote:
        return None
    facts = _message(_text(quote, "msgtype"), quote, in_group=False)
    return Quote(text=facts.get("text") or facts.get("voice_text") or "", media=facts.get("media", ()))


def _said(text: str, *, in_group: bool) -> str:
    """Return a text without the mention of the bot every group message begins with."""
    return _MENTION.sub("", text, count=1) if in_group else text


# -- events ------------------------------------------------------------------------------------------------------------


def _event(body: Body, req_id: str, received_at: datetime) -> Facts:
    name = event_of(body)
    event = _dict(body.get("event"))
    details = _dict(event.get(name)) or event  # documented nested, typed flat in an SDK
    if not name:
        raise Refused(Reason.MALFORMED)
    if name != CARD_EVENT:
        return {"kind": UpdateKind.EVENT, "event": name[:64], "text": _text(details, "content")}
    press = Press(_text(details, "event_key"), key_of(_text(details, "task_id")), _selected(details))
    given = {"card_req_id": req_id, "card_pressed_at": str(int(received_at.timestamp()))} if req_id else {}
    return {"kind": UpdateKind.ACTION, "event": name, "press": press, "reply_to": given}


def _selected(details: Body) -> dict[str, str]:
    items = _dict(details.get("selected_items")).get("selected_item") or ()
    return {
        _text(item, "question_key"): ",".join(
            each for each in _dict(item.get("option_ids")).get("option_id") or () if isinstance(each, str)
        )
        for item in map(_dict, items)
    }


# -- values ------------------------------------------------------------------------------------------------------------


def _dict(value: Any) -> Body:
    return value if isinstance(value, dict) else {}


def _text(fields: Body, name: str) -> str:
    """Return a text a database takes: no NUL, no half of a surrogate pair, no longer than a turn looks at."""
    value = fields.get(name)
    if not isinstance(value, str):
        return ""
    return value.replace("\0", "").encode("utf-8", "replace").decode()[:MAX_TEXT]
