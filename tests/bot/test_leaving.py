"""A process that is asked to leave while it speaks to a platform hears the answer out: nothing is of unknown fate, nothing is sent again."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.adapters.base import Delivery, Outcome
from bot.app import Application, Parts, create_app
from bot.clock import PracticeClock
from bot.hints import Lane
from bot.outbox import Address, Note
from bot.settings import parse_settings
from models.chat import OutboxRow, OutboxState
from models.demo import load_demo
from tests.chat import FakePlatform, shanghai
from tests.stores import fresh_url

PATIENCE = 20.0


@dataclass
class SlowPlatform(FakePlatform):
    """Takes its time with an answer."""

    asked: threading.Event = field(default_factory=threading.Event)
    answer: threading.Event = field(default_factory=threading.Event)

    def send(self, delivery: Delivery) -> Sequence[Outcome]:
        self.asked.set()
        self.answer.wait(PATIENCE)
        return super().send(delivery)


@pytest.fixture
def platform() -> SlowPlatform:
    return SlowPlatform()


@pytest.fixture
def running(tmp_path: Path, platform: SlowPlatform) -> Iterator[Application]:
    raw = {"database": {"url": fresh_url(tmp_path), "media_dir": f"{tmp_path}/media"}}
    clock = PracticeClock(shanghai("2026-11-16 09:10"), frozen=True)
    app = create_app(parse_settings(raw), Parts(clock=clock, adapters=lambda _: {"practice": platform}, workers=1))
    with app.services.database.write() as session:
        load_demo(session, now=clock.now())
    app.runtime.start()
    yield app
    app.services.database.close()


def test_a_message_on_its_way_is_marked_before_the_process_leaves(running: Application, platform: SlowPlatform) -> None:
    services = running.services
    with services.database.write() as session:
        services.outbox.owe(session, Address(person_id="linke"), Note("k", "提醒", priority=1), services.clock.now())
    running.runtime.wake(Lane.OUTBOX)
    assert platform.asked.wait(PATIENCE)
    leaving = threading.Thread(target=running.runtime.stop)
    leaving.start()
    leaving.join(0.2)
    assert leaving.is_alive(), "it waits for the platform"
    platform.answer.set()
    leaving.join(PATIENCE)
    with services.database.read() as session:
        assert session.scalars(select(OutboxRow.state).where(OutboxRow.key == "k")).one() == OutboxState.SENT
    assert len(platform.attempts) == 1
