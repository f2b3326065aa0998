"""The web server stops when it is told to, with a long answer open or not."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import requests
from flask import Flask, Response

from bot.listener import CLOSING, GRACE, WebServer


@pytest.fixture
def endless() -> Flask:
    app = Flask("endless")
    over = threading.Event()

    @app.get("/")
    def hello() -> str:
        return "hello"

    @app.get("/stream")
    def stream() -> Response:
        def lines() -> Iterator[str]:
            yield "first\n"
            while not over.wait(0.05):
                yield "more\n"

        return Response(lines())

    app.extensions[CLOSING] = [over.set]
    return app


def test_an_open_stream_does_not_hold_up_the_end(endless: Flask, caplog: pytest.LogCaptureFixture) -> None:
    server = WebServer(endless, host="127.0.0.1", port=0, threads=2)
    server.start()
    url = f"http://127.0.0.1:{server.port}"
    assert requests.get(url, timeout=5).text == "hello"
    with requests.get(f"{url}/stream", stream=True, timeout=5) as answer:
        assert next(answer.iter_lines()) == b"first"
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < GRACE
    assert caplog.records == []
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=5)


def test_platforms_that_keep_hundreds_of_connections_open_do_not_lock_the_next_one_out(endless: Flask) -> None:
    server = WebServer(endless, host="127.0.0.1", port=0, threads=2)
    server.start()
    url = f"http://127.0.0.1:{server.port}"
    with ExitStack() as kept:
        for _ in range(150):
            assert kept.enter_context(requests.Session()).get(url, timeout=5).text == "hello"
        server.stop()


def test_who_drips_his_request_is_hung_up_on_and_who_keeps_a_connection_is_not(endless: Flask) -> None:
    server = WebServer(endless, host="127.0.0.1", port=0, threads=2, request_within=0.5)
    server.start()
    url = f"http://127.0.0.1:{server.port}"
    with requests.Session() as kept, socket.create_connection(("127.0.0.1", server.port), timeout=5) as wire:
        assert kept.get(url, timeout=5).text == "hello"
        wire.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n")
        wire.settimeout(0.05)
        begun = time.monotonic()
        assert dripped(wire, b"x" * 400) < 400, "hung up on before the end"
        assert 0.4 < time.monotonic() - begun < 15
        assert kept.get(url, timeout=5).text == "hello"
    server.stop()


def dripped(wire: socket.socket, data: bytes) -> int:
    """Send byte after byte until the other side hangs up; returns how many it took."""
    for number in range(len(data)):
        try:
            wire.sendall(data[number : number + 1])
            if not wire.recv(100):
                return number
        except TimeoutError:  # nothing was said meanwhile
            continue
        except ConnectionError:
            return number
    return len(data)


def test_the_loop_leaves_a_connection_alone_while_a_thread_is_sending_on_it(endless: Flask) -> None:
    server = WebServer(endless, host="127.0.0.1", port=0, threads=1)
    server.start()
    with socket.create_connection(("127.0.0.1", server.port)):
        while not (open_ones := [one for one in list(server._sockets.values()) if hasattr(one, "outbuf_lock")]):
            time.sleep(0.01)
        channel, sending, sent = open_ones[0], threading.Event(), threading.Event()

        def send() -> None:
            with channel.outbuf_lock:
                channel.total_outbufs_len = 1  # more than nothing is left to send
                sending.set()
                sent.wait(5)

        thread = threading.Thread(target=send)
        thread.start()
        assert sending.wait(5)
        assert not channel.writable(), "else it looks again and again, and takes the interpreter from who sends"
        sent.set()
        thread.join()
        assert channel.writable(), "what is left is the loop's"
        channel.total_outbufs_len = 0
    server.stop()
