"""Speaking as the AI bot on its long connection: answers in the session, pushes, cards, pictures and files."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import md5
from typing import Any, Final

from bot.adapters.base import Delivery, Fate, Outcome
from bot.adapters.board import Board
from bot.adapters.wecom.bot_frames import TOO_LATE
from bot.adapters.wecom.bot_socket import BotSocket
from bot.adapters.wecom.card import closed_template, plan
from bot.adapters.wecom.errors import FREQUENCY, WecomError, parked
from bot.adapters.wecom.limits import SESSION
from bot.adapters.wecom.progress import Progress
from bot.adapters.wecom.robot import REPEATED, markdown_of
from bot.adapters.wecom.stream import Streams, stream_body
from bot.adapters.wecom.task import task_id
from bot.adapters.wecom.text import BOT_MARKDOWN, split
from bot.adapters.wecom.upload import MediaSource, Uploads, kind_and_name
from bot.adapters.windows import Windows
from bot.reply import Card, Content, Document
from bot.update import Chat, ChatKind

CHUNK: Final = 512 * 1024
PRESS_LIFE: Final = timedelta(seconds=5)
_MINUTE: Final = 60.0
_RESPOND: Final = "aibot_respond_msg"
_WELCOME: Final = "aibot_respond_welcome_msg"
_PUSH: Final = "aibot_send_msg"
_UPDATE: Final = "aibot_respond_update_msg"

Message = dict[str, Any]


class BotChannel:
    """Speaks as the AI bot. A session is a person's chat with it, or a group it is in."""

    def __init__(
        self,
        socket: BotSocket,
        media: MediaSource,
        *,
        now: Callable[[], datetime],
        link: str = "",
        board: Board | None = None,
    ) -> None:
        self._socket = socket
        self._media = media
        self._now = now
        self._link = link
        self._windows = Windows(SESSION, now=now, board=board, scope="wecom.session:")
        self._progress = Progress()
        self._uploads = Uploads(media, self._upload, now=now)
        self.streams = Streams(self._post_answer)

    # -- sending -------------------------------------------------------------------------------------------------------

    def send(self, delivery: Delivery) -> list[Outcome]:
        """Send to each recipient: as an answer where the delivery is one, else as a push."""
        return [
            self._send_one(delivery, each.key, self._chat(delivery, each.account_id)) for each in delivery.recipients
        ]

    def _chat(self, delivery: Delivery, account_id: str) -> Chat:
        return delivery.chat if delivery.chat.kind is ChatKind.GROUP else Chat(ChatKind.DIRECT, account_id)

    def _send_one(self, delivery: Delivery, key: str, chat: Chat) -> Outcome:
        try:
            messages = self._rendered(delivery.content, key, REPEATED if delivery.repeat else "")
            if not messages:
                return Outcome(key, Fate.NEVER, error="44004", detail="内容为空")
            wait = self._windows.take(chat.id, self._progress.left(key, messages))
            if wait:
                raise parked(wait, "与此会话的消息一分钟内已满")
            answer_to = delivery.reply_to.get("req_id", "")
            welcome = delivery.reply_to.get("event") == "enter_chat"
            self._progress.send(key, messages, lambda each: self._say(each, chat, answer_to, welcome=welcome))
        except WecomError as error:
            return _calmer(error).outcome(key)
        handle = {"via": "bot"}
        card = messages[-1].get("template_card", {})
        if "task_id" in card:
            handle |= {"task_id": card["task_id"], "message_id": card["task_id"]}
        return Outcome(key, Fate.SENT, handle=handle)

    def _say(self, message: Message, chat: Chat, answer_to: str, *, welcome: bool) -> None:
        """Answer if that is still possible, push if not."""
        if answer_to and not self._socket.is_doubtful(answer_to):
            try:
                if self._answer(message, answer_to, welcome=welcome):
                    return
            except WecomError as error:
                refused = error.code in TOO_LATE or (welcome and error.meaning.fate is not Fate.UNKNOWN)
                if not refused:
                    raise
        self._push(message, chat)

    def _answer(self, message: Message, req_id: str, *, welcome: bool) -> bool:
        """Answer to a request; False for what can only be pushed."""
        if welcome:
            return self._welcome(message, req_id)
        if message["msgtype"] != "markdown":
            self._socket.request(_RESPOND, message, req_id=req_id)
            return True
        if not self.streams.claim(req_id):
            return False
        try:
            body = stream_body(req_id, message["markdown"]["content"], finish=True)
            self._socket.request(_RESPOND, body, req_id=req_id)
        except WecomError as error:
            if error.meaning.fate is Fate.LATER:
                self.streams.reopen(req_id)
            raise
        return True

    def _welcome(self, message: Message, req_id: str) -> bool:
        """Greet somebody who opened the chat: within five seconds, with a text or a card."""
        if message["msgtype"] == "markdown":
            message = {"msgtype": "text", "text": message["markdown"]}
        if message["msgtype"] not in {"text", "template_card"}:
            return False
        self._socket.request(_WELCOME, message, req_id=req_id)
        return True

    def _push(self, message: Message, chat: Chat) -> None:
        kind = 2 if chat.kind is ChatKind.GROUP else 1
        self._socket.request(_PUSH, {"chatid": chat.id, "chat_type": kind} | message)

    def _post_answer(self, req_id: str, body: Message) -> None:
        self._socket.post(_RESPOND, body, req_id=req_id)

    # -- rendering -----------------------------------------------------------------------------------------------------

    def _rendered(self, content: Content, key: str, mark: str) -> list[Message]:
        if isinstance(content, Document):
            return [self._file(content.key, content.name, is_image=content.is_image), *_markdown(content.caption)]
        if not isinstance(content, Card):
            return _markdown(mark + content)
        own_picture = content.image if content.image and "://" not in content.image else None
        picture = [self._file(own_picture, content.title, is_image=True)] if own_picture else []
        if not content.buttons:
            return [*picture, *_markdown("\n".join(part for part in (mark, markdown_of(content)) if part))]
        laid_out = plan(content, task_id=task_id([key], content), link=self._link)
        return [*picture, *_markdown(laid_out.before), {"msgtype": "template_card", "template_card": laid_out.template}]

    def _file(self, key: str, name: str, *, is_image: bool) -> Message:
        kind, file_name = kind_and_name(self._media, key, name, is_image=is_image)
        return {"msgtype": kind, kind: {"media_id": self._uploads.media_id(kind, key, file_name)}}

    def _upload(self, kind: str, name: str, data: bytes) -> str:
        """Upload in pieces, one after the other: several at once have been answered with a system error."""
        chunks = [data[start : start + CHUNK] for start in range(0, len(data), CHUNK)]
        begun = self._socket.request(
            "aibot_upload_media_init",
            {
                "type": kind,
                "filename": name,
                "total_size": len(data),
                "total_chunks": len(chunks),
                "md5": md5(data, usedforsecurity=False).hexdigest(),
            },
        )
        upload_id = str(begun["upload_id"])
        for number, chunk in enumerate(chunks):
            body = {"upload_id": upload_id, "chunk_index": number, "base64_data": b64encode(chunk).decode()}
            self._socket.request("aibot_upload_media_chunk", body)
        return str(self._socket.request("aibot_upload_media_finish", {"upload_id": upload_id})["media_id"])

    # -- afterwards ----------------------------------------------------------------------------------------------------

    def update(self, key: str, handle: Mapping[str, str], card: Card, now: datetime) -> Outcome:
        """Change a card in place: only within five seconds of a press, as its answer."""
        req_id = handle.get("card_req_id", "")
        pressed_at = float(handle.get("card_pressed_at") or 0)
        left = {name: value for name, value in handle.items() if not name.startswith("card_")}
        if not req_id or now.timestamp() - pressed_at >= PRESS_LIFE.total_seconds():
            return Outcome(key, Fate.NEVER, error="press_too_old", detail="智能机器人的卡片只能在点击后 5 秒内更新")
        template = closed_template(card, task_id=handle.get("task_id") or task_id([key], card), link=self._link)
        try:
            body = {"response_type": "update_template_card", "template_card": template}
            self._socket.request(_UPDATE, body, req_id=req_id)
        except WecomError as error:
            fate = Fate.UNKNOWN if error.meaning.fate is Fate.UNKNOWN else Fate.NEVER  # later is too late
            return Outcome(key, fate, error=error.code, detail=error.detail)
        return Outcome(key, Fate.SENT, handle=left)


def _markdown(text: str) -> list[Message]:
    return [{"msgtype": "markdown", "markdown": {"content": part}} for part in split(text, BOT_MARKDOWN)]


def _calmer(error: WecomError) -> WecomError:
    """One busy session is no reason to stop everything."""
    return parked(_MINUTE, "与此会话的消息过于频繁") if error.code == FREQUENCY else error
