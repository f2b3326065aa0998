"""Hints between processes: "there may be something to do". Losing one costs a poll, never a message.

The tables are the truth; whoever hears a hint looks into them. On PostgreSQL a hint is NOTIFY,
or a Celery task where a broker is configured (`bot.celery_hints`); in one process nothing is needed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

import structlog

from models.db import PATIENCE, Database

if TYPE_CHECKING:
    import psycopg

log = structlog.get_logger(__name__)

CHANNEL: Final = "bot_hint"
LISTEN_SECONDS: Final = 1.0
RETRY_SECONDS: Final = 2.0
"""How long a lost connection is left alone; meanwhile everybody polls."""


class Lane(StrEnum):
    """Where there may be something to do: what came in, or what is owed."""

    INBOX = "inbox"
    OUTBOX = "outbox"


Wake = Callable[[Lane], None]


class Hints(Protocol):
    """Wakes the other processes."""

    def start(self, *, listen: bool) -> None:
        """Begin; with `listen` this process wants to be woken."""

    def kick(self, lane: Lane) -> None:
        """Wake whoever listens; returns at once and never raises."""

    def stop(self) -> None:
        """End."""


class NoHints:
    """One process needs none: its threads wake each other."""

    def start(self, *, listen: bool) -> None:
        """Do nothing."""

    def kick(self, lane: Lane) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""


class KickedThreads:
    """Threads that send hints, and hear them if wanted; kicks of a lane that come while one is on its way are one kick."""

    def __init__(self) -> None:
        self._kicked = threading.Event()
        self._lanes: set[Lane] = set()
        self._guard = threading.Lock()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def kick(self, lane: Lane) -> None:
        """Wake the other processes; returns at once, whatever carries the hint does."""
        with self._guard:
            self._lanes.add(lane)
        self._kicked.set()

    def _next(self) -> Collection[Lane]:
        """Wait for kicks; returns the lanes that were kicked, none when the end has come."""
        self._kicked.wait()
        self._kicked.clear()
        with self._guard:
            lanes, self._lanes = self._lanes, set()
        return lanes

    def _begin(self, jobs: Mapping[str, Callable[[], None]]) -> None:
        for name, job in jobs.items():
            thread = threading.Thread(target=job, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def _end(self, seconds: float) -> None:
        self._stopping.set()
        self._kicked.set()
        for thread in self._threads:
            thread.join(seconds)


class PostgresHints(KickedThreads):
    """NOTIFY and LISTEN, on connections of their own."""

    def __init__(self, url: str, wake: Wake) -> None:
        super().__init__()
        self._url = url
        self._wake = wake

    def start(self, *, listen: bool) -> None:
        """Begin to notify, and to listen if wanted."""
        jobs = {"hint-notify": self._notify} | ({"hint-listen": self._listen} if listen else {})
        self._begin({name: partial(self._keep, job) for name, job in jobs.items()})

    def stop(self) -> None:
        """End both connections."""
        self._end(LISTEN_SECONDS + 2)

    def _keep(self, job: Callable[[psycopg.Connection], None]) -> None:
        """Run a job on a connection; a lost one is opened again."""
        import psycopg  # noqa: PLC0415  # only where PostgreSQL is used

        while not self._stopping.is_set():
            try:
                with psycopg.connect(
                    psycopg.conninfo.make_conninfo(self._url, **PATIENCE), autocommit=True
                ) as connection:
                    job(connection)
            except psycopg.Error as error:
                log.warning("hints_lost", error=type(error).__name__)
                self._stopping.wait(RETRY_SECONDS)

    def _notify(self, connection: psycopg.Connection) -> None:
        while not self._stopping.is_set():
            for lane in self._next():
                connection.execute(f"NOTIFY {CHANNEL}, '{lane}'")

    def _listen(self, connection: psycopg.Connection) -> None:
        connection.execute(f"LISTEN {CHANNEL}")
        for lane in Lane:  # what came while nobody listened
            self._wake(lane)
        while not self._stopping.is_set():
            for heard in connection.notifies(timeout=LISTEN_SECONDS, stop_after=1):
                self._wake(Lane(heard.payload))


def hints_of(database: Database, broker: str, wake: Wake) -> Hints:
    """Return the hints that fit a database: none for one process, else PostgreSQL's own, or Celery's where a broker is named."""
    if database.is_sqlite:
        return NoHints()
    if broker:
        from bot.celery_hints import CeleryHints  # noqa: PLC0415  # Celery is an extra

        return CeleryHints(broker, wake)
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return PostgresHints(url, wake)
