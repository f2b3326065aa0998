"""An answer that drips byte by byte ends; one that is merely slow is waited for."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import requests

from bot.adapters.dingtalk.http import new_session
from bot.adapters.patience import MOST_SILENCES
from bot.adapters.wecom.http import pooled

SILENCE = 0.2
DROP_EVERY = SILENCE / 4
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
SESSIONS = pytest.mark.parametrize(
    "session", [new_session, lambda: pooled(requests.Session())], ids=["dingtalk", "wecom"]
)


@contextmanager
def platform(at_once: bytes, then: bytes) -> Iterator[str]:
    """A platform that says the first bytes at once and then one after the other, with pauses nobody would call silence."""
    enough = threading.Event()

    def answer() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(at_once)
            for byte in then:
                if enough.wait(DROP_EVERY):
                    return
                try:
                    connection.sendall(bytes([byte]))
                except OSError:  # he has hung up
                    return
            enough.wait(10)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/cgi-bin/message/send"
        finally:
            enough.set()
            thread.join(10)


@SESSIONS
@pytest.mark.parametrize(
    ("at_once", "then"), [(HEAD, b" " * 1000), (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x" * 1000)], ids=["body", "head"]
)
def test_an_answer_that_drips_is_given_up(session: Callable[[], requests.Session], at_once: bytes, then: bytes) -> None:
    with platform(at_once, then) as address, session() as http:
        begun = time.monotonic()
        with pytest.raises(requests.RequestException):
            http.post(address, json={}, timeout=(1, SILENCE))
        assert SILENCE < time.monotonic() - begun < 10 * MOST_SILENCES * SILENCE  # a dripping one would take a minute


@SESSIONS
def test_an_answer_that_is_slow_and_ends_is_heard(session: Callable[[], requests.Session]) -> None:
    with platform(WHOLE[:-2], WHOLE[-2:]) as address, session() as http:
        assert http.post(address, json={}, timeout=(1, SILENCE)).json() == {}
