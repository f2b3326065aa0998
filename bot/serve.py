"""Runs a process until it is told to stop: `demo`, `serve`, `web`, `worker`, `scheduler`."""

from __future__ import annotations

import gc
import signal
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click
import structlog
from sqlalchemy import make_url

from bot.app import Application, Parts, alarm_clock, create_app, practice_clock
from bot.listener import WebServer
from bot.logs import set_up_logs
from bot.photo import PhotoReader
from bot.services import Reader
from bot.settings import ConfigError, DatabaseSection, PracticeSection, ServerSection, Settings
from models.chat import get_setting, put_setting
from models.demo import load_demo

log = structlog.get_logger(__name__)

IDLE_WORKERS = 4
DEMO_CLOCK = "practice_clock"


@dataclass(frozen=True, slots=True)
class Roles:
    """What this process does."""

    web: bool
    worker: bool
    scheduler: bool

    @property
    def all(self) -> bool:
        """Whether this process does everything."""
        return self.web and self.worker and self.scheduler


@dataclass(frozen=True, slots=True)
class Demo:
    """How the practice chat was asked for."""

    host: str
    port: int
    data: Path
    at: datetime | None
    frozen: bool
    reset: bool


def run(settings: Settings, roles: Roles) -> None:
    """Run the configured platforms until SIGTERM or SIGINT."""
    set_up_logs()
    if not roles.all and make_url(settings.database.url).get_backend_name() == "sqlite":
        raise ConfigError("database.url: separate processes need PostgreSQL; with SQLite run `serve`")
    parts = Parts(
        reader=photo_reader(settings) if roles.worker else None,
        alarm=alarm_clock() if roles.scheduler else None,
        workers=IDLE_WORKERS if roles.worker else 0,
    )
    _run_until_stopped(create_app(settings, parts), settings.server if roles.web else None)


def run_demo(settings: Settings, demo: Demo) -> None:
    """Run the practice chat with the demo company."""
    set_up_logs()
    settings = demo_settings(settings, demo)
    parts = Parts(
        clock=practice_clock(demo.at, frozen=demo.frozen),
        reader=photo_reader(settings),
        alarm=None if demo.frozen else alarm_clock(),
        workers=IDLE_WORKERS,
    )
    application = create_app(settings, parts)
    ensure_company(application, demo)
    _run_until_stopped(application, settings.server)


def demo_settings(settings: Settings, demo: Demo) -> Settings:
    """Return the settings of the practice chat: its own data folder, no real platform."""
    if demo.reset:
        _forget(demo.data)
    return settings.model_copy(
        update={
            "database": DatabaseSection(url=f"sqlite:///{demo.data}/bot.db", media_dir=str(demo.data / "media")),
            "server": ServerSection(host=demo.host, port=demo.port),
            "practice": PracticeSection(enabled=True),
            "wecom": type(settings.wecom)(),
            "dingtalk": type(settings.dingtalk)(),
        }
    )


def ensure_company(application: Application, demo: Demo) -> None:
    """Load the demo company into an empty database; otherwise go on at the practice time it stopped at."""
    services = application.services
    with services.database.write() as session:
        stored = get_setting(session, DEMO_CLOCK)
        if stored is None:
            load_demo(session, now=services.clock.now())
            put_setting(session, DEMO_CLOCK, services.clock.now().isoformat())
        elif demo.at is None:
            reached = datetime.fromisoformat(stored)
            if reached > services.clock.now():
                services.clock.reset(reached)  # type: ignore[attr-defined]  # a PracticeClock here


def photo_reader(settings: Settings) -> Reader:
    """Return the photo reader of the configuration."""
    photos = settings.photos
    return PhotoReader(
        engine=photos.engine,
        timeout_s=photos.timeout.total_seconds(),
        memory_mb=photos.memory_mb,
        workers=photos.workers,
    )


def _forget(data: Path) -> None:
    for path in data.glob("bot.db*"):
        path.unlink()


def _run_until_stopped(application: Application, server: ServerSection | None) -> None:
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    gc.collect()
    gc.freeze()  # what is loaded stays: no collection on the way has to look through it
    application.runtime.start()
    listener = _listen(application, server) if server else None
    stop.wait()
    log.info("stopping")
    if listener is not None:
        listener.stop()
    application.runtime.stop()
    log.info("stopped")
    gc.freeze()  # nor the last one, half a second on an idle machine, while the next process waits for our port


def _listen(application: Application, server: ServerSection) -> WebServer:
    listener = WebServer(application.web, host=server.host, port=server.port, threads=server.threads)
    listener.start()
    click.echo(f"listening on http://{server.host}:{listener.port}/")
    return listener
