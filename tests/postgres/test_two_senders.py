"""Two processes that send and hear for one company on one PostgreSQL keep below the platforms' limits together."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.base import Delivery, Fate, Recipient
from bot.adapters.dingtalk.adapter import DingtalkAdapter
from bot.adapters.dingtalk.build import build_dingtalk
from bot.adapters.dingtalk.signature import sign_robot
from bot.app import Application, Parts, create_app
from bot.clock import PracticeClock
from bot.outbox import Address, Note
from bot.settings import parse_settings
from bot.update import Chat, ChatKind
from models.demo import load_demo
from tests.bot.adapters.dingtalk.payloads import message
from tests.fakes.dingtalk.server import FakeDingtalk
from tests.stores import choose, fresh_url
from tests.wecom_company import WecomCompany

pytestmark = pytest.mark.postgres
NOW = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def on_postgres(store: str) -> Iterator[None]:
    with choose("postgres"):
        yield


@pytest.fixture
def wecom(tmp_path: Path) -> Iterator[WecomCompany]:
    company = WecomCompany(tmp_path, at="2026-11-16 09:10")
    yield company
    company.close()


def test_31_pushes_from_two_processes_all_arrive_and_none_beyond_the_limit(wecom: WecomCompany) -> None:
    other = wecom.process()
    services = wecom.app.services
    with services.database.write() as session:
        for number in range(31):
            note = Note(f"n{number}@p:zhouhang", f"第 {number} 条", priority=1)
            services.outbox.owe(session, Address(person_id="zhouhang"), note, wecom.now)
    send_all(wecom.app, other)
    assert len(wecom.inbox("zhouhang")) == 28
    wecom.clock.move_to(wecom.now.replace(minute=wecom.now.minute + 1))
    send_all(wecom.app, other)
    assert [seen.text for seen in wecom.inbox("zhouhang")] == [f"第 {number} 条" for number in range(31)]
    assert wecom.wecom.state.dropped == []
    other.services.database.close()


def test_what_wecom_told_one_process_to_leave_alone_the_other_leaves_alone(wecom: WecomCompany) -> None:
    other = wecom.process()
    wecom.wecom.state.fail("message/send", 45009)
    person = Chat(ChatKind.DIRECT, "zhouhang")
    outcomes = [
        process.services.adapters["wecom"].send(
            Delivery(person, (Recipient(f"k{number}", "zhouhang"),), "在", wecom.now, number=number)
        )[0]
        for number, process in enumerate((wecom.app, other))
    ]
    assert [outcome.error for outcome in outcomes] == ["45009", "parked"]
    assert outcomes[1].retry_after == pytest.approx(60, abs=5)
    assert len(wecom.wecom.state.bodies("message/send")) == 1
    other.services.database.close()


def send_all(*processes: Application) -> None:
    """Each sends one message in turn, until nobody finds any."""
    while sum(process.runtime.send_once() for process in processes):
        pass


@pytest.fixture
def ding() -> Iterator[FakeDingtalk]:
    with FakeDingtalk(lambda: NOW) as fake:
        yield fake


@pytest.fixture
def pair(tmp_path: Path, ding: FakeDingtalk) -> Iterator[tuple[Application, Application]]:
    """Two processes in HTTP mode, with one group that has a webhook and was not bound yet."""
    hook = ding.group_webhook("cidSales==")
    section = {
        "client_id": ding.state.client_id, "client_secret": ding.state.client_secret, "corp_id": "dingcorp1", "mode": "http",
        "api_base": ding.base, "oapi_base": ding.base, "groups": [{"name": "华东销售群", "webhook": hook}],
    }  # fmt: skip
    raw = {"database": {"url": fresh_url(tmp_path), "media_dir": f"{tmp_path}/media"}, "dingtalk": section}

    def process() -> Application:
        parts = Parts(
            clock=PracticeClock(NOW, frozen=True), adapters=lambda services: {"dingtalk": build_dingtalk(services)}, workers=0
        )  # fmt: skip
        made = create_app(parse_settings(raw), parts)
        made.runtime.inbox.start()
        return made

    one, other = process(), process()
    with one.services.database.write() as session:
        load_demo(session, now=NOW, platform="dingtalk")
    yield one, other
    for each in (one, other):
        each.runtime.inbox.stop()
        each.services.adapters["dingtalk"].stop()
        each.services.database.close()


def post(process: Application, body: dict[str, Any], secret: str) -> int:
    stamp = str(int(NOW.timestamp() * 1000))
    headers = {"timestamp": stamp, "sign": sign_robot(stamp, secret)}
    return (
        process.web.test_client()
        .post("/dingtalk/callback", data=json.dumps(body), headers=headers, content_type="application/json")
        .status_code
    )


def test_a_callback_one_process_has_taken_the_other_refuses(
    pair: tuple[Application, Application], ding: FakeDingtalk
) -> None:
    one, other = pair
    secret = ding.state.client_secret
    assert post(one, message("m1"), secret) == 200
    assert post(other, message("m1"), secret) == 409
    assert post(other, message("m2", text={"content": "别人同一毫秒发的"}), secret) == 200
    assert post(one, message("m2", text={"content": "别人同一毫秒发的"}), secret) == 409


def test_two_processes_call_a_webhook_in_turns(pair: tuple[Application, Application]) -> None:
    outcomes = []
    for number in range(6):
        adapter = pair[number % 2].services.adapters["dingtalk"]
        assert isinstance(adapter, DingtalkAdapter)
        to = (Recipient(f"k{number}", "华东销售群"),)
        outcomes += adapter.send(Delivery(Chat(ChatKind.GROUP, "华东销售群"), to, f"第 {number} 条", NOW))
    assert [outcome.fate for outcome in outcomes] == [Fate.SENT] + [Fate.LATER] * 5
    waits = [outcome.retry_after or 0 for outcome in outcomes[1:]]
    assert waits == sorted(waits)  # everybody has his own turn, 3.4 s after the one before, whichever process it was
    assert waits[-1] - waits[0] == pytest.approx(4 * 3.4, abs=2)


def test_a_group_bound_in_one_process_has_its_webhook_in_the_other(
    pair: tuple[Application, Application], ding: FakeDingtalk
) -> None:
    one, other = pair
    in_group = {"conversationId": "cidSales==", "conversationType": "2", "conversationTitle": "华东销售群"}
    bind = message("m9", senderStaffId="chenmin", text={"content": "/绑定本群 销售"}, **in_group)
    assert post(one, bind, ding.state.client_secret) == 200
    one.runtime.settle()
    to = (Recipient("k", "cidSales=="),)
    (outcome,) = other.services.adapters["dingtalk"].send(
        Delivery(Chat(ChatKind.GROUP, "cidSales=="), to, "今日日报 2/3", NOW)
    )
    assert outcome.fate is Fate.SENT
    assert ding.state.reached("cidSales==")[-1].by == "webhook"
