"""A person speaks: check it, keep it in the chat, hand it to the bot if the bot can hear it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any, Final

from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from bot.adapters.practice.show import gist, sniffed
from bot.adapters.practice.wire import MAX_PART, MAX_PARTS, ActionIn, ApiError, MessageIn
from bot.file_name import plain_file_name
from bot.media import MediaStore
from bot.update import Chat, ChatKind, Location, Media, MediaKind, Press, Quote, Update, UpdateKind
from models import practice
from models.practice import BOT, DIRECT, GROUP, PLATFORM, Place, PracticeMessage

MENTION: Final = re.compile(r"@(?:机器人|销售记忆|bot)\s*", re.IGNORECASE)
PART_KINDS: Final = (MediaKind.IMAGE, MediaKind.FILE, MediaKind.VOICE)
KIND_OF_PART: Final = {
    MediaKind.IMAGE: UpdateKind.IMAGE, MediaKind.FILE: UpdateKind.FILE, MediaKind.VOICE: UpdateKind.VOICE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """A message as stored; `update` is None when the bot does not hear it."""

    message_id: str
    place: Place
    update: Update | None


def attached(files: Any, media: MediaStore) -> list[Media]:
    """Keep the parts of a multipart body; raises ApiError for one that is empty or too large."""
    found = [(kind, part) for kind in PART_KINDS for part in files.getlist(kind.value)]
    if len(found) > MAX_PARTS:
        raise ApiError(f"一次最多 {MAX_PARTS} 个附件。")
    return [_attachment(kind, part, media) for kind, part in found]


def _attachment(kind: MediaKind, part: FileStorage, media: MediaStore) -> Media:
    name = plain_file_name(part.filename or "")
    data = part.stream.read(MAX_PART + 1)
    if len(data) > MAX_PART:
        raise ApiError(f"{name or '这个附件'}超过 20 MB，发不出去，请压缩后再发。", 413)
    if not data:
        raise ApiError(f"{name or '这个附件'}是空的，请重新选一次。")
    return Media(kind, ref={"practice": media.put(data)}, name=name, mime=sniffed(data), size=len(data))


def place_of(session: Session, sender: str, chat: str) -> Place:
    """Return where somebody speaks; raises ApiError for an unknown group or one he is not in."""
    if chat == DIRECT:
        return Place(DIRECT, sender)
    group = next((each for each in practice.groups(session) if each.id == chat), None)
    if group is None:
        raise ApiError(f"没有「{chat}」这个群。", 404)
    if sender not in practice.members(session).get(group.conversation_id, ()):
        raise ApiError(f"你不在「{group.name}」里，发不了。", 403)
    return Place(GROUP, group.conversation_id)


def say(session: Session, said: MessageIn, media: Sequence[Media], now: datetime) -> Said:
    """Store what a person says; the same `client_id` again changes nothing and returns what was stored then."""
    place = place_of(session, said.sender, said.chat)
    change = practice.next_change(session)
    if said.client_id:
        known = practice.by_client_id(session, said.sender, said.client_id)
        if known is not None:
            return said_before(session, known)
    text = (said.text or "").strip()
    if not text and said.location is None and not media and not said.voice_text:
        raise ApiError("这条消息是空的，写点什么再发。")
    if said.quote:
        _quotable(session, said.sender, said.quote)
    message = PracticeMessage(
        message_id=f"m{token_hex(8)}", change=change, chat_kind=place.kind, chat_id=place.id, sender=said.sender,
        client_id=said.client_id, at=now,
        body={
            "text": text or None, "location": said.location.model_dump() if said.location else None, "quote": said.quote,
            "mention_bot": said.mention_bot, "voice_text": said.voice_text,
            "media": [
                {"kind": m.kind.value, "key": m.ref["practice"], "name": m.name, "mime": m.mime, "size": m.size} for m in media
            ],
        },
    )  # fmt: skip
    session.add(message)
    session.flush()
    return said_before(session, message)


def said_before(session: Session, message: PracticeMessage) -> Said:
    """Return a stored message with the update it means; the same one however often it is asked for."""
    place = Place(message.chat_kind, message.chat_id)
    return Said(message.message_id, place, _update(session, message) if _heard(message) else None)


def _heard(message: PracticeMessage) -> bool:
    """In a group the bot hears only what mentions it."""
    body = message.body
    return message.chat_kind == DIRECT or bool(body["mention_bot"]) or bool(MENTION.search(body["text"] or ""))


def _update(session: Session, message: PracticeMessage) -> Update:
    body = message.body
    media = tuple(
        Media(MediaKind(item["kind"]), {"practice": item["key"]}, None, item["name"], item["mime"], item["size"])
        for item in body["media"]
    )
    text = body["text"] or ""
    return Update(
        id=message.message_id, platform=PLATFORM, bot=BOT, chat=_chat(message), sender_id=message.sender,
        kind=_kind(body, media), at=message.at, received_at=message.at,
        text=text if message.chat_kind == DIRECT else MENTION.sub("", text).strip(), media=media,
        location=Location(**body["location"]) if body["location"] else None, voice_text=body["voice_text"],
        quote=_quote(session, body["quote"]) if body["quote"] else None,
    )  # fmt: skip


def _chat(message: PracticeMessage) -> Chat:
    return Chat(ChatKind(message.chat_kind), message.chat_id)


def _kind(body: dict[str, Any], media: Sequence[Media]) -> UpdateKind:
    if body["location"]:
        return UpdateKind.LOCATION
    if media:
        return KIND_OF_PART[media[0].kind]
    return UpdateKind.VOICE if body["voice_text"] else UpdateKind.TEXT


def _quotable(session: Session, sender: str, message_id: str) -> PracticeMessage:
    message = practice.by_message_id(session, message_id)
    if message is None or not practice.can_see(session, sender, message):
        raise ApiError("引用的那条消息找不到了。", 404)
    return message


def _quote(session: Session, message_id: str) -> Quote:
    original = practice.by_message_id(session, message_id)
    if original is None:
        return Quote(message_id=message_id)
    media = tuple(
        Media(MediaKind(item["kind"]), {"practice": item["key"]}, None, item["name"], item["mime"], item["size"])
        for item in original.body.get("media") or ()
    )
    text = original.body.get("text") or gist(original.body)
    return Quote(message_id=message_id, text=text, sender_id=original.sender, media=media)


def press(session: Session, pressed: ActionIn, now: datetime) -> tuple[Update, Place]:
    """Return the update of a pressed button. A closed button is passed on: the bot says what is true now."""
    message = practice.by_message_id(session, pressed.message_id)
    if message is None or not practice.can_see(session, pressed.sender, message):
        raise ApiError("找不到这张卡片，或它不是发给你的。", 404)
    if not message.body.get("card"):
        raise ApiError("这条消息上没有按钮。")
    own = pressed.client_id or token_hex(8)
    update = Update(
        id=f"press:{pressed.sender}:{own}"[:200], platform=PLATFORM, bot=BOT, chat=_chat(message),
        sender_id=pressed.sender, kind=UpdateKind.ACTION, at=now, received_at=now,
        press=Press(pressed.action, message.message_id, dict(pressed.values)),
    )  # fmt: skip
    return update, Place(message.chat_kind, message.chat_id)
