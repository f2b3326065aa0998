"""Kill -9 at random while people talk through the HTTP callbacks, and count what is left.

    python -m bench.crash [sqlite] [postgres] [celery] [restart] [graceful] [--messages 5000] [--kills 30] …

* sqlite: one process (`serve`) on SQLite;
* postgres: web, worker and scheduler processes on PostgreSQL, each killed in turn;
* celery: the same with hints through Celery and Redis, whose broker is emptied and stopped meanwhile;
* restart: the same on PostgreSQL, whose server is stopped at once (as in a crash) and started again meanwhile;
* graceful, graceful-sqlite: nobody is killed, each is asked to leave (SIGTERM) and started again, as an administrator does: then
  nothing may be of unknown fate, nothing sent again, and nobody may leave late.

Half of the people are on WeCom (cards under a task id, texts under its duplicate check), half on DingTalk (cards under an
outTrackId, texts without any key). Each round of four messages begins a visit, takes it back in two, and asks for something
that gets a text of its own kind; one clock of each person falls due meanwhile. Exit 1 when anything was lost, doubled or swapped.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import func, select

from bench.crash.fleet import LATE, Fate, Fleet
from bench.crash.talk import Talk
from bench.crash.verdict import Verdict, verdict
from bench.crash.world import Office, Size, office, plant
from bot.clock import SystemClock
from bot.outbox import WAITING_STATES
from models.chat import InboxRow, InboxState, OutboxRow
from tests.models.database import Server, postgres_server
from tests.redis_server import Broker

STUCK = 60.0
DISASTERS = 8
PER_SECOND = 15.0
"""About how many messages a second; clocks are spread over the time the talk is likely to take."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is played on, and what happens besides deaths."""

    alone: bool = False
    broker: bool = False
    server_falls: bool = False
    gently: bool = False


