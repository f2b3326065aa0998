"""Jobs: what happens when nobody speaks. Few, because clocks are data.

Two kinds. A *scan* says when it next has something to do (`due_at`) and does everything that is due; a *calendar* job has
occurrences on the wall clock, each of which runs once, also when the process was down at that minute.

`Ticker` runs what is due at an instant. In production an alarm clock calls it every second; the practice chat calls it for every
instant on the way when its clock is moved by hand; a simulation does the same. The code is one.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Final, Protocol, TypeVar

import structlog
from prometheus_client import Counter
from sqlalchemy.orm import Session

from bot.context import Turn
from bot.services import Services
from models.chat import JobRunRow, get_setting, put_setting
from models.db import insert_into, stored
from models.rules.workday import WorkCalendar

log = structlog.get_logger(__name__)
JOB_FAILURES = Counter("job_failures_total", "Runs of a job that failed", ["job"])

LOOK_BACK: Final = timedelta(days=2)
"""Missed occurrences older than this are not made up for."""

BATCHES_A_TICK: Final = 50
"""Batches of one scan before the other jobs get their turn."""

When = Callable[[datetime, WorkCalendar, Services], datetime | None]
"""(after, calendar, services) → the first occurrence strictly after an instant, or None."""


@dataclass(frozen=True, slots=True)
class JobTurn(Turn):
    """A turn that time began. `occurs_at` is the instant the job was meant for; `late` how much later this is."""

    occurs_at: datetime

    @property
    def late(self) -> timedelta:
        """How late the job runs; zero on time."""
        return max(self.now - self.occurs_at, timedelta())


class Run(Protocol):
    """A job's function."""

    def __call__(self, turn: JobTurn) -> None:
        """Do what is due; it may be called twice for the same instant and must then do nothing more."""


@dataclass(frozen=True, slots=True)
class CalendarJob:
    """Runs at wall-clock occurrences, each exactly once (row in `job_run`)."""

    name: str
    when: When
    run: Run
    module: str


@dataclass(frozen=True, slots=True)
class ScanJob:
    """Runs whenever `due_at(session)` is not in the future; does a bounded batch, returns by raising nothing."""

    name: str
    due_at: Callable[[Session], datetime | None]
    run: Run
    module: str


@dataclass(slots=True)
class Jobs:
    """All jobs by name."""

    calendar: dict[str, CalendarJob] = field(default_factory=dict)
    scans: dict[str, ScanJob] = field(default_factory=dict)


JOBS = Jobs()
R = TypeVar("R", bound=Run)


def at_times(when: When) -> Callable[[R], R]:
    """Register a calendar job, e.g. `@at_times(on_workdays(lambda s: s.rules.digest.rep_at))`."""

    def register(run: R) -> R:
        name = f"{run.__module__.rpartition('.')[2]}.{run.__name__}"  # type: ignore[attr-defined]  # a function
        JOBS.calendar[name] = CalendarJob(name, when, run, run.__module__)
        return run

    return register


def when_due(due_at: Callable[[Session], datetime | None]) -> Callable[[R], R]:
    """Register a scan job."""

    def register(run: R) -> R:
        name = f"{run.__module__.rpartition('.')[2]}.{run.__name__}"  # type: ignore[attr-defined]  # a function
        JOBS.scans[name] = ScanJob(name, due_at, run, run.__module__)
        return run

    return register


def on_days(wall: Callable[[Services], time], *, day: Callable[[WorkCalendar, datetime], bool]) -> When:
    """Return occurrences at a local time of the company's zone on the days that `day` accepts."""

    def after(at: datetime, calendar: WorkCalendar, services: Services) -> datetime | None:
        first = calendar.local_date(at)
        for offset in range(40):
            candidate = calendar.at(first + timedelta(days=offset), wall(services))
            if candidate > at and day(calendar, candidate):
                return candidate
        return None

    return after


def on_workdays(wall: Callable[[Services], time]) -> When:
    """Return occurrences at a local time on working days (make-up days included)."""
    return on_days(wall, day=lambda calendar, at: calendar.is_workday(calendar.local_date(at)))


def every_day(wall: Callable[[Services], time]) -> When:
    """Return occurrences at a local time on every day."""
    return on_days(wall, day=lambda _calendar, _at: True)


