"""How fast due clocks become owed messages, beside a floor and APScheduler's own job store in the same run.

    python -m bench.scheduler [--due 10000] [--waiting 100000] [--peer 300]

* floor: the same number of rows updated, logged and owed with plain sqlite3, hundred a commit, no rules and no cards;
* ours: the real scan job: pure rules, cards, hash chain, budget and quiet hours, one transaction for each hundred;
* peer: APScheduler's SQLAlchemyJobStore with one date job for each reminder and a job that does nothing.

Figures of one machine mean little; the ratios of one run do.
"""

from __future__ import annotations

import argparse
import resource
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, insert, select

from bot.app import Application, Parts, create_app
from bot.clock import PracticeClock, SystemClock
from bot.settings import parse_settings
from models.chat import OutboxRow
from models.deadline import Deadline, Start, Subject, next_due_at, start_deadline
from models.demo import load_demo
from models.event import verify
from models.person import Person
from models.rules.clocks import CLOCKS
from models.world import World

CLOCK = "post_signing_check"
PEOPLE = 500
FAR_OFF = timedelta(days=400)
CHUNK = 2_000


@contextmanager
def company(folder: Path) -> Iterator[Application]:
    """A company of five hundred on a frozen clock, nothing running."""
    raw = {"database": {"url": f"sqlite:///{folder}/bot.db", "media_dir": f"{folder}/media"}}
    clock = PracticeClock(datetime.fromisoformat("2026-11-16T09:00:00+08:00"), frozen=True)
    made = create_app(parse_settings(raw), Parts(clock=clock, workers=0, adapters=lambda _: {}))
    with made.services.database.write() as session:
        load_demo(session, now=clock.now())
        session.add_all(Person(id=f"p{n}", name=f"人{n}", role="rep", manager_id="chenmin") for n in range(PEOPLE))
    made.runtime.ticker.tick(clock.now())  # what is due on any morning is not what is measured
    try:
        yield made
    finally:
        made.services.database.close()


def plant(made: Application, count: int, *, at: datetime, label: str) -> datetime:
    """Start `count` clocks at an instant; returns when they all fall due."""
    database, services = made.services.database, made.services
    with database.write() as session:
        world = World(session, services.calendar, at)
        one = start_deadline(session, CLOCKS[CLOCK], Subject("contract", f"{label}-0"), Start("p0", at), world)
        columns = [column.name for column in Deadline.__table__.columns if column.name != "id"]
        pattern = {name: getattr(one, name) for name in columns}
        due_at = one.next_at
    assert due_at is not None
    for first in range(1, count, CHUNK):
        rows = [_like(pattern, f"{label}-{n}", f"p{n % PEOPLE}") for n in range(first, min(first + CHUNK, count))]
        with database.write() as session:
            session.execute(insert(Deadline), rows)
    return due_at


def _like(pattern: dict[str, object], subject: str, owner: str) -> dict[str, object]:
    key = f"{CLOCK}:contract:{subject}:1"
    snapshot = str(pattern["snapshot"]).replace(str(pattern["key"]), key).replace('"p0"', f'"{owner}"')
    return {**pattern, "key": key, "subject_id": subject, "owner_id": owner, "snapshot": snapshot}


def fire(made: Application, due_at: datetime) -> tuple[float, float, float]:
    """Let everything due be fired; returns seconds, processor seconds, and the longest hold of the one writer."""
    clock, longest = made.services.clock, 0.0
    assert isinstance(clock, PracticeClock)
    clock.move_to(due_at + timedelta(seconds=1))
    job = made.runtime.ticker._jobs.scans["deadlines.fire_deadlines"]  # noqa: SLF001  # measured apart from the others
    started, cpu = time.perf_counter(), time.process_time()
    while True:
        with made.services.database.read() as session:
            first = next_due_at(session)
        if first is None or first > clock.now():
            break
        held = time.perf_counter()
        made.runtime.ticker._run_scan(job, first, clock.now())  # noqa: SLF001
        longest = max(longest, time.perf_counter() - held)
    return time.perf_counter() - started, time.process_time() - cpu, longest


