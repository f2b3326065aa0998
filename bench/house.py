"""The product as real processes: `serve` on SQLite, or `web`, `worker`, `scheduler` on PostgreSQL; a company of any size."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from sqlalchemy import insert

from bench.processes import spawn, stop_all
from bot.app import signing_key
from bot.clock import SystemClock
from bot.settings import load_settings
from models.db import Database
from models.demo import load_demo
from models.person import Account, Person
from models.schema import upgrade
from tests.fakes.wecom.state import AGENT, CORP, SECRET
from tests.fakes.wecom.vectors import OFFICIAL

START_SECONDS = 150
STOP_SECONDS = 20
MB = 1024 * 1024
ONE_BOX = ("serve",)
CLUSTER = ("web", "worker-1", "worker-2", "scheduler")


@dataclass
class House:
    """Processes by name, and the database they share. Start them with `start`, look at `database` beside them."""

    folder: Path
    database: Database
    port: int
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where the callbacks go."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, *names: str) -> None:
        """Start processes by name and wait until the one with the web part answers."""
        for name in names:
            self.spawn(name)
        if {"serve", "web"} & set(names):
            wait_for(self.port)

    def spawn(self, name: str) -> None:
        """Start a process (again) and wait for nothing."""
        role = name.partition("-")[0]
        self.running[name] = spawn(role, self.folder / "config.toml", self.folder / f"{name}.log")

    def kill(self, name: str) -> None:
        """Kill a process at once."""
        self.running[name].kill()
        self.running[name].wait(STOP_SECONDS)

    def stop(self) -> None:
        """Ask everything to stop and wait for it."""
        stop_all(self.running.values(), STOP_SECONDS)

    def memory(self, name: str) -> tuple[float, float]:
        """Return the resident megabytes of a process and of its children (picture readers)."""
        return memory_of(self.running[name].pid)


def memory_of(pid: int) -> tuple[float, float]:
    """Return the resident megabytes of a process and of its children."""
    try:
        process = psutil.Process(pid)
        children = sum(child.memory_info().rss for child in process.children(recursive=True))
        return process.memory_info().rss / MB, children / MB
    except psutil.NoSuchProcess:
        return 0.0, 0.0


def wait_for(port: int, seconds: float = START_SECONDS) -> None:
    """Wait until something answers HTTP on a port; raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except urllib.error.HTTPError:  # it answers, whatever it says
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"nothing answers on port {port}")


def free_port() -> int:
    """Return a port of loopback that is free now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def rep(number: int) -> str:
    """Return the account, and person id, of a rep beyond the demo company."""
    return f"rep{number:05d}"


CONFIG = """
[database]
url = "{url}"
media_dir = "{folder}/media"
[server]
port = {port}
[wecom]
corp_id = "{corp}"
agent_id = {agent}
secret = "{secret}"
token = "{token}"
aes_key = "{aes_key}"
api_base = "{platform}"
[calendar]
quiet_hours = "00:00-00:00"
[rules.daily_report]
enabled = false
{more}
"""


def written(folder: Path, platform: str, port: int, *, url: str = "", more: str = "") -> Path:
    """Write the configuration of a company on a loopback WeCom; returns its file."""
    folder.mkdir(parents=True, exist_ok=True)
    names = {
        "url": url or f"sqlite:///{folder}/bot.db", "folder": folder, "port": port, "corp": CORP, "agent": AGENT,
        "secret": SECRET, "token": OFFICIAL[0], "aes_key": OFFICIAL[1], "platform": platform, "more": more,
    }  # fmt: skip
    path = folder / "config.toml"
    path.write_text(CONFIG.format(**names))
    return path


@contextmanager
def house(folder: Path, platform: str, *, people: int, url: str = "", more: str = "") -> Iterator[House]:
    """Set a company of `people` reps up on a fresh database; nothing runs yet. Stops everything at the end."""
    port = free_port()
    database = Database(load_settings(written(folder, platform, port, url=url, more=more)).database.url)
    upgrade(database)
    signing_key(database)
    _hire(database, [rep(number) for number in range(people)])
    made = House(folder, database, port)
    try:
        yield made
    finally:
        made.stop()
        database.close()


def _hire(database: Database, accounts: Sequence[str]) -> None:
    with database.write() as session:
        load_demo(session, now=SystemClock().now(), platform="wecom")
        people = [{"id": a, "name": f"员工{a[3:]}", "role": "rep", "manager_id": "chenmin"} for a in accounts]
        session.execute(insert(Person), people)
        session.execute(insert(Account), [{"platform": "wecom", "account_id": a, "person_id": a} for a in accounts])
