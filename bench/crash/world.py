"""The world of a crash run: a company on both platforms, its configuration, its database, and the platforms themselves."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.app import signing_key
from bot.calendar import company_calendar
from bot.clock import SystemClock
from bot.settings import Settings, load_settings
from models.db import Database
from models.deadline import Start, Subject, start_deadline
from models.demo import load_demo
from models.person import Account, Person
from models.rules.clocks import CLOCKS
from models.schema import upgrade
from models.world import World
from tests.fakes.dingtalk.server import FakeDingtalk
from tests.fakes.wecom.server import FakeWecom, fake_wecom
from tests.fakes.wecom.state import AGENT, CORP, SECRET
from tests.fakes.wecom.vectors import OFFICIAL

WECOM, DINGTALK = "wecom", "dingtalk"
CLOCK = "quote_feedback"
SOON = timedelta(hours=20)
"""When that clock tells its owner first."""
ZONE = ZoneInfo("Asia/Shanghai")

CONFIG = """
[database]
url = "{url}"
media_dir = "{folder}/media"
[server]
port = {port}
threads = 16
[queue]
broker = "{broker}"
[wecom]
corp_id = "{corp}"
agent_id = {agent}
secret = "{secret}"
token = "{token}"
aes_key = "{aes_key}"
api_base = "{wecom}"
[dingtalk]
client_id = "{client_id}"
client_secret = "{client_secret}"
corp_id = "dingcorp1"
mode = "http"
card_template_id = "template-1"
card_route_key = "route-1"
card_secret = "card-secret"
api_base = "{dingtalk}"
oapi_base = "{dingtalk}"
monthly_api_limit = 100000000
monthly_message_limit = 100000000
[calendar]
quiet_hours = "00:00-00:00"
[rules.push]
daily_budget = 1000
[rules.daily_report]
enabled = false
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How much happens: messages in all, by so many people, so many processes, so many deaths."""

    messages: int = 5000
    people: int = 250
    webs: int = 2
    workers: int = 3
    schedulers: int = 2
    kills: int = 30
    talkers: int = 12
    seed: int = 20261116

    @property
    def each(self) -> int:
        """Messages a person sends: whole rounds of four."""
        return max(4, self.messages // self.people // 4 * 4)


@dataclass(frozen=True, slots=True)
class Office:
    """A company, the platforms it is on, and where its configuration lies."""

    folder: Path
    database: Database
    settings: Settings
    wecom: FakeWecom
    dingtalk: FakeDingtalk
    size: Size

    def people(self) -> list[tuple[str, str]]:
        """Return (person, platform); every other one is on DingTalk."""
        return [(f"p{number}", (WECOM, DINGTALK)[number % 2]) for number in range(self.size.people)]

    def config(self, number: int) -> Path:
        """Return the configuration of the web process with this number; the others take the first."""
        return self.folder / f"config-{number}.toml"

    def port(self, number: int) -> int:
        """Return where that process listens."""
        return load_settings(self.config(number)).server.port


@contextmanager
def office(folder: Path, url: str, size: Size, *, broker: str = "") -> Iterator[Office]:
    """Build a company whose processes are not running yet."""
    with ExitStack() as stack:
        wecom = stack.enter_context(fake_wecom())
        wecom.state.everybody, wecom.state.clock = True, SystemClock().now
        dingtalk = stack.enter_context(FakeDingtalk(SystemClock().now))
        for number in range(size.webs):
            text = CONFIG.format(
                url=url, folder=folder, port=_free_port(), broker=broker, corp=CORP, agent=AGENT, secret=SECRET,
                token=OFFICIAL[0], aes_key=OFFICIAL[1], wecom=wecom.url, dingtalk=dingtalk.base,
                client_id=dingtalk.state.client_id, client_secret=dingtalk.state.client_secret,
            )  # fmt: skip
            (folder / f"config-{number}.toml").write_text(text, "utf-8")
        database = Database(url)
        stack.callback(database.close)
        upgrade(database)
        signing_key(database)
        made = Office(folder, database, load_settings(folder / "config-0.toml"), wecom, dingtalk, size)
        _hire(made)
        yield made


def _hire(made: Office) -> None:
    now = SystemClock().now()
    with made.database.write() as session:
        load_demo(session, now=now, platform=WECOM)
        for person, platform in made.people():
            session.add(Person(id=person, name=f"人{person}", role="rep", manager_id="chenmin"))
            session.flush()
            session.add(Account(platform=platform, account_id=person, person_id=person))
            made.dingtalk.state.people[person] = {"name": f"人{person}"}


def plant(made: Office, *, over: float) -> int:
    """Let one clock of every person fall due at a random instant of the next `over` seconds; returns how many."""
    dice = random.Random(made.size.seed)
    now = SystemClock().now()
    calendar = company_calendar(made.settings, {})
    with made.database.write() as session:
        for person, _ in made.people():
            due_at: datetime = now + timedelta(seconds=dice.uniform(1, over))
            world = World(session, calendar, due_at - SOON)
            start_deadline(session, CLOCKS[CLOCK], Subject("quote", f"Q-{person}"), Start(person, due_at - SOON), world)
    return made.size.people


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
