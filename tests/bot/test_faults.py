"""What happens to a company when its machine misbehaves: disk full, a locked database, a clock that jumps, a deadly message."""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from bot import inbox as inbox_module
from bot.claims import SHARED
from bot.clock import ServerClock, SystemClock
from bot.inbox import MAX_ATTEMPTS, InboxUnavailable
from bot.runtime import SUSPECT
from bot.update import Chat, ChatKind, Media, MediaKind, Update, UpdateKind
from models.chat import InboxRow, InboxState
from tests.chat import Company

MANY = 400
NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)


def _update(company: Company, number: int, words: str = "帮助") -> Update:
    return Update(
        id=f"f{number}", platform="practice", bot="bot", chat=Chat(ChatKind.DIRECT, "linke"), sender_id="linke",
        kind=UpdateKind.TEXT, at=company.now, received_at=company.now, text=words,
    )  # fmt: skip


def _stored(company: Company) -> int:
    with company.session() as session:
        return session.scalar(select(func.count()).select_from(InboxRow)) or 0


def _received_until_refused(company: Company) -> int:
    for number in range(MANY):
        try:
            company.runtime.receive(_update(company, number, "帮助 " + "很长" * 1000))
        except InboxUnavailable:
            return number
    return MANY


@pytest.mark.sqlite_only
def test_a_full_disk_refuses_and_heals(company: Company) -> None:
    def room(pages: int) -> None:  # the limit belongs to a connection: every one of the pool gets it
        company.database.engine.dispose()
        with company.database.write() as session:
            session.execute(text(f"PRAGMA max_page_count = {pages}"))

    with company.session() as session:
        used = session.scalar(text("PRAGMA page_count"))
    room(int(used or 0) + 2)
    taken = _received_until_refused(company)
    assert taken < MANY
    assert _stored(company) == taken, "what was acknowledged is there, and nothing else"
    room(1_000_000)
    assert company.runtime.receive(_update(company, 999))
    assert _stored(company) == taken + 1
    with company.session() as session:
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"


def test_a_picture_there_is_no_room_for_waits_until_there_is(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = Media(MediaKind.IMAGE, ref={"id": "p1"}, name="p1.jpg")
    company.platform.files["p1"] = b"a picture"

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        company.runtime.receive(replace(_update(company, 1, ""), kind=UpdateKind.IMAGE, media=(picture,)))
        for _ in range(2 * MAX_ATTEMPTS):
            assert company.runtime.work_once()
            _half_a_minute_passes(company)
    assert company.inbox("linke") == [], "neither parked nor called broken"
    company.settle()
    assert company.app.services.media.get(sha256(b"a picture").hexdigest()) == b"a picture"
    with company.session() as session:
        assert session.scalars(select(InboxRow.state)).one() == InboxState.DONE


def _half_a_minute_passes(company: Company) -> None:
    """Let what was put off be due: claims run in real time."""
    with company.database.write() as session:
        session.execute(update(InboxRow).values(claimed_until=None))


@pytest.mark.sqlite_only
def test_a_database_locked_by_another_program_only_delays(company: Company, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "bot.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    let_go = threading.Timer(3, lambda: other.execute("COMMIT"))
    let_go.start()
    assert company.runtime.receive(_update(company, 1))
    let_go.join()
    company.settle()
    assert len(company.inbox("linke")) == 1
    other.close()


@contextmanager
def _nothing_may_be_written(company: Company) -> Iterator[None]:
    """Make the database read-only for every connection there will be."""
    name = company.database.engine.url.database

    def forbid(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA query_only = ON")

    def allow_writing(*, allowed: bool) -> None:
        if company.database.is_sqlite:
            (event.remove if allowed else event.listen)(company.database.engine, "connect", forbid)
        else:
            with company.database.engine.connect() as admin, admin.begin():
                admin.execute(text("SET TRANSACTION READ WRITE"))
                admin.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = {not allowed}"))
        company.database.engine.dispose()

    allow_writing(allowed=False)
    try:
        yield
    finally:
        allow_writing(allowed=True)


def test_a_database_that_became_read_only_refuses_and_heals(company: Company) -> None:
    company.say("linke", "帮助")
    with _nothing_may_be_written(company):
        with pytest.raises(InboxUnavailable):
            company.runtime.receive(_update(company, 1))
        with pytest.raises(SQLAlchemyError):
            company.runtime.work_once()
    assert _stored(company) == 1
    assert company.runtime.receive(_update(company, 1)), "what was refused comes again"
    company.settle()
    assert len(company.inbox("linke")) == 2


@pytest.mark.parametrize("hours", [1, -1, 24, -24])
def test_time_neither_stalls_nor_runs_back_when_the_system_clock_jumps(hours: int) -> None:
    wall, steady = [NOON], [100.0]
    clock = SystemClock(lambda: wall[0], lambda: steady[0])
    before = clock.now()
    wall[0] += timedelta(hours=hours, seconds=1)
    steady[0] += 1
    after = clock.now()
    expected = timedelta(seconds=1) + timedelta(hours=max(hours, 0))
    assert after - before == expected


def test_a_server_that_does_not_answer_leaves_its_clock_running() -> None:
    steady = [0.0]
    answers = [NOON]

    def ask() -> datetime:
        if not answers:
            raise ConnectionError
        return answers.pop()

    clock = ServerClock(ask, lambda: steady[0])
    steady[0] = 3600.0
    assert clock.now() == NOON + timedelta(hours=1)
    steady[0] = 3700.0
    answers.append(NOON + timedelta(hours=2))
    assert clock.now() == NOON + timedelta(hours=2)


@pytest.mark.sqlite_only
def test_a_process_that_is_killed_again_and_again_blames_no_message(company: Company) -> None:
    company.runtime.receive(_update(company, 1))
    for number in range(2 * MAX_ATTEMPTS):  # started, and killed before anything was done
        company.runtime._recover()
        inbox_module.claim(company.database, token=f"dead{number}", now=company.runtime.lease_clock.now())
    company.runtime._recover()
    with company.session() as session:
        assert session.scalars(select(InboxRow.attempts)).one() == SUSPECT
    calm = company.runtime.lease_clock.now() + SHARED
    assert inbox_module.claim(company.database, token="calm", now=calm) is not None


def test_a_message_that_kills_whoever_takes_it_is_parked_and_told(company: Company) -> None:
    company.runtime.receive(_update(company, 1))
    at = company.runtime.lease_clock.now()
    for number in range(MAX_ATTEMPTS):  # claimed, and the process died
        assert inbox_module.claim(company.database, token=f"dead{number}", now=at + number * timedelta(hours=1))
    with company.database.write() as session:
        session.execute(text("UPDATE inbox SET claimed_until = NULL"))
    company.settle()
    with company.session() as session:
        assert session.scalars(select(InboxRow.state)).one() == InboxState.PARKED
    assert "没处理成功" in company.last("linke").text
    assert "一条消息处理失败" in company.said("akai")
    company.say("linke", "帮助")
    assert "没处理成功" not in company.last("linke").text
