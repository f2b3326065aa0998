"""Hints through Celery and a real Redis: heard, and a broker that forgets or dies takes nothing with it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.celery_hints import CeleryHints
from bot.hints import Lane
from tests.redis_server import WHY_NOT, Broker, eventually

pytestmark = [
    pytest.mark.skipif(WHY_NOT is not None, reason=WHY_NOT or ""),
    pytest.mark.filterwarnings("default"),  # Celery's own libraries warn about one another
]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    made = Broker(tmp_path)
    made.start()
    yield made
    made.stop()


def test_a_hint_is_heard_and_a_broker_that_forgets_or_dies_takes_nothing_with_it(broker: Broker) -> None:
    lanes: list[Lane] = []
    worker, web = CeleryHints(broker.url, lanes.append), CeleryHints(broker.url, lambda _: None)
    web.start(listen=False)
    worker.start(listen=True)

    def is_heard() -> bool:
        lanes.clear()
        web.kick(Lane.OUTBOX)
        return eventually(lambda: lanes == [Lane.OUTBOX], 2)

    assert eventually(is_heard), "a worker hears a hint"
    broker.empty()
    assert eventually(is_heard), "after the broker forgot everything"
    broker.stop()
    before = time.monotonic()
    for _ in range(100):
        web.kick(Lane.INBOX)
    assert time.monotonic() - before < 0.5, "a dead broker makes nobody wait"
    broker.start()
    assert eventually(is_heard, 60), "after the broker came back"
    web.stop()
    worker.stop()
