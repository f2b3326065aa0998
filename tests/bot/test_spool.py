"""What comes in while a turn holds the one writer of SQLite is stored beside it, acknowledged, and handled once and in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select

from bot.update import Chat, ChatKind, Update, UpdateKind
from models.chat import InboxRow
from tests.chat import Company

pytestmark = pytest.mark.sqlite_only


def message(company: Company, id_: str, text: str = "帮助") -> Update:
    return Update(
        id=id_, platform="practice", bot="bot", chat=Chat(ChatKind.DIRECT, "zhouhang"), sender_id="zhouhang",
        kind=UpdateKind.TEXT, at=company.now, received_at=company.now, text=text,
    )  # fmt: skip


@contextmanager
def somebody_writes(company: Company) -> Iterator[None]:
    """Hold the write lock in another thread, as a turn that takes long does."""
    begun, done = threading.Event(), threading.Event()

    def hold() -> None:
        with company.database.write() as session:
            session.execute(select(1))
            begun.set()
            done.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    begun.wait(10)
    try:
        yield
    finally:
        done.set()
        thread.join()


def test_a_long_turn_delays_no_acknowledgement(company: Company) -> None:
    with somebody_writes(company):
        before = time.monotonic()
        assert company.runtime.receive(message(company, "m1"))
        assert time.monotonic() - before < 1.0
    company.settle()
    assert "/帮助" in company.said("zhouhang")


def test_what_was_set_aside_is_handled_once_and_in_order(company: Company) -> None:
    with somebody_writes(company):
        for number in range(20):
            company.runtime.receive(message(company, f"m{number}", f"没有这个命令 {number}"))
        company.runtime.receive(message(company, "m3", "没有这个命令 3"))
    company.settle()
    with company.session() as session:
        ids = list(session.scalars(select(InboxRow.update_id).order_by(InboxRow.id)))
    assert ids == [f"m{number}" for number in range(20)]


def test_a_new_process_moves_what_the_old_one_set_aside(company: Company) -> None:
    with somebody_writes(company):
        company.runtime.receive(message(company, "m1"))
        company.runtime.inbox.stop()
    with company.session() as session:
        assert session.scalar(select(func.count(InboxRow.id))) == 0
    company.runtime.inbox.start()
    deadline = time.monotonic() + 10
    while company.runtime.inbox.spooled and time.monotonic() < deadline:
        time.sleep(0.02)
    company.settle()
    assert "/帮助" in company.said("zhouhang")


@pytest.mark.parametrize("again", [1, 3])
def test_a_redelivery_of_a_known_message_is_not_new(company: Company, again: int) -> None:
    company.runtime.receive(message(company, "m1"))
    with somebody_writes(company):
        assert [company.runtime.receive(message(company, "m1")) for _ in range(again)] == [False] * again
    company.settle()
    assert company.said("zhouhang").count("我能帮你") == 1
