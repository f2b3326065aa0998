"""Hints through Celery and a real Redis: heard, and a broker that forgets or dies takes nothing with it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from bot.celery_hints import CeleryHints

pytestmark = [
    pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed"),
    pytest.mark.filterwarnings("default"),  # Celery's own libraries warn about one another
]


class Broker:
    """A Redis of our own that can be emptied and stopped."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._folder = folder
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", self._folder]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        assert eventually(self._answers)

    def _answers(self) -> bool:
        try:
            return bool(redis.Redis(port=self.port).ping())
        except redis.ConnectionError:
            return False

    def empty(self) -> None:
        redis.Redis(port=self.port).flushall()

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)


def eventually(holds: Callable[[], bool], seconds: float = 40) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    made = Broker(tmp_path)
    made.start()
    yield made
    made.stop()


def test_a_hint_is_heard_and_a_broker_that_forgets_or_dies_takes_nothing_with_it(broker: Broker) -> None:
    heard = threading.Event()
    worker, web = CeleryHints(broker.url, heard.set), CeleryHints(broker.url, lambda: None)
    web.start(listen=False)
    worker.start(listen=True)

    def is_heard() -> bool:
        heard.clear()
        web.kick()
        return heard.wait(2)

    assert eventually(is_heard), "a worker hears a hint"
    broker.empty()
    assert eventually(is_heard), "after the broker forgot everything"
    broker.stop()
    before = time.monotonic()
    for _ in range(100):
        web.kick()
    assert time.monotonic() - before < 0.5, "a dead broker makes nobody wait"
    broker.start()
    assert eventually(is_heard, 60), "after the broker came back"
    web.stop()
    worker.stop()
