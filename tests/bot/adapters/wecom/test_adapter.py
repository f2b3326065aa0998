"""Which channel speaks: the table at the top of the adapter."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask

from bot.adapters.base import Delivery, Fate, Recipient
from bot.adapters.lease import MemoryLease
from bot.adapters.token import MemoryTokenStore
from bot.adapters.wecom.adapter import WecomAdapter
from bot.adapters.wecom.config import BotConfig, GroupRobot, WecomConfig
from bot.adapters.wecom.surroundings import Surroundings
from bot.reply import Card
from bot.update import Chat, ChatKind, Media, MediaKind, Update
from tests.bot.adapters.wecom.conftest import Clock
from tests.fakes.wecom.driver import CallbackDriver
from tests.fakes.wecom.server import FakeWecom
from tests.fakes.wecom.state import CORP, SECRET
from tests.fakes.wecom.vectors import OFFICIAL

NOW = datetime(2026, 9, 21, tzinfo=UTC)


@pytest.fixture
def around(clock: Clock) -> Surroundings:
    return Surroundings(MemoryTokenStore(), MemoryLease(clock.now), {}, clock.now)


@pytest.fixture
def adapter(config: WecomConfig, wecom: FakeWecom, around: Surroundings) -> WecomAdapter:
    robot = GroupRobot("华东晨会", wecom.webhook("K"))
    return WecomAdapter(replace(config, token=OFFICIAL[0], aes_key=OFFICIAL[1], groups=(robot,)), around)


def deliver(chat: str, kind: ChatKind = ChatKind.GROUP, **reply_to: str) -> Delivery:
    return Delivery(Chat(kind, chat), (Recipient("k", chat),), "在", NOW, reply_to=reply_to)


def test_a_person_is_spoken_to_by_the_app(adapter: WecomAdapter, wecom: FakeWecom) -> None:
    adapter.send(deliver("lihua", ChatKind.DIRECT))
    assert wecom.state.texts("lihua") == ["在"]


def test_a_group_of_the_configuration_is_spoken_to_by_its_robot(adapter: WecomAdapter, wecom: FakeWecom) -> None:
    adapter.send(deliver(adapter.group_ids()["华东晨会"]))
    assert len(wecom.state.robots["K"]) == 1


def test_a_group_the_app_made_is_spoken_to_by_the_app(adapter: WecomAdapter, wecom: FakeWecom) -> None:
    assert adapter.chats is not None
    chat = adapter.chats.create("华东", ["a", "b"])
    adapter.send(deliver(f"appchat:{chat}"))
    assert len(wecom.state.group_messages) == 1


@pytest.mark.parametrize("chat", ["wrUNKNOWN", "webhook:没有"])
def test_a_group_nobody_can_speak_in_is_given_up(adapter: WecomAdapter, chat: str) -> None:
    assert [outcome.fate for outcome in adapter.send(deliver(chat))] == [Fate.NEVER]


def test_without_an_app_a_person_cannot_be_reached_by_a_robot(wecom: FakeWecom, around: Surroundings) -> None:
    adapter = WecomAdapter(WecomConfig(groups=(GroupRobot("g", wecom.webhook("K")),)), around)
    assert [outcome.fate for outcome in adapter.send(deliver("lihua", ChatKind.DIRECT))] == [Fate.NEVER]


def test_while_the_bot_is_not_connected_its_answers_wait(config: WecomConfig, around: Surroundings) -> None:
    adapter = WecomAdapter(replace(config, bot=BotConfig("b", "s", "ws://127.0.0.1:9")), around)
    [outcome] = adapter.send(deliver("lihua", ChatKind.DIRECT, via="bot", req_id="R"))
    assert outcome.fate is Fate.LATER


def test_an_attachment_of_the_app_is_fetched_by_its_id(adapter: WecomAdapter, wecom: FakeWecom) -> None:
    wecom.state.media["M"] = ("a.jpg", b"\xff\xd8\xff")
    assert adapter.fetch(Media(MediaKind.IMAGE, {"media_id": "M"})).data == b"\xff\xd8\xff"


def test_what_cannot_be_changed_or_taken_back_says_so(adapter: WecomAdapter) -> None:
    assert (
        adapter.update(Chat(ChatKind.GROUP, "webhook:华东晨会"), "k", {"via": "webhook"}, Card("x"), NOW).fate
        is Fate.NEVER
    )
    assert adapter.recall({"via": "webhook"}).fate is Fate.NEVER


def test_a_callback_is_answered_fast_while_a_handler_takes_its_time(adapter: WecomAdapter, clock: Clock) -> None:
    """The handler runs in a worker; what the callback waits for is the storing alone."""
    handling, done = threading.Event(), threading.Event()
    worker = threading.Thread(target=lambda: (handling.set(), done.wait(30)))

    def receive(_update: Update) -> bool:
        worker.start()
        return True

    app = Flask(__name__)
    adapter.register(app, receive)
    driver = CallbackDriver(OFFICIAL[0], OFFICIAL[1], CORP, timestamp=int(clock.now().timestamp()))
    client = app.test_client()
    begun = time.monotonic()
    assert driver.post(client, driver.message("text", Content="在")) == 200
    assert time.monotonic() - begun < 0.5
    assert handling.wait(5)
    done.set()
    worker.join(5)


def test_nothing_secret_is_said_whatever_goes_wrong(
    adapter: WecomAdapter, wecom: FakeWecom, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    said = []
    for code in (40001, 45009, 60020, -1, 93000, 40058, 99999):
        wecom.state.fail("message/send", code)
        said += [repr(outcome) for outcome in adapter.send(deliver("lihua", ChatKind.DIRECT))]
    output = caplog.text + "".join(capsys.readouterr()) + "".join(said)
    assert not any(secret in output for secret in (SECRET, *OFFICIAL[:2], "token-1", "key=K"))


def test_without_a_token_there_is_no_door_at_all(config: WecomConfig, around: Surroundings) -> None:
    adapter = WecomAdapter(config, around)
    app = Flask(__name__)
    adapter.register(app, lambda _update: True)
    assert app.test_client().get("/wecom/callback").status_code == 404
    assert adapter.health() == {}
