from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from bot.adapters.base import Delivery, Fate, Outcome, Recipient
from bot.adapters.lease import MemoryLease
from bot.adapters.token import MemoryTokenStore
from bot.adapters.wecom.adapter import WecomAdapter
from bot.adapters.wecom.config import BotConfig, WecomConfig
from bot.adapters.wecom.surroundings import Surroundings
from bot.adapters.wecom.task import task_id
from bot.reply import Button, Card, Content
from bot.update import Update, UpdateKind
from tests.fakes.wecom import vectors
from tests.fakes.wecom.crypto import seal, sign, unseal
from tests.fakes.wecom.driver import CallbackDriver
from tests.fakes.wecom.server import FakeWecom

TOKEN, KEY, _ = vectors.AI_BOT
NOW = datetime(2026, 9, 21, 14, 13, 25, tzinfo=UTC)
PATH = "/wecom/bot"
CARD = Card("拜访提醒", "7号门店", buttons=(Button("已完成", "visit.ok~42~s"),))


class Desk:
    def __init__(self, config: WecomConfig) -> None:
        around = Surroundings(MemoryTokenStore(), MemoryLease(lambda: NOW), {}, lambda: NOW)
        self.adapter = WecomAdapter(config, around)
        self.updates: list[Update] = []
        self.on_receive: Callable[[Update], object] = lambda update: None
        app = Flask(__name__)
        self.adapter.register(app, self.receive)
        self.client = app.test_client()

    def receive(self, update: Update) -> bool:
        self.updates.append(update)
        self.on_receive(update)
        return True

    def post(self, message: Any, *, timestamp: int | None = None, token: str = TOKEN) -> Any:
        text = message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)
        encrypt = seal(KEY, "", text.encode())
        stamp = str(timestamp or int(NOW.timestamp()))
        query = {"msg_signature": sign(token, stamp, "n7", encrypt), "timestamp": stamp, "nonce": "n7"}
        return self.client.post(PATH, query_string=query, json={"encrypt": encrypt})

    def answer(self, content: Content, *, key: str = "reply:1:0") -> Outcome:
        update = self.updates[-1]
        reply_to = dict(update.reply_to)
        delivery = Delivery(update.chat, (Recipient(key, update.chat.id),), content, NOW, reply_to=reply_to)
        return self.adapter.send(delivery)[0]


@pytest.fixture
def desk(config: WecomConfig) -> Desk:
    return Desk(WecomConfig(bot=BotConfig(token=TOKEN, aes_key=KEY)))


def message(wecom: FakeWecom | None = None, text: str = "在吗", **more: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "msgid": "M1", "aibotid": "AIB1", "from": {"userid": "LiHua"}, "chattype": "single", "msgtype": "text",
        "text": {"content": text},
    }  # fmt: skip
    if wecom is not None:
        wecom.state.response_urls["RC1"] = None
        body["response_url"] = f"{wecom.url}/cgi-bin/aibot/response?response_code=RC1"
    return body | more


class TestHearing:
    def test_the_address_is_verified_without_a_company_id(self, desk: Desk) -> None:
        driver = CallbackDriver(TOKEN, KEY, "")
        assert driver.get(desk.client, "161614", PATH).data == b"161614"

    def test_a_message_is_stored_and_answered_with_nothing(self, desk: Desk) -> None:
        answer = desk.post(message(chattype="group", chatid="wrCHAT1", text="@助手 /today"))
        assert (answer.status_code, answer.data) == (200, b"")
        [update] = desk.updates
        assert (update.text, update.chat.id, update.sender_id, update.bot) == ("/today", "wrCHAT1", "lihua", "AIB1")

    def test_the_self_made_vector_is_read(self, desk: Desk) -> None:
        vector = vectors.S1
        assert desk.post(vector.plain).status_code == 200
        assert desk.updates[0].text == "/today"

    def test_a_poll_for_a_stream_is_nothing_to_handle(self, desk: Desk) -> None:
        assert desk.post({"msgtype": "stream", "stream": {"id": "S1"}, "from": {"userid": "a"}}).status_code == 200
        assert desk.updates == []

    @pytest.mark.parametrize(
        "text",
        ["", "{}", "[]", "[" * 9000, "1", '{"msgtype":"text"}',
         '{"msgtype":"text","from":{"userid":"a"},"chattype":"group","text":{"content":"x"}}',
         '{"msgtype":"image","from":{"userid":"a"},"image":{}}', '{"msgtype":"event","from":{"userid":"a"}}',
         '{"msgtype":"text","from":{"userid":"\\ud800"},"text":{}, "create_time": "soon"}'],
    )  # fmt: skip
    def test_what_is_no_message_is_refused(self, desk: Desk, text: str) -> None:
        assert desk.post(text).status_code == 400

    def test_half_a_character_does_no_harm(self, desk: Desk) -> None:
        assert (
            desk.post('{"msgtype":"text","from":{"userid":"a"},"text":{"content":"a\\ud800b\\u0000c"}}').status_code
            == 200
        )
        desk.updates[0].text.encode()
        assert "\0" not in desk.updates[0].text

    def test_signature_time_and_shape_are_checked(self, desk: Desk) -> None:
        assert desk.post(message(), token="other").status_code == 403
        assert desk.post(message(), timestamp=int(NOW.timestamp()) - 601).status_code == 403
        for body in (b"", b"{}", b"[]", b'{"encrypt":7}', b'{"encrypt":"' + b"[" * 100 + b'"}', b"[" * 30_000):
            assert desk.client.post(PATH, data=body).status_code in {400, 403, 411}


