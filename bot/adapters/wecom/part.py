"""What one `Content` becomes in a chat with the app: a text in parts, a picture, a card with what has no room on it before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.adapters.wecom.card import plan
from bot.adapters.wecom.text import APP_TEXT, split
from bot.adapters.wecom.upload import MediaSource, kind_and_name
from bot.reply import Card, Content, Document


@dataclass(frozen=True, slots=True)
class Part:
    """One message: its type and content, or a file of ours that is uploaded just before."""

    kind: str
    content: dict[str, Any]
    media_key: str = ""
    file_name: str = ""


def parts_of(content: Content, *, task_id: str, link: str, media: MediaSource) -> list[Part]:
    """Return the messages of a content, in order; raises `WecomError` when our copy of a file is gone or too big."""
    if isinstance(content, Card):
        return _card(content, task_id, link, media)
    if isinstance(content, Document):
        return [_file(content.key, content.name, media, is_image=content.is_image), *text_parts(content.caption)]
    return text_parts(content)


def text_parts(text: str) -> list[Part]:
    """Return a text in messages that each fit."""
    return [Part("text", {"content": part}) for part in split(text, APP_TEXT)]


def _card(card: Card, task_id: str, link: str, media: MediaSource) -> list[Part]:
    laid_out = plan(card, task_id=task_id, link=link)
    own_picture = card.image if card.image and "://" not in card.image else None
    picture = [_file(own_picture, card.title, media, is_image=True)] if own_picture else []
    return [*picture, *text_parts(laid_out.before), Part("template_card", laid_out.template)]


def _file(key: str, name: str, media: MediaSource, *, is_image: bool) -> Part:
    kind, file_name = kind_and_name(media, key, name, is_image=is_image)
    return Part(kind, {}, media_key=key, file_name=file_name)