RUNS = {
    "sqlite": Plan(alone=True),
    "postgres": Plan(),
    "celery": Plan(broker=True),
    "restart": Plan(server_falls=True),
    "graceful": Plan(gently=True),
    "graceful-sqlite": Plan(alone=True, gently=True),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run and how long it took."""

    run: str
    size: Size
    verdict: Verdict
    done: dict[str, int]
    tries: int
    waits: tuple[float, ...]
    talked: float
    settled: float
    longest_leave: float

    def faults(self) -> dict[str, int]:
        """Return what must be zero and is not."""
        found = self.verdict.faults()
        if RUNS[self.run].gently:
            found |= {
                "unknown": self.verdict.unknown,
                "sent again": self.verdict.repeats_absorbed,
                LATE: self.done.get(LATE, 0),
            }
        return {name: count for name, count in found.items() if count}


def play(run: str, size: Size, *, server: Server | None = None) -> Outcome:
    """Play one run; raises AssertionError when the company does not come to rest."""
    plan = RUNS[run]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crash-")))
        broker = stack.enter_context(_broker(folder)) if plan.broker else None
        if plan.alone:
            size, url = replace(size, webs=1), f"sqlite:///{folder}/bot.db"
        else:
            server = server or stack.enter_context(postgres_server())
            url = server.new()
        made = stack.enter_context(office(folder, url, size, broker=broker.url if broker else ""))
        return _play(run, made, broker, server if plan.server_falls else None)


def _play(run: str, made: Office, broker: Broker | None, server: Server | None) -> Outcome:
    size, fleet, talk = made.size, Fleet(made), Talk(made)
    disasters = 0 if broker is None and server is None else max(1, min(DISASTERS, size.kills // 2))
    fate = Fate(
        fleet, size.kills, random.Random(size.seed), gently=RUNS[run].gently, broker=broker, server=server, disasters=disasters
    )  # fmt: skip
    for name in ["serve"] if RUNS[run].alone else _names(size):
        fleet.start(name)
    clocks = plant(made, over=max(5.0, talk.total / PER_SECOND))
    begun = time.monotonic()
    killer = threading.Thread(target=fate.rule, args=(talk.progress,), daemon=True)
    try:
        killer.start()
        talk.run()
        fate.ended.set()
        killer.join(60)
        talked = time.monotonic() - begun
        _come_to_rest(made, clocks, fate)
        settled = time.monotonic() - begun - talked
        dead = fleet.died_of_themselves()
        assert not dead, f"{dead} ended by themselves"
        found = verdict(made)
        return Outcome(
            run,
            size,
            found,
            dict(fate.done),
            talk.tries,
            tuple(sorted(talk.waits)),
            talked,
            settled,
            fate.longest_leave,
        )
    finally:
        fate.ended.set()
        fleet.stop()


def _names(size: Size) -> list[str]:
    webs = [f"web-{number}" for number in range(size.webs)]
    others = [("worker", size.workers), ("scheduler", size.schedulers)]
    return [*webs, *(f"{role}-{number}" for role, count in others for number in range(1, count + 1))]


@contextmanager
def _broker(folder: Path) -> Iterator[Broker]:
    made = Broker(folder)
    made.start()
    try:
        yield made
    finally:
        made.stop()


def _come_to_rest(made: Office, clocks: int, fate: Fate) -> None:
    """Wait until every message is handled, every clock has fired, and what is due is sent."""
    before, until = _left(made), time.monotonic() + STUCK
    while fate.supervise() or not _is_quiet(_left(made), clocks):
        left = _left(made)
        if left != before:
            before, until = left, time.monotonic() + STUCK
        assert time.monotonic() < until, f"nothing has moved for {STUCK:.0f} s: {left}"
        time.sleep(0.5)


def _is_quiet(left: dict[str, int], clocks: int) -> bool:
    return left["unhandled"] == left["unsent"] == 0 and left["pushes"] >= clocks


def _left(made: Office) -> dict[str, int]:
    now = SystemClock().now()

    def count(table: type[InboxRow | OutboxRow], *which: object) -> int:
        return session.scalar(select(func.count()).select_from(table).where(*which)) or 0  # type: ignore[arg-type]  # clauses

    with made.database.read() as session:
        return {
            "unhandled": count(InboxRow, InboxRow.state == InboxState.NEW),
            "unsent": count(OutboxRow, OutboxRow.state.in_(WAITING_STATES), OutboxRow.not_before <= now),
            "pushes": count(OutboxRow, OutboxRow.is_push, OutboxRow.person_id.startswith("p")),
        }


# -- the summary -------------------------------------------------------------------------------------------------------


def told(outcome: Outcome) -> str:
    """Return a run as a few lines for people."""
    size, found, waits = outcome.size, outcome.verdict, outcome.waits
    harm = ", ".join(f"{count} × {what}" for what, count in sorted(outcome.done.items()) if count)
    faults = outcome.faults()
    lines = [
        f"{outcome.run}: {'NOT CLEAN' if faults else 'CLEAN'}",
        f"  {size.people * size.each} messages of {size.people} people, posted {outcome.tries} times, in {outcome.talked:.0f} s; at rest {outcome.settled:.1f} s later",
        f"  harm: {harm}" + (f"; who was asked to leave left within {outcome.longest_leave:.1f} s" if outcome.longest_leave else ""),
        f"  lost {found.lost}, handled twice {found.handled_twice}, out of order {found.handled_out_of_order} handled / {found.read_out_of_order} read",
        f"  on the phones {found.arrived}; twice: {found.cards_twice_wecom} WeCom cards, {found.cards_twice_dingtalk} DingTalk cards, {found.texts_twice_wecom} WeCom texts, {found.texts_twice_dingtalk} DingTalk texts (no key)",
        f"  repeats absorbed by a key {found.repeats_absorbed}; of unknown fate {found.unknown}, of which {found.unknown_but_there} had arrived; postponed to a quieter minute {found.waiting}",
        f"  accepted within: median {_at(waits, 0.5):.0f} ms, 99 % {_at(waits, 0.99):.0f} ms, longest {_at(waits, 1):.0f} ms (of the posting that was accepted)",
    ]  # fmt: skip
    return "\n".join([*lines, *([f"  FAULTS: {faults}", *found.examples] if faults else [])])


def _at(waits: Sequence[float], share: float) -> float:
    return 1000 * waits[min(len(waits) - 1, int(share * len(waits)))] if waits else 0.0


def main(words: Sequence[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # and end the processes
    parser = argparse.ArgumentParser(prog="python -m bench.crash", description=__doc__.partition("\n")[0])
    parser.add_argument("runs", nargs="*", choices=[[], *RUNS], default=list(RUNS))
    for name in ("messages", "people", "kills", "webs", "workers", "schedulers", "seed"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Size(), name))
    asked = vars(parser.parse_args(words))
    runs = asked.pop("runs") or RUNS
    clean = True
    for run in runs:
        outcome = play(run, Size(**asked))
        print(told(outcome), flush=True)
        clean = clean and not outcome.faults()
    return 0 if clean else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
