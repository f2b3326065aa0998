"""The demo company on WeCom: the same verbs as `tests.chat.Company`, by encrypted callbacks over the real adapter."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.adapters.base import Adapter
from bot.adapters.stores import DatabaseLease, DatabaseTokenStore, board_of
from bot.adapters.wecom.adapter import WecomAdapter
from bot.adapters.wecom.build import config_of
from bot.adapters.wecom.surroundings import Surroundings
from bot.app import Application, Parts, create_app
from bot.clock import PracticeClock
from bot.services import Reader, Services
from bot.settings import parse_settings
from models.chat import GroupRow
from models.demo import load_demo
from tests.chat import shanghai
from tests.fakes.wecom.driver import CallbackDriver
from tests.fakes.wecom.server import fake_wecom
from tests.fakes.wecom.state import AGENT, CORP, SECRET, Arrived
from tests.fakes.wecom.vectors import OFFICIAL
from tests.stores import fresh_url

SALES = "huadong-sales"


@dataclass(frozen=True)
class Seen:
    """A message as somebody sees it in WeCom now."""

    text: str
    kind: str
    card: dict[str, Any] | None = None


class WecomCompany:
    """`say` posts an encrypted callback and waits until the bot has handled it; `inbox` is what the phones show."""

    def __init__(self, folder: Path, *, at: str = "2026-11-16 09:00", reader: Reader | None = None) -> None:
        self.clock = PracticeClock(shanghai(at), frozen=True)
        self._fake = fake_wecom()
        self.wecom = self._fake.__enter__()
        self.wecom.state.clock = self.clock.now
        self.wecom.state.everybody = True
        self._folder, self._reader, self._url = folder, reader, fresh_url(folder)
        self.driver = CallbackDriver(*OFFICIAL[:2], CORP, agent_id=AGENT)
        self._numbers = itertools.count(1)
        self.app = self.process()
        with self.app.services.database.write() as session:
            load_demo(session, now=self.now, platform="wecom")
            session.execute(update(GroupRow).where(GroupRow.id == SALES).values(conversation_id=f"webhook:{SALES}"))
        self.runtime.inbox.start()

    def process(self) -> Application:
        """Put a process together that shares nothing with others but the database and the platform."""
        raw = {
            "database": {"url": self._url, "media_dir": f"{self._folder}/media"},
            "wecom": {
                "corp_id": CORP, "agent_id": int(AGENT), "secret": SECRET, "token": OFFICIAL[0], "aes_key": OFFICIAL[1],
                "api_base": self.wecom.url, "groups": [{"name": SALES, "webhook": self.wecom.webhook("sales-key")}],
            },
        }  # fmt: skip
        parts = Parts(clock=self.clock, reader=self._reader, adapters=self._adapters, workers=0)
        return create_app(parse_settings(raw), parts)

    def _adapters(self, services: Services) -> dict[str, Adapter]:
        now = self.clock.now
        lease = DatabaseLease(services.database, now)
        tokens, board = DatabaseTokenStore(services.database, lease), board_of(services.database)
        around = Surroundings(tokens, lease, services.media, now, board=board)
        return {"wecom": WecomAdapter(config_of(services.settings), around)}

    @property
    def runtime(self) -> Any:
        return self.app.runtime

    def close(self) -> None:
        self.runtime.inbox.stop()
        self.app.services.database.close()
        self._fake.__exit__(None, None, None)

    # -- people speak --------------------------------------------------------------------------------------------------

    def say(
        self, who: str, text: str = "", *, image: bytes = b"", place: tuple[float, float] | None = None, times: int = 1
    ) -> list[Seen]:
        """Send a message, delivered `times` times; returns what this person saw because of it."""
        number = next(self._numbers)
        if place:
            where = {
                "Location_X": f"{place[0]:.6f}",
                "Location_Y": f"{place[1]:.6f}",
                "Scale": "16",
                "Label": "上海市黄浦区",
            }
            xml = self.driver.message("location", sender=who, message_id=str(number), at=self._stamp(), **where)
        elif image:
            self.wecom.state.media[f"photo{number}"] = ("photo.jpg", image)
            fields = {"PicUrl": "http://p.example/1", "MediaId": f"photo{number}"}
            xml = self.driver.message("image", sender=who, message_id=str(number), at=self._stamp(), **fields)
        else:
            xml = self.driver.message("text", sender=who, message_id=str(number), at=self._stamp(), Content=text)
        return self._deliver(who, xml, times)

    def deliver_only(self, who: str, text: str) -> float:
        """Deliver a message without waiting for its handling; returns the seconds until it was acknowledged."""
        number = str(next(self._numbers))
        xml = self.driver.message("text", sender=who, message_id=number, at=self._stamp(), Content=text)
        self.driver.timestamp = self._stamp()
        client = self.app.web.test_client()
        begun = time.monotonic()
        assert self.driver.post(client, xml) == 200
        return time.monotonic() - begun

    def press(self, who: str, label: str, *, times: int = 1) -> list[Seen]:
        """Press the button on the newest card that has it."""
        for seen in reversed(self.inbox(who)):
            for key, shown in _buttons(seen.card or {}):
                if shown.startswith(label):
                    return self._press(who, (seen.card or {})["task_id"], key, times)
        raise AssertionError(f"{who} sees no button {label}: {self.said(who)}")

    def _press(self, who: str, task: str, key: str, times: int) -> list[Seen]:
        code = f"P{next(self._numbers)}"
        self.wecom.state.response_codes[code] = task
        fields = {"EventKey": key, "TaskId": task, "CardType": "button_interaction", "ResponseCode": code}
        return self._deliver(
            who, self.driver.event("template_card_event", sender=who, at=self._stamp(), **fields), times
        )

    def _deliver(self, who: str, xml: str, times: int) -> list[Seen]:
        before = len(self.inbox(who))
        client = self.app.web.test_client()
        for _ in range(times):
            self.driver.timestamp = self._stamp()
            assert self.driver.post(client, xml) == 200
        self.runtime.settle()
        return self.inbox(who)[before:]

    def _stamp(self) -> int:
        return int(self.now.timestamp())

    # -- time passes ---------------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def advance_to(self, at: str) -> int:
        return int(self.runtime.advance(shanghai(at).astimezone(UTC)))

    def advance(self, **delta: float) -> int:
        return int(self.runtime.advance(self.now + timedelta(**delta)))

    # -- what people see -----------------------------------------------------------------------------------------------

    def inbox(self, who: str) -> list[Seen]:
        return [self._seen(message) for message in self.wecom.state.phone(who)]

    def last(self, who: str) -> Seen:
        return self.inbox(who)[-1]

    def said(self, who: str) -> str:
        return "\n".join(seen.text for seen in self.inbox(who))

    def in_group(self) -> list[str]:
        return [str(message) for message in self.wecom.state.robots["sales-key"]]

    def session(self) -> Session:
        return Session(self.app.services.database.engine.execution_options(sqlite_begin="DEFERRED"))

    def _seen(self, message: Arrived) -> Seen:
        if message.kind != "template_card":
            return Seen(message.text, message.kind)
        task = message.content.get("task_id", "")
        card = self.wecom.state.changed.get((message.user, task), message.content)
        return Seen(_words(card), message.kind, card)


def _words(card: dict[str, Any]) -> str:
    title = card.get("main_title", {})
    lines = [title.get("title", ""), title.get("desc", ""), card.get("sub_title_text", "")]
    lines += [f"{field['keyname']}：{field['value']}" for field in card.get("horizontal_content_list", [])]
    lines += [card.get("quote_area", {}).get("quote_text", ""), card.get("replace_text", "")]
    return "\n".join(line for line in lines if line)


def _buttons(card: dict[str, Any]) -> list[tuple[str, str]]:
    """Return (key, label) of what can be pressed."""
    if card.get("replace_text"):
        return []
    found = [*card.get("button_list", []), *card.get("action_menu", {}).get("action_list", [])]
    found += [card["submit_button"]] if "submit_button" in card else []
    return [(each["key"], each["text"]) for each in found]