class TestAnswering:
    def test_a_message_is_answered_once(self, desk: Desk, wecom: FakeWecom) -> None:
        desk.post(message(wecom))
        assert desk.answer("**在**").fate is Fate.SENT
        assert wecom.state.response_urls["RC1"] == {"msgtype": "markdown", "markdown": {"content": "**在**"}}
        assert (desk.answer("还有", key="2").fate, desk.answer("还有", key="2").error) == (
            Fate.NEVER,
            "no_response_url",
        )

    def test_a_second_answer_in_private_goes_through_the_app(self, wecom: FakeWecom, config: WecomConfig) -> None:
        desk = Desk(
            WecomConfig(
                config.corp_id,
                config.agent_id,
                config.secret,
                api_base=config.api_base,
                bot=BotConfig(token=TOKEN, aes_key=KEY),
            )
        )
        desk.post(message(wecom))
        desk.answer("一", key="1")
        desk.answer("二", key="2")
        assert wecom.state.texts("lihua") == ["二"]

    def test_a_card_is_an_answer_too(self, desk: Desk, wecom: FakeWecom) -> None:
        desk.post(message(wecom))
        outcome = desk.answer(CARD)
        answer = wecom.state.response_urls["RC1"]
        assert answer is not None
        assert answer["template_card"]["task_id"] == outcome.handle["task_id"]

    def test_an_address_used_before_we_restarted_is_given_up(self, desk: Desk, wecom: FakeWecom) -> None:
        desk.post(message(wecom))
        wecom.state.response_urls["RC1"] = {}
        assert desk.answer("在").fate is Fate.NEVER

    def test_a_busy_platform_is_tried_again(self, desk: Desk, wecom: FakeWecom) -> None:
        desk.post(message(wecom))
        wecom.state.fail("aibot/response", -1)
        assert [desk.answer("在").fate, desk.answer("在").fate] == [Fate.LATER, Fate.SENT]


class TestPresses:
    def press(self, desk: Desk) -> Any:
        details = {"event_key": "visit.ok~42~s", "task_id": task_id(["reply:1:0"])}
        event = {"eventtype": "template_card_event", "template_card_event": details}
        return desk.post(message() | {"msgtype": "event", "event": event})

    def test_the_card_changes_in_the_answer_to_its_press(self, desk: Desk) -> None:
        outcomes: list[Outcome] = []

        def turn(update: Update) -> None:
            handle = {"via": "bot_url", "task_id": task_id(["reply:1:0"])}
            outcomes.append(desk.adapter.update(update.chat, "reply:1:0", handle, CARD.closed("已完成"), NOW))

        desk.on_receive = lambda update: threading.Thread(target=turn, args=(update,)).start()
        answer = json.loads(self.press(desk).data)
        assert sign(TOKEN, str(answer["timestamp"]), answer["nonce"], answer["encrypt"]) == answer["msgsignature"]
        assert answer["nonce"] == "n7"
        body = json.loads(unseal(KEY, answer["encrypt"])[0])
        assert (body["response_type"], body["template_card"]["replace_text"]) == ("update_template_card", "已完成")
        assert [outcome.fate for outcome in outcomes] == [Fate.SENT]
        assert desk.updates[0].kind is UpdateKind.ACTION

    def test_a_turn_that_takes_too_long_leaves_the_card_as_it_is(self, desk: Desk) -> None:
        assert desk.adapter._url is not None
        desk.adapter._url.press_wait = 0.01
        assert self.press(desk).data == b""
        late = desk.adapter.update(desk.updates[0].chat, "reply:1:0", {"via": "bot_url"}, CARD, NOW)
        assert (late.fate, late.error) == (Fate.NEVER, "press_too_old")