def empty_scan(made: Application, times: int = 50) -> float:
    """Seconds of a tick that finds nothing due, in the middle of all that waits."""
    made.runtime.ticker.tick(made.services.clock.now())
    took = []
    for _ in range(times):
        started = time.perf_counter()
        made.runtime.ticker.tick(made.services.clock.now())
        took.append(time.perf_counter() - started)
    return sorted(took)[times // 2]


def floor(folder: Path, count: int) -> float:
    """Seconds for the same writes without any thought: an update, a log row and an owed row each."""
    base = sqlite3.connect(folder / "floor.db", isolation_level=None)
    for statement in (
        "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "CREATE TABLE d (id INTEGER PRIMARY KEY, at TEXT, body TEXT)",
        "CREATE INDEX d_at ON d (at)", "CREATE TABLE e (id INTEGER PRIMARY KEY, body TEXT)",
        "CREATE TABLE o (id INTEGER PRIMARY KEY, key TEXT UNIQUE, body TEXT)",
    ):  # fmt: skip
        base.execute(statement)
    base.execute("BEGIN")
    base.executemany("INSERT INTO d VALUES (?, 'due', ?)", ((n, "x" * 1500) for n in range(count)))
    base.execute("COMMIT")
    started = time.perf_counter()
    while rows := base.execute("SELECT id FROM d WHERE at = 'due' LIMIT 100").fetchall():
        base.execute("BEGIN IMMEDIATE")
        base.executemany("UPDATE d SET at = NULL, body = ? WHERE id = ?", [("y" * 1500, n) for (n,) in rows])
        base.executemany("INSERT INTO e (body) VALUES (?)", [("z" * 400,) for _ in rows])
        base.executemany("INSERT INTO o (key, body) VALUES (?, ?)", [(str(n), "c" * 600) for (n,) in rows])
        base.execute("COMMIT")
    took = time.perf_counter() - started
    base.close()
    return took


FIRED = threading.Semaphore(0)


def nothing() -> None:
    """What a peer's job does."""
    FIRED.release()


def peer(folder: Path, count: int) -> float:
    """Seconds until APScheduler has fired `count` jobs of its SQLite store that are all due."""
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore  # noqa: PLC0415  # a peer, not a part of ours
    from apscheduler.schedulers.background import BackgroundScheduler  # noqa: PLC0415

    store = SQLAlchemyJobStore(url=f"sqlite:///{folder}/peer.db")
    scheduler = BackgroundScheduler(jobstores={"default": store}, job_defaults={"misfire_grace_time": None})
    scheduler.start(paused=True)
    due_at = SystemClock().now() - timedelta(seconds=1)
    for number in range(count):
        scheduler.add_job(nothing, "date", run_date=due_at, id=str(number))
    started = time.perf_counter()
    scheduler.resume()
    for _ in range(count):
        FIRED.acquire()
    took = time.perf_counter() - started
    scheduler.shutdown()
    return took


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--due", type=int, default=10_000)
    options.add_argument("--waiting", type=int, default=100_000)
    options.add_argument("--peer", type=int, default=300)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name, company(Path(name)) as made:
        folder, now = Path(name), made.services.clock.now()
        plant(made, asked.waiting, at=now + FAR_OFF, label="W")
        due_at = plant(made, asked.due, at=now, label="D")
        idle = empty_scan(made)
        bare = asked.due / floor(folder, asked.due)
        seconds, cpu, longest = fire(made, due_at)
        theirs = asked.peer / peer(folder, asked.peer)
        with made.services.database.read() as session:
            owed = session.scalar(select(func.count()).where(OutboxRow.rule.is_not(None)))
            chain = verify(session)
    ours = asked.due / seconds
    print(f"{asked.due} clocks due at once, {asked.waiting} more waiting, SQLite FULL")
    print(f"{'':34}{'rows/s':>10}{'ratio':>9}")
    print(f"{'floor: plain sqlite3, no rules':34}{bare:>10.0f}{1:>9.2f}")
    print(f"{'ours: rules, cards, chain, outbox':34}{ours:>10.0f}{ours / bare:>9.2f}")
    print(
        f"{'peer: APScheduler job store, no-op':34}{theirs:>10.0f}{theirs / bare:>9.3f}   ours is {ours / theirs:.1f}x"
    )
    print(
        f"processor {1000 * cpu / asked.due:.2f} ms a row; last one {seconds:.1f} s late; longest transaction {1000 * longest:.0f} ms"
    )
    print(
        f"a tick that finds nothing: {1000 * idle:.1f} ms; memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    )
    print(f"owed {owed}; event chain {'holds' if chain is None else chain}")


if __name__ == "__main__":
    main()