def load_jobs(package: str = "scheduler.jobs") -> Jobs:
    """Import every module of the jobs package; return what they registered."""
    root = importlib.import_module(package)
    for module in sorted(pkgutil.walk_packages(root.__path__, f"{package}."), key=lambda m: m.name):
        importlib.import_module(module.name)
    return JOBS


class Ticker:
    """Runs what is due. Any number of processes may tick at once: every occurrence is claimed by its row."""

    def __init__(self, services: Services, jobs: Jobs) -> None:
        self._services = services
        self._jobs = jobs
        self._retry_at: dict[str, datetime] = {}

    def tick(self, now: datetime) -> int:
        """Run everything that is due at `now`; returns how many runs there were."""
        return sum(self._calendar(job, now) for job in self._jobs.calendar.values()) + sum(
            self._scan(job, now) for job in self._jobs.scans.values()
        )

    def next_due_at(self, after: datetime) -> datetime | None:
        """Return the first instant after `after` at which a job has something to do."""
        with self._services.database.read() as session:
            scans = [job.due_at(session) for job in self._jobs.scans.values()]
        calendar = [job.when(after, self._services.calendar, self._services) for job in self._jobs.calendar.values()]
        candidates = [at for at in (*scans, *calendar) if at is not None]
        return min((max(at, after) for at in candidates), default=None)

    def _calendar(self, job: CalendarJob, now: datetime) -> int:
        ran = 0
        for occurs_at in self._missed(job, now):
            if not self._attempt(job.name, now, lambda at=occurs_at: self._run_occurrence(job, at, now)):  # type: ignore[misc]
                break
            ran += 1
        return ran

    def _run_occurrence(self, job: CalendarJob, occurs_at: datetime, now: datetime) -> None:
        """Run one occurrence and move the job's watermark, in one transaction: once or not at all."""
        with self._services.database.write() as session:
            if _claim_occurrence(session, job.name, occurs_at, now):
                job.run(JobTurn(self._services, session, now, f"job:{job.name}@{occurs_at.isoformat()}", occurs_at))
            put_setting(session, f"job:{job.name}", occurs_at.isoformat())

    def _missed(self, job: CalendarJob, now: datetime) -> list[datetime]:
        with self._services.database.read() as session:
            stored = get_setting(session, f"job:{job.name}")
        if stored is None:  # a fresh installation owes nothing of the past
            with self._services.database.write() as session:
                put_setting(session, f"job:{job.name}", (now - timedelta(seconds=1)).isoformat())
        since = datetime.fromisoformat(stored) if stored else now - timedelta(seconds=1)
        at = job.when(max(since, now - LOOK_BACK), self._services.calendar, self._services)
        found = []
        while at is not None and at <= now:
            found.append(at)
            at = job.when(at, self._services.calendar, self._services)
        return found

    def _attempt(self, name: str, now: datetime, run: Callable[[], None]) -> bool:
        """Run a job; one that fails is tried again a minute later and never stops the others."""
        if self._retry_at.get(name, now) > now:
            return False
        try:
            run()
        except Exception:
            self._retry_at[name] = now + timedelta(minutes=1)
            log.exception("job_failed", job=name)
            JOB_FAILURES.labels(name).inc()
            return False
        self._retry_at.pop(name, None)
        return True

    def _scan(self, job: ScanJob, now: datetime) -> int:
        """Run batch after batch, each in a transaction of its own, until nothing is due or enough was done for one tick."""
        for ran in range(BATCHES_A_TICK):
            with self._services.database.read() as session:
                due_at = job.due_at(session)
            if due_at is None or due_at > now:
                return ran
            if not self._attempt(job.name, now, lambda at=due_at: self._run_scan(job, at, now)):  # type: ignore[misc]
                return ran
        return BATCHES_A_TICK

    def _run_scan(self, job: ScanJob, due_at: datetime, now: datetime) -> None:
        with self._services.database.write() as session:
            job.run(JobTurn(self._services, session, now, f"job:{job.name}@{now.isoformat()}", due_at))


def _claim_occurrence(session: Session, job: str, occurs_at: datetime, now: datetime) -> bool:
    statement = (
        insert_into(session, JobRunRow).values(job=job, occurs_at=occurs_at, ran_at=now).on_conflict_do_nothing()
    )
    return stored(session, statement)
