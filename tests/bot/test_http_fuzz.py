"""The whole HTTP surface under fire: no 5xx, no hang, and afterwards the process serves as before.

`HTTP_FUZZ=100000` plays a long night; the default takes a few seconds.
"""

from __future__ import annotations

import gc
import os
import socket
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from bot.app import Application, Parts, create_app
from bot.clock import PracticeClock
from bot.listener import WebServer
from bot.settings import parse_settings
from models.demo import load_demo
from tests.bot.fuzzer import Fuzzer, Shot
from tests.chat import shanghai
from tests.fakes.wecom.state import AGENT, CORP, SECRET
from tests.fakes.wecom.vectors import OFFICIAL

ROUNDS = int(os.environ.get("HTTP_FUZZ", "1500"))
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """Every route there is: practice, WeCom, DingTalk in HTTP mode."""
    folder = tmp_path_factory.mktemp("fuzz")
    raw = {
        "database": {"url": f"sqlite:///{folder}/bot.db", "media_dir": f"{folder}/media"}, "practice": {"enabled": True},
        "wecom": {
            "corp_id": CORP, "agent_id": int(AGENT), "secret": SECRET, "token": OFFICIAL[0], "aes_key": OFFICIAL[1], "api_base": NOWHERE,
        },
        "dingtalk": {
            "client_id": "ding", "client_secret": "s3cr3t", "robot_code": "ding", "corp_id": "c", "mode": "http", "card_secret": "k",
            "api_base": NOWHERE, "oapi_base": NOWHERE,
        },
    }  # fmt: skip
    clock = PracticeClock(shanghai("2026-11-16 09:00"), frozen=True)
    app = create_app(parse_settings(raw), Parts(clock=clock, workers=0))
    with app.services.database.write() as session:
        load_demo(session, now=clock.now())
    app.runtime.inbox.start()
    yield app
    app.runtime.inbox.stop()
    app.services.database.close()


@pytest.fixture(scope="module")
def port(house: Application) -> Iterator[int]:
    server = WebServer(house.web, host="127.0.0.1", port=0, threads=4)
    server.start()
    yield server.port
    server.stop()


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # werkzeug drops the parts of a form it could not finish
def test_no_request_breaks_the_surface(house: Application) -> None:
    fuzzer, client = Fuzzer(20261122), house.web.test_client()
    answers: Counter[int] = Counter()
    broken: list[tuple[int, Shot]] = []
    slowest = 0.0
    for _ in range(ROUNDS):
        shot = fuzzer.shot()
        begun = time.process_time()
        answer = client.open(
            shot.path, method=shot.method, query_string=shot.query, data=shot.body, headers=list(shot.headers.items())
        )
        slowest = max(slowest, time.process_time() - begun)
        answers[answer.status_code] += 1
        if answer.status_code >= 500:
            broken.append((answer.status_code, shot))
    gc.collect()
    assert not broken, broken[:3]
    assert sum(count for status, count in answers.items() if status < 300) > ROUNDS // 50, answers
    assert sum(count for status, count in answers.items() if status >= 400) > ROUNDS // 4, answers
    assert slowest < 2
    assert client.get("/practice/api/state").status_code == 200


HEAD = "Host: 127.0.0.1\r\nContent-Type: application/json\r\n"
BODY = '{"from": "zhouhang", "chat": "direct", "text": "x"}'
CHUNKS = f"{len(BODY):x}\r\n{BODY}\r\n0\r\n\r\n"
PATHS = ("/practice/api/messages", "/wecom/callback", "/dingtalk/callback", "/practice/api/clock")
ODD = {
    "no length": f"{HEAD}\r\n",
    "a negative length": f"{HEAD}Content-Length: -1\r\n\r\n{BODY}",
    "a length that is a word": f"{HEAD}Content-Length: ten\r\n\r\n{BODY}",
    "an enormous length": f"{HEAD}Content-Length: {10**30}\r\n\r\n{BODY}",
    "a signed length": f"{HEAD}Content-Length: +5\r\n\r\n{BODY}",
    "two lengths": f"{HEAD}Content-Length: 3\r\nContent-Length: 4\r\n\r\n{BODY}",
    "a length and chunks": f"{HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n{CHUNKS}",
    "chunks": f"{HEAD}Transfer-Encoding: chunked\r\n\r\n{CHUNKS}",
    "a wrong chunk": f"{HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n{BODY}\r\n0\r\n\r\n",
    "a chunk of 2^70": f"{HEAD}Transfer-Encoding: chunked\r\n\r\n{2**70:x}\r\n{BODY}",
    "an unknown encoding": f"{HEAD}Transfer-Encoding: gzip\r\n\r\n{BODY}",
    "a header without a colon": f"{HEAD}nonsense\r\nContent-Length: 2\r\n\r\n{{}}",
    "a header of 300 kB": f"{HEAD}X-Long: {'a' * 300_000}\r\n\r\n",
    "no host": "Content-Length: 2\r\n\r\n{}",
    "a host with a break": "Host: a b\tc\r\nContent-Length: 2\r\n\r\n{}",
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", ODD)
def test_a_request_no_client_would_send_is_refused_or_dropped(port: int, path: str, name: str) -> None:
    status = raw(port, f"POST {path} HTTP/1.1\r\nConnection: close\r\n{ODD[name]}".encode())
    assert status is None or status < 500 or (status == 501 and "encoding" in name), status
    if "callback" in path and "chunk" in name:
        assert status != 200
    assert raw(port, b"GET /practice/api/state HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n") == 200


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\x16\x03\x01\x02\x00",
        b"GET",
        b"GET / HTTP/9.9",
        b"GET http://[ HTTP/1.1",
        b"\r\n" * 50,
        b"GET //\\x00 HTTP/1.1",
    ],
)
def test_a_first_line_that_is_none_is_dropped(port: int, line: bytes) -> None:
    status = raw(port, line + b"\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    assert status is None or status < 500


def raw(port: int, data: bytes) -> int | None:
    """Send bytes, close our side, and return the status of the answer, if there is one."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        try:
            wire.sendall(data)
            wire.shutdown(socket.SHUT_WR)
            answer = wire.recv(4096)
        except (ConnectionError, BrokenPipeError):
            return None
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else None
