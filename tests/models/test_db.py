"""Transactions of two processes on one SQLite file: a turn that reads before it writes waits for its turn and loses nothing."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from models.chat import SettingRow, get_setting, put_setting
from models.db import PATIENCE, Base, Database

EACH = 20


def test_who_reads_before_he_writes_waits_instead_of_failing(tmp_path: Path) -> None:
    processes = [Database(f"sqlite:///{tmp_path}/a.db") for _ in range(3)]
    Base.metadata.create_all(processes[0].engine)
    with processes[0].write() as session:
        put_setting(session, "count", 0)

    def count(database: Database) -> None:
        for _ in range(EACH):
            with database.write() as session:
                put_setting(session, "count", get_setting(session, "count") + 1)

    with ThreadPoolExecutor(len(processes)) as pool:
        for done in [pool.submit(count, database) for database in processes]:
            done.result()
    with processes[0].read() as session:
        assert get_setting(session, "count") == EACH * len(processes)
    for database in processes:
        database.close()


def test_a_server_that_takes_the_call_and_says_nothing_is_given_up_in_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        database = Database(f"postgresql+psycopg://bot@127.0.0.1:{deaf.getsockname()[1]}/bot")
        before = time.monotonic()
        with pytest.raises(OperationalError):
            database.server_now()
        assert time.monotonic() - before < PATIENCE["connect_timeout"] + 5
        database.close()


def test_a_session_for_reading_refuses_to_write(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/a.db")
    Base.metadata.create_all(database.engine)
    with database.read() as session, pytest.raises(RuntimeError, match="for reading"):
        put_setting(session, "count", 0)
    with database.read() as session:
        session.add(SettingRow(name="count", value=0))
        with pytest.raises(RuntimeError, match="for reading"):
            session.flush()
    with database.read() as session:
        assert get_setting(session, "count") is None
    database.close()
