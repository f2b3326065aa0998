"""Killed for real (SIGKILL) after WeCom took a message and before we noted it: nobody gets a second one, nothing is missing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.app import Application, create_app
from bot.outbox import Address, Note
from bot.reply import Button, Card, CardState, Content
from bot.settings import load_settings
from models.chat import OutboxRow, OutboxState
from models.demo import load_demo
from tests.bot.adapters.wecom.conftest import eventually
from tests.fakes.wecom.server import FakeWecom, fake_wecom
from tests.fakes.wecom.state import AGENT, CORP, SECRET
from tests.fakes.wecom.vectors import OFFICIAL

CARD = Card("拜访提醒", "7号门店 14:00", buttons=(Button("已完成", "visit.ok~42~sig"),))
LONG = "".join(chr(0x4E00 + number) for number in range(1500))


@pytest.fixture
def wecom() -> Iterator[FakeWecom]:
    with fake_wecom() as fake:
        fake.state.everybody = True
        yield fake


@pytest.fixture
def config(tmp_path: Path, wecom: FakeWecom) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(
        f"""
        [database]
        url = "sqlite:///{tmp_path}/bot.db"
        media_dir = "{tmp_path}/media"
        [wecom]
        corp_id = "{CORP}"
        agent_id = {AGENT}
        secret = "{SECRET}"
        token = "{OFFICIAL[0]}"
        aes_key = "{OFFICIAL[1]}"
        api_base = "{wecom.url}"
        """
    )
    return path


@pytest.fixture
def office(config: Path) -> Iterator[Application]:
    application = create_app(load_settings(config))
    with application.services.database.write() as session:
        load_demo(session, now=application.services.clock.now(), platform="wecom")
    yield application
    application.services.database.close()


WORKER = """
import pathlib, signal, sys, threading
from bot.app import Parts, create_app
from bot.settings import load_settings
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
runtime = create_app(load_settings(pathlib.Path(sys.argv[1])), Parts(workers=1)).runtime
runtime.start()
stop.wait()
runtime.stop()
"""
"""What `python -m bot worker` does, without a photo reader, which takes seconds to start."""


class Worker:
    """A worker process of its own."""

    def __init__(self, config: Path) -> None:
        command = [sys.executable, "-c", WORKER, str(config)]
        root = Path(__file__).parents[2]
        self.process = subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(20)


def owe(office: Application, content: Content, key: str) -> None:
    with office.services.database.write() as session:
        note = Note(key, content, is_push=False)
        office.services.outbox.owe(session, Address(person_id="linke"), note, office.services.clock.now())


def state_of(office: Application, key: str) -> Any:
    with office.services.database.read() as session:
        return session.scalars(select(OutboxRow.state).where(OutboxRow.key == key)).one()


def let_claims_lapse(office: Application) -> None:
    """A minute passes."""
    with office.services.database.write() as session:
        now = office.services.clock.now()
        session.execute(update(OutboxRow).where(OutboxRow.claimed_by.is_not(None)).values(claimed_until=now))


@pytest.mark.parametrize(
    ("content", "calls_before", "phone"),
    [(CARD, 0, ["template_card"]), (LONG, 1, ["text"] * 3)],
    ids=["card", "second part of a long text"],
)
def test_killed_between_sending_and_marking(
    office: Application, wecom: FakeWecom, config: Path, content: Content, calls_before: int, phone: list[str]
) -> None:
    killed: list[Worker] = []
    wecom.state.fail("message/send", *[None] * calls_before, lambda: killed[0].kill())  # noqa: PLW0108  # it does not exist yet
    owe(office, content, "remind:42:1@p:linke")
    killed.append(Worker(config))
    assert killed[0].process.wait(60) == -signal.SIGKILL
    assert len(wecom.state.phone("linke")) == calls_before + 1
    assert state_of(office, "remind:42:1@p:linke") == OutboxState.WAITING
    let_claims_lapse(office)
    second = Worker(config)
    eventually(lambda: state_of(office, "remind:42:1@p:linke") == OutboxState.SENT, 60)
    second.end()
    assert [message.kind for message in wecom.state.phone("linke")] == phone
    if isinstance(content, str):
        assert "".join(wecom.state.texts("linke")) == content


def test_a_card_that_changes_after_its_sender_died_is_not_shown_twice(
    office: Application, wecom: FakeWecom, config: Path
) -> None:
    killed: list[Worker] = []
    wecom.state.fail("message/send", lambda: killed[0].kill())  # noqa: PLW0108  # it does not exist yet
    owe(office, CARD, "remind:42:1@p:linke")
    killed.append(Worker(config))
    assert killed[0].process.wait(60) == -signal.SIGKILL
    with office.services.database.write() as session:
        taken_back = CARD.closed("已撤销", state=CardState.VOID)
        assert office.services.outbox.change(session, "remind:42:1@p:linke", taken_back, office.services.clock.now())
    let_claims_lapse(office)
    second = Worker(config)
    eventually(lambda: state_of(office, "remind:42:1@p:linke") == OutboxState.SENT, 60)
    second.end()
    assert [message.kind for message in wecom.state.phone("linke")] == ["template_card"]
