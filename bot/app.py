"""The composition root: settings in, a runtime and a web application out. Nothing else puts parts together."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import Flask

from bot.adapters.base import Adapter
from bot.calendar import company_calendar, sent_years
from bot.catalogue import check_metrics
from bot.clock import Clock, PracticeClock, SystemClock
from bot.command import load_handlers
from bot.media import MediaStore
from bot.outbox import Outbox, PushPolicy
from bot.runtime import Alarm, Runtime
from bot.services import Reader, Services
from bot.settings import Settings
from bot.web import create_web
from models.chat import get_setting, put_setting
from models.db import Database, one_at_a_time
from models.schema import upgrade
from scheduler.alarm import AlarmClock
from scheduler.job import Ticker, load_jobs

SIGNING_KEY = "signing_key"
_KEY_LOCK = 7_005


@dataclass(frozen=True, slots=True)
class Application:
    """One process, put together."""

    services: Services
    runtime: Runtime
    web: Flask


@dataclass(frozen=True, slots=True)
class Parts:
    """What tests and the practice chat replace; the defaults are the real thing."""

    clock: Clock | None = None
    reader: Reader | None = None
    alarm: Alarm | None = None
    adapters: Callable[[Services], Mapping[str, Adapter]] | None = None
    workers: int = 4


def create_app(settings: Settings, parts: Parts | None = None) -> Application:
    """Put a process together; migrates the database. Nothing runs before `runtime.start()`."""
    parts = parts or Parts()
    database = Database(settings.database.url)
    upgrade(database)
    secret = signing_key(database)
    with database.read() as session:
        calendar = company_calendar(settings, sent_years(session))
    services = Services(
        settings=settings,
        database=database,
        clock=parts.clock or SystemClock(),
        calendar=calendar,
        outbox=Outbox(secret=secret, policy=push_policy(settings)),
        media=MediaStore(Path(settings.database.media_dir)),
        registry=load_handlers(),
        secret=secret,
        reader=parts.reader,
    )
    check_metrics(settings)
    services.adapters = (parts.adapters or configured_adapters)(services)
    runtime = Runtime(services, Ticker(services, load_jobs()), alarm=parts.alarm, workers=parts.workers)
    services.extras["runtime"] = runtime  # the practice chat moves the clock through it
    return Application(services, runtime, create_web(services, runtime))


def configured_adapters(services: Services) -> dict[str, Adapter]:
    """Return the platforms that are configured."""
    from bot.adapters.registry import build_adapters  # noqa: PLC0415  # platform libraries load only when they are on

    return build_adapters(services)


def push_policy(settings: Settings) -> PushPolicy:
    """Return when people may be pushed to."""
    return PushPolicy(settings.calendar.quiet_hours, settings.rules.push.daily_budget, settings.calendar.timezone)


def signing_key(database: Database) -> bytes:
    """Return the key that signs buttons and links; made once and kept in the database."""
    with database.write() as session:
        one_at_a_time(session, _KEY_LOCK)
        stored = get_setting(session, SIGNING_KEY)
        if stored is None:
            stored = secrets.token_hex(32)
            put_setting(session, SIGNING_KEY, stored)
        return bytes.fromhex(stored)


def practice_clock(at: datetime | None, *, frozen: bool) -> PracticeClock:
    """Return the clock of the practice chat."""
    return PracticeClock(at, frozen=frozen)


def alarm_clock() -> Alarm:
    """Return the real alarm clock."""
    return AlarmClock()
