from __future__ import annotations

import json
import logging
import random
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.adapters.dingtalk.callback import Callback
from bot.adapters.dingtalk.config import DingtalkConfig, Mode
from bot.adapters.dingtalk.crypto import EventCrypto
from bot.adapters.dingtalk.quota import Kind, QuotaBook
from bot.adapters.dingtalk.receiver import Receiver
from bot.adapters.dingtalk.signature import sign_card, sign_robot
from bot.adapters.meter import MemoryMeter
from bot.adapters.quick_reply import MemoryQuickReplies, QuickReply
from bot.update import Media, Update, UpdateKind
from tests.bot.adapters.dingtalk.payloads import message, press, rich_text
from tests.fakes.dingtalk.state import Watch

CONFIG = DingtalkConfig(
    client_id="dingabc123",
    client_secret="s3cr3t-value",
    corp_id="dingcorp1",
    mode=Mode.HTTP,
    card_secret="card-secret",
    event_token="mryue",
    event_aes_key="Yue0EfdN5900c1ce5cf6A152c63DDe1808a60c5ecd7",
)


class Bot:
    """A bot in HTTP mode whose inbox is a dict."""

    def __init__(self, config: DingtalkConfig = CONFIG) -> None:
        self.watch = Watch()
        self.stored: dict[str, Update] = {}
        self.full = False
        self.prefetched: list[Media] = []
        self.quick = MemoryQuickReplies()
        self.quota = QuotaBook(config, MemoryMeter())
        self.receiver = Receiver(
            config, self._receive, self.watch, self.quick, self.quota, self.prefetched.append, lambda work: work()
        )
        app = Flask("bot")
        Callback(self.receiver).register(app)
        self.http: FlaskClient = app.test_client()

    def _receive(self, update: Update) -> bool:
        if self.full:
            raise RuntimeError("disk full, session=abcd")
        is_new = update.id not in self.stored
        self.stored.setdefault(update.id, update)
        return is_new

    def post(
        self, body: Any, *, at: datetime | None = None, secret: str = "s3cr3t-value", **headers: str
    ) -> TestResponse:
        stamp = str(int((at or self.watch.at).timestamp() * 1000))
        signed = {"timestamp": stamp, "sign": sign_robot(stamp, secret), **headers}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.http.post("/dingtalk/callback", data=data, headers=signed, content_type="application/json")


@pytest.fixture
def bot() -> Bot:
    return Bot()


def test_a_signed_message_is_stored_and_answered_with_nothing_to_say(bot: Bot) -> None:
    answer = bot.post(message("m1"))
    assert (answer.status_code, answer.json) == (200, {"msgtype": "empty"})
    assert list(bot.stored) == ["m1"]
    assert bot.quota.quota(Kind.MESSAGES, bot.watch.at).used == 1


def test_a_forged_sign_a_missing_sign_and_a_stale_one_are_refused(bot: Bot) -> None:
    assert bot.post(message("m1"), secret="guess").status_code == 403
    assert bot.http.post("/dingtalk/callback", json=message("m1")).status_code == 403
    early = bot.watch.at
    bot.watch.pass_time(seconds=3601)
    assert bot.post(message("m1"), at=early).status_code == 403
    assert not bot.stored


def test_a_replay_is_refused_and_so_is_a_forged_body_under_captured_headers(bot: Bot) -> None:
    at = bot.watch.at
    assert bot.post(message("m1"), at=at).status_code == 200
    assert bot.post(message("m1"), at=at).status_code == 409
    bot.watch.pass_time(seconds=3)
    assert bot.post(message("forged", text={"content": "/审批 同意"}), at=at).status_code == 409
    assert list(bot.stored) == ["m1"]


def test_two_people_writing_in_the_same_millisecond_are_both_heard(bot: Bot) -> None:
    assert bot.post(message("m1")).status_code == 200
    assert bot.post(message("m2", senderStaffId="linke")).status_code == 200
    assert list(bot.stored) == ["m1", "m2"]


def test_a_message_for_another_robot_or_from_another_organisation_is_refused(bot: Bot) -> None:
    assert bot.post(message("m1", robotCode="dingOther")).status_code == 403
    assert bot.post(message("m1", robotCode=None)).status_code == 403
    assert bot.post(message("m1", chatbotCorpId="dingOther")).status_code == 400
    assert not bot.stored


