"""The whole way in: Stream, inbox, two processes, the official library as a witness for the fake."""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from bot.adapters.base import Adapter
from bot.adapters.dingtalk.adapter import DingtalkAdapter, Shared
from bot.adapters.dingtalk.config import DingtalkConfig, Mode
from bot.adapters.dingtalk.connection import StreamTiming
from bot.adapters.meter import MemoryMeter
from bot.adapters.quick_reply import MemoryQuickReplies
from bot.adapters.stores import DatabaseLease
from bot.adapters.token import MemoryTokenStore
from bot.clock import SystemClock
from bot.inbox import Inbox
from bot.update import UPDATE_JSON, Update, UpdateKind
from models.chat import InboxRow
from models.db import Base, Database
from tests.bot.adapters.dingtalk.payloads import message, press, rich_text
from tests.fakes.dingtalk.server import FakeDingtalk
from tests.fakes.dingtalk.socket import CARD_TOPIC
from tests.fakes.dingtalk.state import Watch

TAKEOVER = StreamTiming(lease_ttl=3, renew_every=1, standby_every=0.5)


class Office:
    """A bot with its database, receiving by Stream."""

    def __init__(self, folder: Path, ding: FakeDingtalk, config: DingtalkConfig) -> None:
        self.ding = ding
        self.database = Database(f"sqlite:///{folder}/bot.db")
        Base.metadata.create_all(self.database.engine)
        self.inbox = Inbox(self.database)
        self.inbox.start()
        self.adapter = _adapter(self.database, config)
        self.adapter.start(self.inbox.receive)
        ding.stream.wait_connected()

    def close(self) -> None:
        self.adapter.stop()
        self.inbox.stop()
        self.database.close()

    def say(self, data: dict[str, Any], **frame: str) -> dict[str, Any]:
        """Push a message and return the answer."""
        return self.ding.stream.answer(self.ding.stream.push(data, **frame))

    def updates(self) -> list[Update]:
        with self.database.read() as session:
            rows = session.scalars(select(InboxRow).order_by(InboxRow.id))
            return [UPDATE_JSON.validate_json(row.body) for row in rows]


def _adapter(database: Database, config: DingtalkConfig, timing: StreamTiming | None = None) -> DingtalkAdapter:
    lease = DatabaseLease(database, SystemClock().now)
    shared = Shared(MemoryTokenStore(), lease, MemoryMeter(), MemoryQuickReplies(), lambda _: None)
    return DingtalkAdapter(config, shared, SystemClock().now, timing=timing)


@pytest.fixture
def office(tmp_path: Path, ding: FakeDingtalk, config: DingtalkConfig) -> Iterator[Office]:
    office = Office(tmp_path, ding, config)
    yield office
    office.close()


def test_the_adapter_keeps_the_seam(office: Office) -> None:
    adapter: Adapter = office.adapter
    assert (adapter.name, adapter.capabilities.batch) == ("dingtalk", 20)


def test_a_message_is_in_the_database_when_dingtalk_hears_yes(office: Office) -> None:
    assert office.say(message("m1"))["code"] == 200
    assert [update.text for update in office.updates()] == ["今天拜访了3家"]


def test_the_same_message_in_a_new_frame_is_kept_once(office: Office) -> None:
    for frame in ("f-a", "f-b", "f-c"):
        assert office.say(message("m1"), frame_id=frame)["code"] == 200
    assert len(office.updates()) == 1


def test_one_message_to_two_robots_is_kept_once_for_each(office: Office) -> None:
    for robot in ("dingabc123", "dingSecond"):
        office.say(message("m1", robotCode=robot))
    assert [update.bot for update in office.updates()] == ["dingabc123", "dingSecond"]


def test_photos_with_a_caption_are_fetched_right_after_the_answer(office: Office, ding: FakeDingtalk) -> None:
    ding.state.files["p1.file"] = (b"\xff\xd8\xff\xe0one", {})
    office.say(rich_text({"text": "门头照"}, {"downloadCode": "p1.file"}, msg_id="m1"))
    ding.state.wait_for(lambda: ding.state.called("/file/<name>"))
    ding.state.files.clear()  # the code has died before the turn
    update = office.updates()[0]
    assert update.text == "门头照"
    assert office.adapter.fetch(update.images[0]).data == b"\xff\xd8\xff\xe0one"


def test_a_card_press_is_kept_and_answered_within_the_two_seconds_of_the_platform(office: Office) -> None:
    frame = office.ding.stream.push(press("next.ok~V1~sig"), topic=CARD_TOPIC)
    answer = json.loads(office.ding.stream.answer(frame)["data"])
    assert "cardData" in answer["response"]
    assert office.ding.stream.took(frame) < 2
    assert office.updates()[0].kind is UpdateKind.ACTION


def test_a_full_database_is_a_no_and_the_message_comes_again(office: Office) -> None:
    with office.database.engine.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE inbox RENAME TO inbox_away")
        connection.commit()
    assert office.say(message("m1"))["code"] == 500
    with office.database.engine.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE inbox_away RENAME TO inbox")
        connection.commit()
    assert office.say(message("m1"))["code"] == 200
    assert len(office.updates()) == 1


def test_a_burst_of_two_hundred_messages_is_answered_in_time_and_kept_in_order(office: Office) -> None:
    frames = [office.ding.stream.push(message(f"m{n:03}", conversationId=f"cid{n % 20}")) for n in range(200)]
    for frame in frames:
        assert office.ding.stream.answer(frame)["code"] == 200
    assert max(office.ding.stream.took(frame) for frame in frames) < 2
    kept = [update.id for update in office.updates()]
    assert sorted(kept) == [f"m{n:03}" for n in range(200)]
    for chat in range(20):
        mine = [msg_id for msg_id in kept if int(msg_id[1:]) % 20 == chat]
        assert mine == sorted(mine)


