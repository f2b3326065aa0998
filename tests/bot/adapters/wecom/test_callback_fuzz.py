"""Random and mutated callbacks: every one is handled or refused, quickly, and nothing secret is said about it.

`WECOM_FUZZ=100000` plays the full number; the default keeps every kind of damage and fewer of each.
"""

from __future__ import annotations

import logging
import os
import random
import time
from collections import Counter
from collections.abc import Callable

import pytest
import structlog

from tests.bot.adapters.wecom.test_callback import NOW, PATH, Desk
from tests.fakes.wecom import vectors
from tests.fakes.wecom.crypto import seal, seal_raw, sign
from tests.fakes.wecom.driver import CallbackDriver

ROUNDS = int(os.environ.get("WECOM_FUZZ", "6000"))
TOKEN, KEY, CORP = vectors.OFFICIAL
Request = tuple[dict[str, str], bytes]


class Attacker:
    """Knows what a callback looks like, and sometimes even the keys (a damaged message that is signed all the same)."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.wecom = CallbackDriver(TOKEN, KEY, CORP, timestamp=int(NOW.timestamp()))
        self.honest = [
            self.wecom.message("text", Content="今日拜访3家"),
            self.wecom.message("image", MediaId="M", PicUrl="https://x"),
            self.wecom.message("location", Location_X="31.2", Location_Y="121.4", Label="上海"),
            self.wecom.event("LOCATION", Latitude="31.2", Longitude="121.4"),
            self.wecom.event("enter_agent", EventKey=""),
            self.wecom.event(
                "template_card_event", EventKey="k", TaskId="t@3a1", ResponseCode="R",
                SelectedItems={"SelectedItem": {"QuestionKey": "q", "OptionIds": {"OptionId": ["a", "b"]}}},
            ),
        ]  # fmt: skip
        self.ways: list[Callable[[], Request]] = [
            self.noise, self.random_query, self.damaged_envelope, self.random_blocks, self.damaged_plaintext,
            self.damaged_xml, self.honest_message,
        ]  # fmt: skip

    def request(self) -> Request:
        return self.random.choice(self.ways)()

    def noise(self) -> Request:
        return self.wecom.query("x"), self.random.randbytes(self.random.randrange(300))

    def random_query(self) -> Request:
        _, body = self.wecom.envelope(self.random.choice(self.honest))
        keys = ["msg_signature", "timestamp", "nonce", "echostr", ""]
        return {key: self.random.choice(["", "1", "汉", "\ud7ff", "9" * 5000, "%00"]) for key in keys}, body

    def damaged_envelope(self) -> Request:
        query, body = self.wecom.envelope(self.random.choice(self.honest))
        return query, self.damaged(body)

    def random_blocks(self) -> Request:
        return self.signed(seal_raw(KEY, self.random.randbytes(16 * self.random.randrange(1, 9))))

    def damaged_plaintext(self) -> Request:
        xml = self.damaged(self.random.choice(self.honest).encode())
        return self.signed(seal(KEY, CORP, xml))

    def damaged_xml(self) -> Request:
        xml = self.random.choice(self.honest)
        names = [
            "MsgType",
            "Event",
            "FromUserName",
            "CreateTime",
            "MsgId",
            "AgentID",
            "Content",
            "SelectedItem",
            "OptionIds",
        ]
        name, other = self.random.sample(names, 2)
        value = self.random.choice([f"<{other}>", f"</{other}>", "<x/>", "9" * 6000, "&#0;", "&lt;", "", "-1", "１"])
        return self.signed(seal(KEY, CORP, xml.replace(f"<{name}>", f"<{name}>{value}").encode()))

    def honest_message(self) -> Request:
        return self.wecom.envelope(self.random.choice(self.honest))

    def signed(self, encrypt: str) -> Request:
        return self.wecom.query(encrypt), f"<xml><Encrypt>{encrypt}</Encrypt></xml>".encode()

    def damaged(self, data: bytes) -> bytes:
        pieces = bytearray(data)
        for _ in range(self.random.choice([1, 1, 1, 5, 50])):
            at = self.random.randrange(len(pieces))
            cut = self.random.randrange(4)
            pieces[at : at + cut] = self.random.randbytes(self.random.randrange(4))
        return bytes(pieces) or b"x"


def test_no_callback_breaks_the_bot_or_makes_it_talk(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    desk, attacker = Desk(), Attacker(20261122)
    answers: Counter[int] = Counter()
    slowest = 0.0
    for _ in range(ROUNDS):
        query, body = attacker.request()
        begun = time.process_time()
        answers[desk.client.post(PATH, query_string=query, data=body).status_code] += 1
        slowest = max(slowest, time.process_time() - begun)
    said = caplog.text + "".join(capsys.readouterr())
    assert set(answers) <= {200, 400, 403, 411}, answers
    assert min(answers[status] for status in (200, 400, 403)) > ROUNDS // 100, answers
    assert slowest < 1
    assert not any(secret in said for secret in (TOKEN, KEY, "今日拜访", "Traceback"))


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "body",
    [
        b"<Encrypt>" + b" " * 60_000,
        b"<Encrypt>" * 7_000,
        b"<Encrypt>" + b"A" * 60_000,
        (b"<Encrypt>" + b"A" * 90) * 600,
        b"<Encrypt>A" + b" " * 60_000 + b"]]>" * 1_000,
        b"<a>" * 20_000,
    ],
)
def test_an_unsigned_body_costs_next_to_nothing(body: bytes) -> None:
    desk = Desk()
    begun = time.process_time()
    for _ in range(20):
        assert desk.client.post(PATH, data=body).status_code in {400, 403}
    assert (time.process_time() - begun) / 20 < 0.02


def test_a_signed_message_may_be_as_deep_as_it_likes() -> None:
    desk = Desk()
    for depth in (10, 1000, 5000):
        encrypt = seal(KEY, CORP, b"<xml>" + b"<a>" * depth + b"</a>" * depth + b"</xml>")
        stamp = str(int(NOW.timestamp()))
        query = {"msg_signature": sign(TOKEN, stamp, "n", encrypt), "timestamp": stamp, "nonce": "n"}
        body = f"<xml><Encrypt>{encrypt}</Encrypt></xml>"
        assert desk.client.post(PATH, query_string=query, data=body).status_code in {400, 413}


@pytest.fixture(autouse=True)
def _plain_logs() -> None:
    structlog.reset_defaults()
