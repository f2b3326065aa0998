"""A stored message → the JSON of the practice API."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, Final

from flask import Response, send_file

from bot.adapters.practice.links import Links
from bot.adapters.practice.wire import ApiError
from models.practice import DIRECT, PracticeMessage

CARD_IMAGE: Final = "card"
SHOWN: Final = {"image/jpeg", "image/png", "image/gif", "image/bmp", "image/webp"}
SIGNATURES: Final = (
    (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"GIF8", "image/gif"), (b"BM", "image/bmp"),
)  # fmt: skip


def message_json(message: PracticeMessage, viewer: str, links: Links, groups: Mapping[str, str]) -> dict[str, Any]:
    """Return a message as `viewer` gets it; `groups` maps conversation ids to group ids."""
    body = message.body
    media = body.get("media") or []
    urls = {index: links.to(message.message_id, str(index), viewer) for index in range(len(media))}
    images = [urls[index] for index, item in enumerate(media) if item["kind"] == "image"]
    direct = message.chat_kind == DIRECT
    chat_id = message.chat_id if direct else groups.get(message.chat_id, message.chat_id)
    return {
        "seq": message.seq,
        "id": message.message_id,
        "chat": {"type": message.chat_kind, "id": chat_id},
        "from": message.sender,
        "at": message.at.isoformat(),
        "updated_at": message.updated_at.isoformat() if message.updated_at else None,
        "text": body.get("text"),
        "image_url": images[0] if images else None,
        "images": images,
        "file": _file(media, urls),
        "voice": any(item["kind"] == "voice" for item in media),
        "location": body.get("location"),
        "quote": body.get("quote"),
        "mention_bot": bool(body.get("mention_bot")),
        "client_id": message.client_id,
        "card": _card(body["card"], message.message_id, viewer, links) if body.get("card") else None,
    }


def _file(media: list[dict[str, Any]], urls: Mapping[int, str]) -> dict[str, str] | None:
    for index, item in enumerate(media):
        if item["kind"] == "file":
            return {"name": item.get("name") or "文件", "url": urls[index]}
    return None


def _card(card: dict[str, Any], message_id: str, viewer: str, links: Links) -> dict[str, Any]:
    return {
        "title": card["title"],
        "body": card["body"],
        "fields": card["fields"],
        "buttons": card["buttons"],
        "inputs": [
            {**each, "options": [{"value": value, "label": label} for value, label in each["options"]]}
            for each in card["inputs"]
        ],
        "image_url": links.to(message_id, CARD_IMAGE, viewer) if card["image"] else None,
        "state": card["state"],
        "note": card["note"],
    }


def gist(body: Mapping[str, Any]) -> str:
    """Return one line that says what a message was, for the list of chats and for quotes."""
    card = body.get("card") or {}
    media = body.get("media") or []
    location = body.get("location")
    words = body.get("text") or card.get("title") or card.get("body")
    if words:
        return " ".join(str(words).replace("**", "").replace("~~", "").split())[:80]
    if location:
        return f"[位置] {location.get('label') or ''}".strip()
    kinds = {"image": "[图片]", "file": "[文件]", "voice": "[语音]"}
    return kinds.get(media[0]["kind"], "[附件]") if media else "[消息]"


def sniffed(data: bytes) -> str:
    """Return the type of an attachment, told by its content and never by its name."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((mime for magic, mime in SIGNATURES if data.startswith(magic)), "application/octet-stream")


def stored_file(message: PracticeMessage, name: str) -> tuple[str | None, str]:
    """Return the content key and the file name of one attachment of a message ("card" is the picture on its card)."""
    if name == CARD_IMAGE:
        return (message.body.get("card") or {}).get("image"), "card"
    media = message.body.get("media") or []
    if not name.isascii() or not name.isdigit() or int(name) >= len(media):
        return None, name
    return media[int(name)]["key"], media[int(name)]["name"]


def served(data: bytes | None, name: str) -> Response:
    """Return an attachment: pictures to look at, everything else to save. Raises ApiError when it is gone."""
    if data is None:
        raise ApiError("这个附件已按期删除。", 404)
    mime = sniffed(data)
    response = send_file(BytesIO(data), mimetype=mime, as_attachment=mime not in SHOWN, download_name=name or "附件")
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
