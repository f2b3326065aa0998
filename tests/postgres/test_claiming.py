"""Two processes that look for something to send at the same moment never send to one person at once, nor out of order."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.claims import Keeper
from bot.outbox import NORMAL, URGENT, Address, Note
from bot.sender import Sender
from tests.chat import Company
from tests.stores import choose

pytestmark = pytest.mark.postgres
PATIENCE = 20.0


@pytest.fixture
def company(store: str, tmp_path: Path) -> Iterator[Company]:
    with choose("postgres"):
        made = Company(tmp_path)
        yield made
        made.close()


@dataclass
class Slow:
    """The time as a process reads it that stops for a while in the middle of a claim: its row is locked and not yet marked."""

    company: Company
    in_the_middle: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)
    looks: int = 0

    def now(self) -> datetime:
        self.looks += 1
        if self.looks == 2:  # the first look is for what is free, the second for how long the claim holds
            self.in_the_middle.set()
            self.go_on.wait(PATIENCE)
        return self.company.runtime.lease_clock.now()


def owe(company: Company, key: str, priority: int) -> None:
    services = company.app.services
    with services.database.write() as session:
        note = Note(key, key, is_push=False, priority=priority)
        services.outbox.owe(session, Address(person_id="linke"), note, company.now)


def slow_sender(company: Company, slow: Slow) -> Sender:
    services = company.app.services
    return Sender(
        services.database, services.adapters, claims=Keeper(services.database, "other"), lease_now=slow.now,
        alarm=lambda *_: None, postpone=services.outbox.postpone,
    )  # fmt: skip


def somebody_waits(company: Company) -> bool:
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory'"
    with company.database.read() as session:
        return bool(session.scalar(text(waiting)))


def test_an_urgent_message_does_not_pass_one_that_is_being_claimed(company: Company) -> None:
    slow = Slow(company)
    owe(company, "answer", NORMAL)
    first = threading.Thread(target=slow_sender(company, slow).run_once, args=(company.now,))
    first.start()
    assert slow.in_the_middle.wait(PATIENCE)
    owe(company, "urgent", URGENT)
    second = threading.Thread(target=company.runtime.send_once)
    second.start()
    until = time.monotonic() + PATIENCE
    while second.is_alive() and not somebody_waits(company) and time.monotonic() < until:
        second.join(0.01)
    slow.go_on.set()
    for each in (first, second):
        each.join(PATIENCE)
    company.settle()
    assert [delivery.recipients[0].key for delivery in company.platform.attempts] == ["answer", "urgent"]
