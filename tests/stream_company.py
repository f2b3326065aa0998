"""The demo company on DingTalk: the same verbs as `tests.chat.Company`, over the real adapter and a DingTalk on loopback."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sqlalchemy.orm import Session

from bot.adapters.base import Adapter
from bot.adapters.dingtalk.adapter import DingtalkAdapter
from bot.adapters.dingtalk.build import build_dingtalk
from bot.app import Parts, create_app
from bot.clock import PracticeClock
from bot.services import Reader, Services
from bot.settings import parse_settings
from models.demo import load_demo
from tests.chat import shanghai
from tests.fakes.dingtalk.server import FakeDingtalk
from tests.fakes.dingtalk.socket import CARD_TOPIC
from tests.fakes.dingtalk.state import Delivered
from tests.stores import fresh_url

BOT = "$:LWCP_v1:$bot"
_TAP = re.compile(r"\(dtmd://dingtalkclient/sendMessage\?content=([^)]+)\)")


@dataclass(frozen=True)
class Seen:
    """A message as somebody sees it in DingTalk."""

    text: str
    by: str
    at_users: tuple[str, ...] = ()
    track: str = ""


class StreamCompany:
    """`say` pushes a Stream frame and waits until the bot has handled it; `inbox` is what the fake delivered."""

    def __init__(
        self,
        folder: Path,
        *,
        at: str = "2026-11-16 09:00",
        reader: Reader | None = None,
        settings: dict[str, Any] | None = None,
        webhooks: Sequence[str] = (),
        **dingtalk: Any,
    ) -> None:
        self.clock = PracticeClock(shanghai(at), frozen=True)
        self.ding = FakeDingtalk(self.clock.now)
        self.ding.__enter__()
        section = {
            "client_id": self.ding.state.client_id,
            "client_secret": self.ding.state.client_secret,
            "corp_id": "dingcorp1",
            "robot_name": "小记",
            "api_base": self.ding.base,
            "oapi_base": self.ding.base,
            "groups": [{"name": name, "webhook": self.ding.group_webhook(f"cid-{name}")} for name in webhooks],
            **dingtalk,
        }
        database = {"url": fresh_url(folder), "media_dir": f"{folder}/media"}
        raw = {"database": database, "dingtalk": section, **(settings or {})}
        parts = Parts(clock=self.clock, reader=reader, adapters=self._adapters, workers=0)
        self.app = create_app(parse_settings(raw), parts)
        self.runtime = self.app.runtime
        with self.app.services.database.write() as session:
            self.load(session)
        self._everybody_exists()
        self._numbers = itertools.count(1)
        self.runtime.inbox.start()
        self.adapter.start(self.runtime.receive)
        self.ding.stream.wait_connected()

    def _adapters(self, services: Services) -> dict[str, Adapter]:
        self.adapter: DingtalkAdapter = build_dingtalk(services)
        return {"dingtalk": self.adapter}

    def load(self, session: Session) -> None:
        """Fill the empty database; the demo company unless another comes."""
        load_demo(session, now=self.now, platform="dingtalk")

    def _everybody_exists(self) -> None:
        with self.session() as session:
            for (account,) in session.connection().exec_driver_sql("SELECT account_id FROM account"):
                self.ding.state.people[account] = {"name": account}

    def close(self) -> None:
        self.adapter.stop()
        self.runtime.inbox.stop()
        self.app.services.database.close()
        self.ding.__exit__()

    # -- people speak --------------------------------------------------------------------------------------------------

    def say(
        self,
        who: str,
        text: str = "",
        *,
        images: Sequence[bytes] = (),
        group: str = "",
        msg_id: str = "",
        settle: bool = True,
    ) -> list[Seen]:
        """Send a message; returns what this person (or group) saw because of it."""
        number = next(self._numbers)
        data = {**self._envelope(who, group), "msgId": msg_id or f"msg{number}", **self._content(text, images, number)}
        return self._push(data, group or who, settle=settle)

    def press(self, who: str, label: str) -> list[Seen]:
        """Press a button: on an interactive card if there is one, else by the words the message offers."""
        for seen in reversed(self.inbox(who)):
            if seen.track and (value := self._card_action(seen.track, label)):
                return self._press_card(who, seen.track, value)
            for said in _taps(seen.text):
                if said.startswith(label):
                    return self.say(who, said)
        raise AssertionError(f"{who} sees no button {label}: {self.said(who)}")

    def _push(self, data: dict[str, Any], chat: str, *, settle: bool = True, topic: str = "") -> list[Seen]:
        before = len(self.inbox(chat))
        frame = self.ding.stream.push(data, topic=topic) if topic else self.ding.stream.push(data)
        assert self.ding.stream.answer(frame)["code"] == 200
        if settle:
            self.runtime.settle()
        return self.inbox(chat)[before:]

    def _press_card(self, who: str, track: str, value: str) -> list[Seen]:
        params = {"action": value, "key": self.ding.state.cards[track]["key"]}
        content = json.dumps({"cardPrivateData": {"actionIds": ["b"], "params": params}})
        body = {"outTrackId": track, "corpId": "dingcorp1", "userId": who, "content": content, "spaceType": "IM_ROBOT"}
        return self._push(body, who, topic=CARD_TOPIC)

    def _card_action(self, track: str, label: str) -> str:
        card = self.ding.state.cards.get(track, {})
        found = (card[f"a{n}"] for n in range(1, 6) if card.get(f"b{n}", "").startswith(label))
        return next(found, "")

    def _envelope(self, who: str, group: str) -> dict[str, Any]:
        expires = self.now + timedelta(minutes=90)
        return {
            "conversationId": group or f"dm-{who}",
            "conversationType": "2" if group else "1",
            "conversationTitle": group.removeprefix("cid-"),
            "createAt": int(self.now.timestamp() * 1000),
            "robotCode": self.ding.state.client_id,
            "chatbotUserId": BOT,
            "chatbotCorpId": "dingcorp1",
            "senderCorpId": "dingcorp1",
            "senderId": f"$:LWCP_v1:${who}",
            "senderStaffId": who,
            "atUsers": [{"dingtalkId": BOT}] if group else [],
            "sessionWebhook": self.ding.session_webhook(group or who),
            "sessionWebhookExpiredTime": int(expires.timestamp() * 1000),
        }

    def _content(self, text: str, images: Sequence[bytes], number: int) -> dict[str, Any]:
        if not images:
            return {"msgtype": "text", "text": {"content": f" {text}"}}
        parts: list[dict[str, Any]] = [{"text": text}] if text else []
        for index, data in enumerate(images):
            code = f"photo-{number}-{index}.file"
            self.ding.state.files[code] = (data, {})
            parts.append({"type": "picture", "downloadCode": code})
        return {"msgtype": "richText", "content": {"richText": parts}}

    # -- time passes ---------------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def advance_to(self, at: str) -> int:
        return self.runtime.advance(shanghai(at).astimezone(UTC))

    def advance(self, **delta: float) -> int:
        return self.runtime.advance(self.now + timedelta(**delta))

    # -- what people see -----------------------------------------------------------------------------------------------

    def inbox(self, who: str) -> list[Seen]:
        return [_seen(message, self.ding.state.cards) for message in self.ding.state.reached(who)]

    def last(self, who: str) -> Seen:
        return self.inbox(who)[-1]

    def said(self, who: str) -> str:
        return "\n".join(seen.text for seen in self.inbox(who))

    def session(self) -> Session:
        return Session(self.app.services.database.engine.execution_options(sqlite_begin="DEFERRED"))


def _seen(message: Delivered, cards: dict[str, dict[str, Any]]) -> Seen:
    content = message.content
    if message.by == "card":
        card = cards.get(content["outTrackId"], {})
        words = "\n".join(str(card.get(name, "")) for name in ("title", "body", "fields", "note"))
        return Seen(_clean(words), message.by, message.at_users, content["outTrackId"])
    body = next((content[name] for name in ("markdown", "text") if isinstance(content.get(name), dict)), content)
    text = body.get("text") or body.get("content") or json.dumps(body, ensure_ascii=False)
    return Seen(_clean(text), message.by, message.at_users)


def _taps(text: str) -> list[str]:
    """Return what each quick-reply link would say for the reader."""
    return [unquote(found) for found in _TAP.findall(text)]


def _clean(text: str) -> str:
    return text.replace("\u200b", "").replace("  \n  ", "\n").replace("**", "")
