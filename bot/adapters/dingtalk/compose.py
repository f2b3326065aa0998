"""Content becomes messages: long text is cut, buttons become quick replies, pictures and files are uploaded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from pathlib import PurePath
from threading import Lock
from typing import Final

from bot.adapters.base import Recipient
from bot.adapters.dingtalk.errors import DingtalkError, Kind
from bot.adapters.dingtalk.markdown import card_text, choices, open_buttons, short_title
from bot.adapters.dingtalk.parts import FILE_TYPES, FilePart, ImagePart, MarkdownPart, Part, TextPart, file_type
from bot.adapters.dingtalk.split import split_text
from bot.adapters.quick_reply import QuickReplies, QuickReply
from bot.reply import Card, Content, Document
from bot.update import Chat, ChatKind

ReadMedia = Callable[[str], bytes | None]
"""Returns the bytes of a content key, None when they were deleted by schedule."""

Upload = Callable[[str, bytes, str], str]
"""Uploads (kind, data, name) and returns a media id; raises `DingtalkError`."""

_MAX_UPLOADS: Final = 512
_MAX_FILE: Final = 20 * 1024 * 1024


class Composer:
    """Makes the messages of one content for one recipient."""

    def __init__(self, quick_replies: QuickReplies, read_media: ReadMedia, upload: Upload) -> None:
        self._quick_replies = quick_replies
        self._read_media = read_media
        self._upload = upload
        self._uploaded: OrderedDict[str, str] = OrderedDict()
        self._guard = Lock()

    def compose(self, content: Content, chat: Chat, to: Recipient, now: datetime) -> tuple[Part, ...]:
        """Return the messages in order; raises `DingtalkError` when a file cannot be uploaded."""
        if isinstance(content, Card):
            return self._card(content, chat, to, now)
        if isinstance(content, Document):
            return self._document(content)
        return tuple(TextPart(piece) for piece in split_text(content))

    def image(self, key: str) -> str:
        """Return the media id of a picture of ours."""
        return self._media_id("image", key, f"{key[:12]}.png")

    def _card(self, card: Card, chat: Chat, to: Recipient, now: datetime) -> tuple[Part, ...]:
        picture = (ImagePart(self.image(card.image)),) if card.image else ()
        text = card_text(card)
        buttons = open_buttons(card)
        if buttons:
            code = self._code(to, buttons, now)
            text = f"{text}\n\n{choices(list(buttons), code, with_links=chat.kind is ChatKind.DIRECT)}"
        title = short_title(card.title, card.body, card.note)
        return (*(MarkdownPart(title, piece) for piece in split_text(text)), *picture)

    def _code(self, to: Recipient, buttons: dict[str, str], now: datetime) -> str:
        try:
            return self._quick_replies.keep(to.account_id, QuickReply(to.key, buttons), now)
        except Exception as error:
            raise DingtalkError(Kind.TRANSIENT, type(error).__name__, "快捷回复存取失败") from error

    def _document(self, document: Document) -> tuple[Part, ...]:
        caption = tuple(TextPart(piece) for piece in split_text(document.caption)) if document.caption else ()
        if document.is_image:
            return (*caption, ImagePart(self._media_id("image", document.key, document.name)))
        name = document.name
        if file_type(name) not in FILE_TYPES:
            raise DingtalkError(Kind.CONTENT, "file type", f"钉钉不收 .{file_type(name)} 文件")
        return (*caption, FilePart(self._media_id("file", document.key, name), PurePath(name).name))

    def _media_id(self, kind: str, key: str, name: str) -> str:
        with self._guard:
            known = self._uploaded.get(f"{kind}:{key}")
        if known:
            return known
        data = self._read_media(key)
        if data is None:
            raise DingtalkError(Kind.CONTENT, "media gone", "文件已按期限删除")
        if len(data) > _MAX_FILE:
            raise DingtalkError(Kind.CONTENT, "too large", "文件超过钉钉的 20 MB 上限")
        media_id = self._upload(kind, data, name)
        with self._guard:
            self._uploaded[f"{kind}:{key}"] = media_id
            while len(self._uploaded) > _MAX_UPLOADS:
                self._uploaded.popitem(last=False)
        return media_id
