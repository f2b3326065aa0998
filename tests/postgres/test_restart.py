"""A PostgreSQL that dies under load and comes back, and one whose tables change meanwhile: nothing lost, nothing twice."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, inspect, select

from bot.inbox import InboxUnavailable
from bot.runtime import Runtime
from bot.update import Chat, ChatKind, Update, UpdateKind
from models.chat import InboxRow, InboxState
from models.schema import MIGRATIONS, upgrade
from scheduler.job import JOBS, Ticker
from tests.chat import Company
from tests.models.database import Server, postgres_server

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(240)]
PEOPLE = ("zhouhang", "linke", "sun")
EACH = 20
STEP = '''"""A release later."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0002", "0001", None, None


def upgrade() -> None:
    op.add_column("inbox", sa.Column("later", sa.String(), nullable=True))
    op.add_column("outbox", sa.Column("later", sa.String(), nullable=True))
    op.create_index("ix_inbox_later", "inbox", ["later"])


def downgrade() -> None:
    raise NotImplementedError
'''


@pytest.fixture
def own_server() -> Iterator[Server]:
    with postgres_server() as server:
        yield server


@contextmanager
def at_work(company: Company) -> Iterator[None]:
    """Let workers and senders run, as a process does."""
    services = company.app.services
    runtime = Runtime(services, Ticker(services, JOBS), alarm=None, workers=3)
    runtime.start()
    try:
        yield
    finally:
        runtime.stop()


def talk(company: Company) -> threading.Thread:
    """Let everybody send his messages, each until it is taken."""

    def speak() -> None:
        for number in range(EACH):
            for who in PEOPLE:
                _deliver(company, who, number)

    thread = threading.Thread(target=speak)
    thread.start()
    return thread


def _deliver(company: Company, who: str, number: int) -> None:
    words = Update(
        id=f"{who}-{number}", platform="practice", bot="bot", chat=Chat(ChatKind.DIRECT, who), sender_id=who,
        kind=UpdateKind.TEXT, at=company.now, received_at=company.now, text=f"撤销 V-20200101-{number + 1:03}",
    )  # fmt: skip
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            company.runtime.receive(words)
        except InboxUnavailable:
            threading.Event().wait(0.1)
        else:
            return
    raise AssertionError("never taken")


def check(company: Company) -> None:
    """Wait until everything is handled and sent, then count."""
    until = time.monotonic() + 90
    while len(company.platform.shown) < EACH * len(PEOPLE):
        assert time.monotonic() < until, f"{len(company.platform.shown)} answers after 90 s"
        threading.Event().wait(0.1)
    with company.session() as session:
        done = session.scalar(select(func.count()).select_from(InboxRow).where(InboxRow.state == InboxState.DONE))
    assert done == EACH * len(PEOPLE)
    for who in PEOPLE:
        told = [shown.text for shown in company.inbox(who)]
        assert [number for number in range(EACH) if f"V-20200101-{number + 1:03}" in told[number]] == list(range(EACH))


def test_a_server_that_dies_under_load_costs_nothing(own_server: Server, tmp_path: Path) -> None:
    company = Company(tmp_path, database={"url": own_server.new(), "media_dir": f"{tmp_path}/media"})
    with at_work(company):
        talking = talk(company)
        for _ in range(2):
            threading.Event().wait(1)
            own_server.crash()
            threading.Event().wait(0.5)
            own_server.start()
        talking.join(120)
        check(company)
    company.close()


def test_an_upgrade_while_people_talk_costs_nothing(server: Server, tmp_path: Path) -> None:
    company = Company(tmp_path, database={"url": server.new(), "media_dir": f"{tmp_path}/media"})
    later = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, later)

    (later / "versions" / "0002_later.py").write_text(STEP, "utf-8")
    with at_work(company):
        talking = talk(company)
        threading.Event().wait(0.5)
        upgrade(company.database, later)
        talking.join(120)
        check(company)
    assert "later" in {column["name"] for column in inspect(company.database.engine).get_columns("outbox")}
    company.close()