def test_what_cannot_be_stored_is_a_503_may_come_again_and_the_log_keeps_the_secret(
    bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    bot.full = True
    assert bot.post(message("m1")).status_code == 503
    bot.full = False
    assert bot.post(message("m1")).status_code == 200
    assert list(bot.stored) == ["m1"]
    assert "abcd" not in caplog.text


def test_the_platform_delivering_again_with_a_new_sign_is_answered_kindly_and_stored_once(bot: Bot) -> None:
    bot.post(message("m1"))
    bot.watch.pass_time(seconds=60)
    assert bot.post(message("m1")).status_code == 200
    assert len(bot.stored) == 1
    assert bot.quota.quota(Kind.MESSAGES, bot.watch.at).used == 1


def test_new_photos_are_fetched_at_once_and_known_ones_not_again(bot: Bot) -> None:
    photo = rich_text({"text": "门头"}, {"downloadCode": "p1"}, {"downloadCode": "p2"}, msg_id="m1")
    bot.post(photo)
    bot.watch.pass_time(seconds=60)
    bot.post(photo)
    assert [item.ref["code"] for item in bot.prefetched] == ["p1", "p2"]


def test_too_long_chunked_and_broken_bodies_are_refused(bot: Bot) -> None:
    assert bot.post(b"x" * (256 * 1024 + 1)).status_code == 413
    assert bot.post(message("m1"), **{"Transfer-Encoding": "chunked"}).status_code == 411
    assert bot.post(b"").status_code == 411
    for broken in (b"[]", b"{", b"\xff", b"[" * 100_000):
        assert bot.post(broken).status_code == 400


def test_the_empty_quota_frame_raises_the_alarm_and_reaches_no_rep(bot: Bot) -> None:
    empty = {k: v for k, v in message("m1").items() if k != "text"}
    assert bot.post({**empty, "errorCode": 20001, "errorMessage": "quota"}).status_code == 200
    assert not bot.stored
    assert bot.quota.quota(Kind.MESSAGES, bot.watch.at).is_blocked
    assert any("额度用完" in words for words in bot.quota.notices(bot.watch.at).values())


def test_a_typed_quick_reply_is_the_press_it_stands_for_in_its_own_chat_only(bot: Bot) -> None:
    code = bot.quick.keep("zhouhang", QuickReply("lead:17", {"接单": "lead.take~17~sig"}), bot.watch.at)
    bot.post(message("m1", text={"content": f"接单 #{code}"}))
    bot.post(message("m2", text={"content": f"转出 #{code}"}))
    bot.post(message("m3", text={"content": f"接单 #{code}"}, senderStaffId="linke"))
    taken = bot.stored["m1"]
    assert taken.kind is UpdateKind.ACTION
    assert taken.press is not None
    assert (taken.press.value, taken.press.message_id) == ("lead.take~17~sig", "lead:17")
    assert [bot.stored[each].kind for each in ("m2", "m3")] == [UpdateKind.TEXT] * 2


def test_a_card_press_is_checked_stored_and_answered(bot: Bot) -> None:
    stamp = str(int(bot.watch.at.timestamp() * 1000))
    headers = {
        "x-ddpaas-signature-timestamp": stamp,
        "x-ddpaas-signature": sign_card(stamp, "card-secret"),
    }
    answer = bot.http.post("/dingtalk/callback", json=press("next.ok~V1~sig"), headers=headers)
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["cardUpdateOptions"]["updateCardDataByKey"] is True
    assert [update.kind for update in bot.stored.values()] == [UpdateKind.ACTION]
    assert bot.http.post("/dingtalk/callback", json=press("next.ok~V1~sig"), headers=headers).status_code == 409
    forged = {**headers, "x-ddpaas-signature": sign_card(stamp, "guess")}
    assert bot.http.post("/dingtalk/callback", json=press("x"), headers=forged).status_code == 403
    assert len(bot.stored) == 1


def test_without_a_card_secret_no_card_press_is_believed() -> None:
    bot = Bot(replace(CONFIG, card_secret=""))
    stamp = str(int(bot.watch.at.timestamp() * 1000))
    headers = {"x-ddpaas-signature-timestamp": stamp, "x-ddpaas-signature": sign_card(stamp, "")}
    assert bot.http.post("/dingtalk/callback", json=press("x"), headers=headers).status_code == 403


def test_an_event_is_opened_with_the_client_id_and_answered_with_an_encrypted_success(bot: Bot) -> None:
    crypto = EventCrypto(CONFIG.event_token, CONFIG.event_aes_key, CONFIG.client_id)
    sealed = crypto.seal('{"EventType":"check_url"}', bot.watch.at)
    query = {"msg_signature": sealed["msg_signature"], "timestamp": sealed["timeStamp"], "nonce": sealed["nonce"]}
    answer = bot.http.post("/dingtalk/callback", json={"encrypt": sealed["encrypt"]}, query_string=query)
    assert answer.status_code == 200
    back = answer.json
    assert back is not None
    opened = crypto.open(
        signature=back["msg_signature"], timestamp=back["timeStamp"], nonce=back["nonce"], encrypt=back["encrypt"]
    )
    assert opened == "success"
    for change in ({"nonce": "other"}, {"timestamp": "1608001896814"}, {"msg_signature": ""}):
        refused = bot.http.post(
            "/dingtalk/callback", json={"encrypt": sealed["encrypt"]}, query_string={**query, **change}
        )
        assert refused.status_code == 403


def test_ten_thousand_mutated_bodies_never_crash_lose_a_good_message_or_tell_a_secret(
    bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    picker = random.Random(11)
    good = json.dumps(message("m-bad", text={"content": "secret-words"}), ensure_ascii=False)
    for n in range(10_000):
        bot.watch.pass_time(seconds=1)
        start = picker.randrange(len(good))
        piece = picker.choice(["", "null", '"', "{", "[]", "\\ud800", "\x00", "9" * 40, "[" * 50])
        body = good[:start] + piece + good[start + picker.randrange(1, 12) :]
        assert bot.post(body.encode()).status_code in {200, 400, 403}
        if n % 500 == 0:
            assert bot.post(message(f"good{n}")).status_code == 200
    assert {f"good{n}" for n in range(0, 10_000, 500)} <= set(bot.stored)
    for secret in ("s3cr3t-value", "session=abcd", "secret-words"):
        assert secret not in caplog.text
