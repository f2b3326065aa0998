"""Groups that the app created (appchat): push-only, no cards, no duplicate check.

Needs an app whose visible range is the whole company (48002 otherwise), and reaches only groups it made itself (86008).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from bot.adapters.base import Delivery, Fate, Outcome
from bot.adapters.board import Board
from bot.adapters.wecom.client import WecomClient
from bot.adapters.wecom.errors import WecomError, parked
from bot.adapters.wecom.limits import CHAT_MEMBER
from bot.adapters.wecom.progress import Progress
from bot.adapters.wecom.robot import REPEATED, Message, markdown_messages, markdown_of, text_messages
from bot.adapters.wecom.text import APP_MARKDOWN, APP_TEXT
from bot.adapters.wecom.upload import MediaSource, Uploads, kind_and_name
from bot.adapters.windows import Windows
from bot.reply import Card, Document

PREFIX: Final = "appchat:"
"""How an outbox row addresses such a group: `appchat:` and its chatid."""
MIN_MEMBERS: Final = 2
MAX_MEMBERS: Final = 2000
MAX_NAME: Final = 50


class AppChats:
    """Creates, changes and speaks in groups of the app."""

    def __init__(
        self, client: WecomClient, media: MediaSource, *, now: Callable[[], datetime], board: Board | None = None
    ) -> None:
        self._client = client
        self._media = media
        self._uploads = Uploads(media, client.upload, now=now)
        self._windows = Windows(CHAT_MEMBER, now=now, board=board, scope="wecom.chat:")
        self._progress = Progress()

    def create(self, name: str, members: Sequence[str], *, owner: str = "", chat_id: str = "") -> str:
        """Create a group and return its chatid; raises `WecomError`, and ValueError for a wrong number of members."""
        if not MIN_MEMBERS <= len(members) <= MAX_MEMBERS:
            raise ValueError(f"a group has {MIN_MEMBERS} to {MAX_MEMBERS} members, not {len(members)}")
        body: dict[str, Any] = {"name": name[:MAX_NAME], "userlist": list(members)}
        body |= {"owner": owner} if owner else {}
        body |= {"chatid": chat_id} if chat_id else {}
        return str(self._client.post_json("appchat/create", body)["chatid"])

    def change(self, chat_id: str, *, name: str = "", add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        """Rename a group or change who is in it; raises `WecomError`."""
        body: dict[str, Any] = {"chatid": chat_id}
        body |= {"name": name[:MAX_NAME]} if name else {}
        body |= {"add_user_list": list(add)} if add else {}
        body |= {"del_user_list": list(remove)} if remove else {}
        self._client.post_json("appchat/update", body)

    def members(self, chat_id: str) -> list[str]:
        """Return the accounts in a group; raises `WecomError`."""
        answer = self._client.get("appchat/get", params={"chatid": chat_id})
        return [str(account) for account in answer["chat_info"]["userlist"]]

    def send(self, delivery: Delivery) -> list[Outcome]:
        """Send to a group; a repeat says that it may be one, since there is no key to recognise it by."""
        key = delivery.recipients[0].key
        chat_id = delivery.chat.id.removeprefix(PREFIX)  # its case counts
        try:
            messages = self._messages(delivery)
            wait = self._windows.take(chat_id, self._progress.left(key, messages))
            if wait:
                raise parked(wait, "群消息一分钟内已满")
            self._progress.send(
                key, messages, lambda each: self._client.post_json("appchat/send", {"chatid": chat_id} | each)
            )
        except WecomError as error:
            return [error.outcome(key)]
        return [Outcome(key, Fate.SENT, handle={"via": "appchat"})]

    def _messages(self, delivery: Delivery) -> list[Message]:
        content = delivery.content
        if isinstance(content, Card):
            text = markdown_of(content, delivery.mentions)
            text = f"{REPEATED}\n{text}" if delivery.repeat else text
            return [*self._picture(content), *markdown_messages(text, "markdown", APP_MARKDOWN)]
        if isinstance(content, Document):
            file = self._file(content.key, content.name, is_image=content.is_image)
            return [file, *text_messages(content.caption, delivery.mentions, APP_TEXT)]
        return text_messages(f"{REPEATED}{content}" if delivery.repeat else content, delivery.mentions, APP_TEXT)

    def _picture(self, card: Card) -> list[Message]:
        return [self._file(card.image, card.title, is_image=True)] if card.image and "://" not in card.image else []

    def _file(self, key: str, name: str, *, is_image: bool) -> Message:
        kind, file_name = kind_and_name(self._media, key, name, is_image=is_image)
        return {"msgtype": kind, kind: {"media_id": self._uploads.media_id(kind, key, file_name)}}
