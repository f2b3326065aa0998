"""Real processes on one PostgreSQL: `web`, `worker` and two `scheduler`s. Killed at random they are in `tests/bench/test_crash.py`."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import func, select

from bot.app import signing_key
from models.chat import InboxRow, InboxState, OutboxRow, OutboxState, put_setting
from models.db import Database
from models.demo import load_demo
from models.practice import BOT, PracticeMessage
from models.schema import upgrade
from models.visit import Visit
from tests.chat import SHANGHAI
from tests.models.database import Server

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(400)]
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Cluster:
    """The processes by name, and the database they share."""

    folder: Path
    database: Database
    port: int
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", "bot", name.partition("-")[0], "--config", str(self.folder / "config.toml")],
                cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            )  # fmt: skip

    def kill(self, name: str) -> None:
        self.running[name].kill()
        self.running[name].wait(20)

    def stop(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)

    def say(self, who: str, text: str, client_id: str) -> None:
        """Post until it is taken, as a platform delivers again until it is answered."""
        body = {"from": who, "chat": "direct", "text": text, "client_id": client_id}

        def taken() -> bool:
            try:
                answer = requests.post(f"http://127.0.0.1:{self.port}/practice/api/messages", json=body, timeout=10)
            except requests.RequestException:
                return False
            assert answer.status_code in {202, 500, 503}, answer.text
            return answer.status_code == 202

        eventually(taken, 120)

    def count(self, table: Any, *conditions: Any) -> int:
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0

    def is_quiet(self) -> bool:
        owed = self.count(OutboxRow, OutboxRow.state.in_([OutboxState.WAITING, OutboxState.CHANGED]))
        return owed == 0 and self.count(InboxRow, InboxRow.state == InboxState.NEW) == 0


def eventually(holds: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        threading.Event().wait(0.1)


@pytest.fixture
def cluster(server: Server, tmp_path: Path) -> Iterator[Cluster]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = server.new()
    today = datetime.now(SHANGHAI).date()  # noqa: TID251  # the processes live in real time
    days = [(today - timedelta(days=back)).isoformat() for back in range(2)]
    (tmp_path / "config.toml").write_text(
        f"""
        [database]
        url = "{url}"
        media_dir = "{tmp_path}/media"
        [server]
        port = {port}
        [practice]
        enabled = true
        [calendar]
        quiet_hours = "00:00-00:00"
        extra_workdays = {days}
        [rules.daily_report]
        push_after = "0s"
        """
    )
    database = Database(url)
    upgrade(database)
    signing_key(database)
    with database.write() as session:
        load_demo(session, now=datetime.now(UTC))  # noqa: TID251  # as above
    made = Cluster(tmp_path, database, port)
    yield made
    made.stop()
    database.close()


def test_a_message_goes_through_three_processes_and_time_pushes_once(cluster: Cluster) -> None:
    with cluster.database.write() as session:  # the last occurrence was missed while nothing ran
        yesterday = datetime.now(UTC) - timedelta(days=1)  # noqa: TID251  # the processes live in real time
        put_setting(session, "job:daily_report.tell_groups", yesterday.isoformat())
    for name in ("web", "worker-1", "scheduler-1", "scheduler-2"):
        cluster.start(name)
    cluster.say("zhouhang", "拜访 华东机械", "c1")
    in_direct = (PracticeMessage.sender == BOT, PracticeMessage.chat_id == "zhouhang")
    eventually(lambda: cluster.count(PracticeMessage, *in_direct) == 1, 90)
    assert cluster.count(Visit) == 1
    in_group = (PracticeMessage.sender == BOT, PracticeMessage.chat_kind == "group")
    eventually(lambda: cluster.count(PracticeMessage, *in_group) >= 1, 90)
    eventually(cluster.is_quiet, 60)
    groups = cluster.count(PracticeMessage, *in_group)
    with cluster.database.read() as session:
        chats = session.scalars(select(PracticeMessage.chat_id).where(*in_group)).all()
    assert len(set(chats)) == groups, "a group was told twice"
