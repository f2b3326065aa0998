"""A robot message, by Stream or by HTTP the same object, becomes an `Update`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.adapters.dingtalk import wire
from bot.adapters.dingtalk.config import DingtalkConfig
from bot.adapters.dingtalk.wire import Json, Unreadable
from bot.update import MAX_TEXT, Chat, ChatKind, Media, MediaKind, Quote, Update, UpdateKind

_IMAGE_NAMES: Final = (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".heic", ".heif")
_EDGE: Final = " \t\r\n\u00a0\u2005\u200b\u200c\u200d\ufeff"
_FIRST_MENTION: Final = re.compile(r"^@\S+\s+")
_LAST_MENTION: Final = re.compile(r"\s+@\S+$")
_QUOTA_CODE: Final = "20001"


class OverQuota(Exception):  # noqa: N818 - a state of the organisation, not an error in the message
    """The platform announces that the month's messages are used up: the frame carries no content (error 20001)."""


@dataclass(frozen=True, slots=True)
class _Body:
    """What a message says, whatever its type."""

    kind: UpdateKind
    text: str = ""
    media: tuple[Media, ...] = ()
    voice_text: str | None = None


def parse_message(data: Json, config: DingtalkConfig, received_at: datetime) -> Update:
    """Return the update of a robot message.

    Raises `OverQuota` for the platform's empty quota frame and `Unreadable` for what is no message of our organisation.
    """
    _refuse_strangers(data, config)
    if _says_over_quota(data):
        raise OverQuota
    msg_id, sender = wire.identity(data, "msgId"), _sender(data, config)
    if not msg_id or not sender:
        raise Unreadable("no msgId or no sender")
    robot = wire.identity(data, "robotCode") or config.robot
    body = _body(data, robot)
    return Update(
        id=msg_id,
        platform="dingtalk",
        bot=robot,
        chat=_chat(data, sender),
        sender_id=sender,
        kind=body.kind,
        at=wire.instant(data, "createAt", otherwise=received_at),
        received_at=received_at,
        text=_without_bot(body.text, data, config)[:MAX_TEXT],
        media=body.media,
        voice_text=body.voice_text,
        quote=_quote(data, robot),
        mentions_bot=True,  # in a group DingTalk shows a robot nothing else
        mentions=_mentions(data),
        reply_to=_reply_to(data, config, received_at),
    )


def is_outsider(account_id: str) -> bool:
    """Whether an account is a DingTalk-encrypted id: somebody outside the organisation, or an app not yet published."""
    return account_id.startswith("$:")


def _refuse_strangers(data: Json, config: DingtalkConfig) -> None:
    corp = wire.text(data, "chatbotCorpId")
    if config.corp_id and corp and corp != config.corp_id:
        raise Unreadable("message of another organisation")
    robot = wire.text(data, "robotCode")
    if config.robot_code and robot and robot != config.robot_code:
        raise Unreadable("message for another robot")


def _says_over_quota(data: Json) -> bool:
    return wire.text(data, "errorCode", "errCode", "errcode") == _QUOTA_CODE


def _sender(data: Json, config: DingtalkConfig) -> str:
    """Return the staff id; only a colleague has one that means anything to us."""
    corp = wire.text(data, "senderCorpId")
    foreign = bool(config.corp_id and corp and corp != config.corp_id)
    staff_id = "" if foreign else wire.identity(data, "senderStaffId")
    if staff_id and not is_outsider(staff_id):
        return staff_id
    encrypted = wire.identity(data, "senderId")
    return encrypted if is_outsider(encrypted) or not encrypted else f"$:{encrypted}"


def _chat(data: Json, sender: str) -> Chat:
    if wire.text(data, "conversationType") != "2":
        return Chat(ChatKind.DIRECT, sender)
    conversation = wire.identity(data, "conversationId")
    if not conversation:
        raise Unreadable("group message without a conversation")
    return Chat(ChatKind.GROUP, conversation)


def _body(data: Json, robot: str) -> _Body:
    said = wire.text(data, "msgtype")
    if said == "text":
        return _Body(UpdateKind.TEXT, wire.text(wire.child(data, "text"), "content"))
    read = _READERS.get(said)
    return read(wire.child(data, "content"), robot) if read else _unknown(data)


def _picture(content: Json, robot: str) -> _Body:
    return _Body(UpdateKind.IMAGE, media=_media(content, MediaKind.IMAGE, robot))


def _audio(content: Json, robot: str) -> _Body:
    heard = wire.text(content, "recognition")
    return _Body(UpdateKind.VOICE, media=_media(content, MediaKind.VOICE, robot), voice_text=heard or None)