def test_health_speaks_only_when_the_owner_is_down_for_longer_than_a_rotation(office: Office) -> None:
    assert office.adapter.health() == {}
    assert office.adapter._stream is not None
    office.adapter._stream.state.connected = False
    office.adapter._stream.state.down_since = time.monotonic() - 31
    assert "dingtalk_stream" in office.adapter.health()


def test_in_http_mode_no_socket_is_opened_and_in_stream_mode_no_route(
    ding: FakeDingtalk, config: DingtalkConfig
) -> None:
    shared = Shared(MemoryTokenStore(), _NoLease(), MemoryMeter(), MemoryQuickReplies(), lambda _: None)
    for mode in Mode:
        values = {**{name: getattr(config, name) for name in config.__slots__}, "mode": mode}
        adapter = DingtalkAdapter(DingtalkConfig(**values), shared, Watch())
        app = Flask("bot")
        adapter.register(app, lambda _: True)
        assert app.test_client().post("/dingtalk/callback").status_code == (403 if mode is Mode.HTTP else 404)
        if mode is Mode.HTTP:
            adapter.start(lambda _: True)
            assert adapter._stream is None
        adapter.stop()


class _NoLease:
    def acquire(self, name: str, owner: str, ttl: float) -> bool:
        raise AssertionError(name)

    renew = acquire

    def release(self, name: str, owner: str) -> None:
        raise AssertionError(name)

    def holder(self, name: str) -> str | None:
        return None


# -- two processes ---------------------------------------------------------------------------------------------------------


def _run_process(url: str, base: str, owners: Any) -> None:
    """Receive in a process of its own until killed; tell the parent who became the owner."""
    database = Database(url)
    inbox = Inbox(database)
    inbox.start()
    config = DingtalkConfig("dingabc123", "s3cr3t-value", corp_id="dingcorp1", api_base=base, oapi_base=base)
    adapter = _adapter(database, config, TAKEOVER)
    adapter.start(inbox.receive)
    while adapter._stream is not None and not adapter._stream.state.connected:
        threading.Event().wait(0.02)
    owners.put(os.getpid())
    threading.Event().wait(60)


def test_when_the_owner_is_killed_another_process_follows_and_nothing_is_kept_twice(
    tmp_path: Path, ding: FakeDingtalk
) -> None:
    database = Database(f"sqlite:///{tmp_path}/bot.db")
    Base.metadata.create_all(database.engine)
    context = multiprocessing.get_context("spawn")
    owners: Any = context.Queue()
    arguments = (f"sqlite:///{tmp_path}/bot.db", ding.base, owners)
    processes = [context.Process(target=_run_process, args=arguments, daemon=True) for _ in range(2)]
    for process in processes:
        process.start()
    first = owners.get(timeout=30)
    assert ding.stream.answer(ding.stream.push(message("m1")))["code"] == 200
    assert len(ding.stream.connected_at) == 1
    killed_at = time.monotonic()
    os.kill(first, signal.SIGKILL)
    ding.stream.wait_connected(2, seconds=15)
    assert time.monotonic() - killed_at < TAKEOVER.lease_ttl + TAKEOVER.standby_every + 2
    assert owners.get(timeout=5) != first
    for msg_id in ("m1", "m2"):  # the platform never heard back about m1, say, and sends it again
        assert ding.stream.answer(ding.stream.push(message(msg_id)))["code"] == 200
    with database.read() as session:
        assert sorted(session.scalars(select(InboxRow.update_id))) == ["m1", "m2"]
    for process in processes:
        process.kill()
        process.join(5)
    database.close()


def test_the_shipped_timing_hands_over_within_fifteen_seconds() -> None:
    timing = StreamTiming()
    assert timing.lease_ttl + timing.standby_every + timing.first_retry < 15
    assert timing.renew_every * 3 < timing.lease_ttl


# -- is the fake like DingTalk? --------------------------------------------------------------------------------------------


def _run_official(base: str, heard: Any) -> None:
    """Receive with the official library in a process of its own: it cannot be stopped any other way."""
    library = importlib.import_module("dingtalk_stream")

    class Listener(library.ChatbotHandler):  # type: ignore[misc,name-defined]
        async def process(self, callback: Any) -> tuple[int, str]:
            heard.put(library.ChatbotMessage.from_dict(callback.data).text.content)
            return library.AckMessage.STATUS_OK, "OK"

    library.DingTalkStreamClient.OPEN_CONNECTION_API = f"{base}/v1.0/gateway/connections/open"
    library.DingTalkStreamClient.get_host_ip = lambda _self: "127.0.0.1"
    client = library.DingTalkStreamClient(library.Credential("dingabc123", "s3cr3t-value"))
    client.register_callback_handler(library.ChatbotMessage.TOPIC, Listener())
    client.start_forever()


def test_the_official_library_understands_our_fake(ding: FakeDingtalk) -> None:
    context = multiprocessing.get_context("spawn")
    heard: Any = context.Queue()
    process = context.Process(target=_run_official, args=(ding.base, heard), daemon=True)
    process.start()
    ding.stream.wait_connected(seconds=30)
    assert ding.stream.answer(ding.stream.push(message("m1")))["code"] == 200
    assert heard.get(timeout=5).strip() == "今天拜访了3家"
    ding.stream.push("{}", topic="disconnect", kind="SYSTEM")
    ding.stream.wait_connected(2)
    process.kill()
    process.join(5)
