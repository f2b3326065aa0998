"""The practice chat served for real on loopback, with a few commands of the tests' own beside the shipped ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from bot import Card, Context, Reply
from bot.action import Action
from bot.app import Parts, create_app
from bot.clock import PracticeClock
from bot.command import Command, CommandSpec, Registry, Shelf
from bot.listener import WebServer
from bot.reply import Button, ButtonStyle, Field, Input, InputKind
from bot.settings import parse_settings
from models.demo import load_demo
from tests.chat import shanghai


@dataclass(frozen=True, slots=True)
class Agree(Action, name="test.agree"):
    """The button of the tests' card."""

    matter: str


def _card(matter: str) -> Card:
    return Card(
        title=f"待确认 · {matter}", body="周五前出新报价（异议：**价格**）。", fields=(Field("客户", "华东机械（王建国）"), Field("截止", "11-20 周五 18:00")),
        inputs=(Input("why", "原因"), Input("due", "改到", InputKind.SELECT, (("1", "明天"), ("2", "后天")))),
        buttons=(Button("同意", Agree(matter), ButtonStyle.PRIMARY), Button("我来谈", Agree(f"{matter}!"))),
    )  # fmt: skip


def ask(ctx: Context) -> Reply:
    return _card("报价")


def agreed(ctx: Context, press: Agree) -> Reply:
    assert ctx.update.press is not None
    ctx.change(ctx.card.key, _card("报价").closed(f"{ctx.sender.name}已同意"))  # type: ignore[union-attr]
    ctx.send(ctx.sender.manager_id or ctx.sender.id, f"{ctx.sender.name}同意了", key=f"agreed:{ctx.cause}")
    why = ctx.update.press.values.get("why", "")
    return f"好的。{why}".strip()


def echo(ctx: Context) -> Reply:
    facts = [
        f"位置 {ctx.update.location}" if ctx.update.location else "",
        f"引用「{ctx.update.quote.text}」" if ctx.update.quote else "",
    ]
    pictures = [f"图 {m.size}" for m in ctx.update.media]
    return " ".join(["回声", ctx.text, *filter(None, facts), *pictures])


def everybody(ctx: Context) -> Reply:
    return f"{len(ctx.group_people)} 人在场"


def _registry(shipped: Registry) -> Registry:
    own = Registry(dict(shipped.commands), dict(shipped.actions), dict(shipped.dialogues), dict(shipped.listeners))
    for name, run, group in (("问一问", ask, None), ("回声", echo, None), ("点名", everybody, everybody)):
        own.add_command(
            Command(CommandSpec(name), f"{name}的说明", f"/{name}", Shelf.ASK, run, frozenset(), group, __name__)
        )
    own.actions[Agree] = (agreed, __name__)
    return own


class Playhouse:
    """The demo company on Monday 2026-11-16, 09:00, behind HTTP."""

    def __init__(self, folder: Path, *, at: str = "2026-11-16 09:00") -> None:
        self.clock = PracticeClock(shanghai(at), frozen=True)
        raw: dict[str, Any] = {
            "database": {"url": f"sqlite:///{folder}/bot.db", "media_dir": f"{folder}/media"}, "practice": {"enabled": True},
        }  # fmt: skip
        self.app = create_app(parse_settings(raw), Parts(clock=self.clock, workers=2))
        services = self.app.services
        services.registry = _registry(services.registry)
        with services.database.write() as session:
            load_demo(session, now=self.clock.now())
        self.app.runtime.start()
        self._server = WebServer(self.app.web, host="127.0.0.1", port=0, threads=12)
        self._server.start()
        self.url = f"http://127.0.0.1:{self._server.port}"
        self.http = requests.Session()

    def close(self) -> None:
        self.http.close()
        self._server.stop()
        self.app.runtime.stop()
        self.app.services.database.close()

    # -- verbs ----------------------------------------------------------------------------------------------------------

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.http.get(f"{self.url}/practice/api{path}", params=query, timeout=30)

    def post(self, path: str, body: Any, **options: Any) -> requests.Response:
        return self.http.post(f"{self.url}/practice/api{path}", json=body, timeout=60, **options)

    def say(self, who: str, text: str = "", *, chat: str = "direct", files: Any = None, **more: Any) -> dict[str, Any]:
        body = {"from": who, "chat": chat, "text": text, **more}
        if files is None:
            answer = self.post("/messages?wait=1", body)
        else:
            answer = self.http.post(f"{self.url}/practice/api/messages?wait=1", data=body, files=files, timeout=60)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def press(self, who: str, message: dict[str, Any], label: str, **more: Any) -> dict[str, Any]:
        button = next(each for each in message["card"]["buttons"] if each["label"] == label)
        body = {"from": who, "message_id": message["id"], "action": button["action"], **more}
        answer = self.post("/actions?wait=1", body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def messages(self, viewer: str, **query: Any) -> list[dict[str, Any]]:
        answer = self.get("/messages", viewer=viewer, **query)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["messages"]
        return found