def _video(content: Json, robot: str) -> _Body:
    return _Body(UpdateKind.VIDEO, media=_media(content, MediaKind.VIDEO, robot))


def _unknown(data: Json) -> _Body:
    named = wire.text(wire.child(data, "content"), "unknownMsgType")
    return _Body(UpdateKind.UNKNOWN, named or wire.text(data, "msgtype"))


def _file(content: Json, robot: str) -> _Body:
    """Return a file; a photo sent as a file ("原图") is a picture."""
    is_image = wire.text(content, "fileName").lower().endswith(_IMAGE_NAMES)
    kind = MediaKind.IMAGE if is_image else MediaKind.FILE
    return _Body(UpdateKind.IMAGE if is_image else UpdateKind.FILE, media=_media(content, kind, robot))


def _rich_text(content: Json, robot: str) -> _Body:
    """Return caption and pictures: a photo with a caption always arrives this way."""
    parts = wire.children(content, "richText")
    media = tuple(item for part in parts for item in _media(part, MediaKind.IMAGE, robot))
    caption = "".join(_caption(parts))
    return _Body(UpdateKind.IMAGE if media else UpdateKind.TEXT, caption, media)


def _caption(parts: Sequence[Json]) -> Iterator[str]:
    for part in parts:
        name = wire.text(part, "atName")
        yield f"@{name.removeprefix('@')} " if name else wire.text(part, "text", "content")


def _media(content: Json, kind: MediaKind, robot: str) -> tuple[Media, ...]:
    codes = {"code": wire.text(content, "downloadCode"), "other": wire.text(content, "pictureDownloadCode")}
    ref = {name: code for name, code in codes.items() if code}
    if not ref:
        return ()
    return (Media(kind, ref={**ref, "robot": robot}, name=wire.text(content, "fileName")),)


_READERS: Final[Mapping[str, Callable[[Json, str], _Body]]] = {
    "picture": _picture,
    "richText": _rich_text,
    "audio": _audio,
    "file": _file,
    "video": _video,
}


def _quote(data: Json, robot: str) -> Quote | None:
    """Return the quoted message; DingTalk tells its own id, never our key."""
    said = wire.child(data, "text") or wire.child(data, "content")
    replied = wire.child(said, "repliedMsg")
    original = wire.text(data, "originalMsgId") or wire.text(replied, "msgId")
    if not replied and not original:
        return None
    content = wire.child(replied, "content")
    rich = _rich_text(content, robot)
    words = wire.text(content, "text", "content") or rich.text
    media = _media(content, MediaKind.IMAGE, robot) or rich.media
    return Quote(message_id=original, text=words[:MAX_TEXT], sender_id=wire.text(replied, "senderId"), media=media)


def _mentions(data: Json) -> tuple[str, ...]:
    others = (wire.identity(user, "staffId") for user in _other_mentions(data))
    return tuple(dict.fromkeys(staff_id for staff_id in others if staff_id))


def _other_mentions(data: Json) -> list[Json]:
    bot = wire.text(data, "chatbotUserId")
    return [user for user in wire.children(data, "atUsers") if wire.text(user, "dingtalkId") != bot]


def _without_bot(said: str, data: Json, config: DingtalkConfig) -> str:
    """Return the text without "@bot", which some clients leave at either end, glued or with odd spaces around it."""
    said = said.strip(_EDGE).strip()
    name = f"@{config.robot_name}" if config.robot_name else ""
    while name and said.startswith(name):
        said = said.removeprefix(name).strip(_EDGE)
    while name and said.endswith(name):
        said = said.removesuffix(name).strip(_EDGE)
    only_the_bot = bool(wire.children(data, "atUsers")) and not _other_mentions(data)
    if not name and only_the_bot:  # then the one mention in the text, wherever it stands, can only be the bot
        said = _LAST_MENTION.sub("", _FIRST_MENTION.sub("", said))
    return said.strip(_EDGE).strip()


def _reply_to(data: Json, config: DingtalkConfig, received_at: datetime) -> dict[str, str]:
    """Return what a reply inside this session needs. A session webhook of a foreign host is dropped here for good."""
    webhook = wire.text(data, "sessionWebhook")
    facts = {"conversation": wire.identity(data, "conversationId"), "title": wire.text(data, "conversationTitle")}
    if webhook and config.trusts(webhook):
        soon = received_at + timedelta(minutes=1)  # when no expiry is told: good for the answer, not for more
        expires_at = wire.instant(data, "sessionWebhookExpiredTime", otherwise=soon)
        facts |= {"webhook": webhook, "expires_at": expires_at.isoformat()}
    return {name: value for name, value in facts.items() if value}
