"""Secrets stay in the configuration: no log line, error, metric, health answer, reply or export shows one."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from bot.app import Parts, create_app
from bot.clock import PracticeClock
from bot.context import Turn
from bot.exporting import EXPORTS, export_pages, file_bytes
from bot.logs import hide_secrets, set_up_logs
from bot.settings import parse_settings
from models.demo import load_demo
from tests.chat import Company, shanghai

NOWHERE = "http://127.0.0.1:9"
MARKED = "mk7secret"
RAW = {
    "practice": {"enabled": True},
    "wecom": {
        "corp_id": "wwcorp", "agent_id": 1, "secret": f"{MARKED}a", "token": f"{MARKED}b", "aes_key": (f"{MARKED}c" * 5)[:43],
        "api_base": NOWHERE, "groups": [{"name": "g", "webhook": f"{NOWHERE}/cgi-bin/webhook/send?key={MARKED}d"}],
    },
    "dingtalk": {
        "client_id": "ding", "client_secret": f"{MARKED}e", "robot_code": "ding", "corp_id": "c", "mode": "http", "card_secret": f"{MARKED}f",
        "event_token": f"{MARKED}g", "api_base": NOWHERE, "oapi_base": NOWHERE,
        "groups": [{"name": "h", "conversation_id": "cid", "webhook": f"{NOWHERE}/robot/send?access_token={MARKED}h", "webhook_secret": f"{MARKED}i"}],
    },
}  # fmt: skip
SEALED = b"<xml><Encrypt>AAAA</Encrypt></xml>"
HEADERS: tuple[dict[str, str], ...] = ({}, {"sign": "x", "timestamp": "1"}, {"x-ddpaas-signature": "y"})
PATHS = ("/healthz", "/metrics", "/practice/api/state", "/practice/api/overview", "/nothing", "/practice/api/media/x/y")


def test_a_whole_session_shows_no_secret(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    set_up_logs(logging.DEBUG)
    database = {"url": f"sqlite:///{tmp_path}/bot.db", "media_dir": f"{tmp_path}/media"}
    clock = PracticeClock(shanghai("2026-11-16 09:00"), frozen=True)
    app = create_app(parse_settings({"database": database, **RAW}), Parts(clock=clock, workers=0))
    services = app.services
    shown = [repr(app.web.config)]
    with services.database.write() as session:
        load_demo(session, now=clock.now())
    app.runtime.inbox.start()
    client = app.web.test_client()
    for person in ("zhouhang", "chenmin", "akai", "nobody"):
        client.post("/practice/api/messages", json={"from": person, "chat": "direct", "text": "/帮助"})
    for path in ("/wecom/callback", "/dingtalk/callback"):
        shown += [client.post(path, data=SEALED, headers=each).get_data(as_text=True) for each in HEADERS]
        shown.append(client.get(f"{path}?msg_signature=x&timestamp=1&nonce=2&echostr=AAAA").get_data(as_text=True))
    app.runtime.settle()
    shown += [client.get(path).get_data(as_text=True) for path in PATHS]
    seen = [f"/practice/api/messages?viewer={person}" for person in ("zhouhang", "chenmin", "akai")]
    shown += [client.get(path).get_data(as_text=True) for path in seen]
    with services.database.write() as session:
        turn = Turn(services, session, clock.now(), "test")
        shown += [file_bytes(export_pages(turn, kind), "x.csv").decode() for kind in EXPORTS]
    for adapter in services.adapters.values():
        shown += [str(check) for check in adapter.checks()]
        shown.append(str(adapter.health()))
    app.runtime.inbox.stop()
    services.database.close()
    said = capfd.readouterr()
    everything = "\n".join([*shown, caplog.text, said.out, said.err])
    structlog.reset_defaults()
    assert "callback_refused" in everything or "refused" in everything  # the session did reach the logs
    assert MARKED not in everything


@pytest.mark.parametrize(
    "entry",
    [
        {"secret": f"{MARKED}"}, {"access_token": MARKED}, {"event": f"GET {NOWHERE}?access_token={MARKED}&x=1"}, {"aes_key": MARKED},
        {"url": f"https://x/send?key={MARKED}"}, {"exception": f"Error for url: /gettoken?corpid=1&corpsecret={MARKED}"},
    ],
)  # fmt: skip
def test_a_secret_in_a_log_entry_is_blanked(entry: dict[str, str]) -> None:
    assert MARKED not in str(hide_secrets(None, "info", dict(entry)))


def test_a_crash_names_a_number_and_not_what_broke(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_ctx: object) -> None:
        raise RuntimeError(f"postgresql://bot:{MARKED}@db/x")

    registry = company.app.services.registry
    monkeypatch.setitem(registry.commands, "帮助", replace(registry.commands["帮助"], run=broken))
    company.say("zhouhang", "帮助")
    company.advance(minutes=1)
    assert MARKED not in company.said("zhouhang") + company.said("akai")
