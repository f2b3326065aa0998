"""`make soak`: the real processes under a steady load with faults, for half an hour, and what is left afterwards.

    python -m bench.soak [MINUTES] [--postgres] [--rate 4] [--kill-every 45] [--out docs/soak.md]

* People talk through WeCom's encrypted callbacks (commands, plain sentences, pictures, half of them broken); what is not
  acknowledged is delivered again, and one in twenty once more although it was.
* The platform on loopback takes 30 ms for a call, answers 2 % of the calls with 429 and 2 % with 502, loses the answer of 2 %
  after it has delivered, and lets 0.3 % hang for twelve seconds.
* In the first 40 % of the time a process is killed (SIGKILL) now and then; afterwards nobody is, so that memory can be watched over
  one long life. Memory is flat when the median slope after the first third of that life makes at most 5 %.
* A clock of every person falls due at some instant of the run; rows and files past their time lie there for the retention.

The summary is Markdown. Exit 1 when anything was lost, doubled, stuck, kept too long, or grew.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import deque
from contextlib import ExitStack
from pathlib import Path

from bench.house import CLUSTER, ONE_BOX, House, house, rep, wait_for
from bench.platforms import Platforms
from bench.soak.crowd import Crowd
from bench.soak.plan import FAULTS, LATENCY, PEOPLE, REST_WITHIN, Run, Soak, pictures
from bench.soak.report import is_fine, summary
from bench.soak.verdict import is_quiet, plant, verdict
from bench.soak.watch import Watch, size_of
from bench.speakers import WecomSpeaker, connections
from tests.models.database import postgres_server


async def play(soak: Soak, url: str, folder: Path) -> Run:
    """Play a soak to its end, and count."""
    async with (
        Platforms(faults=FAULTS, latency=LATENCY, pictures=pictures(), log=deque()) as platforms,
        connections(64) as http,
    ):
        with house(folder, platforms.url, people=PEOPLE, url=url) as made:
            people = [rep(number) for number in range(PEOPLE)]
            plant(made, people, soak.seconds, random.Random(soak.seed))
            await asyncio.to_thread(made.start, *soak.names)
            crowd = Crowd(WecomSpeaker(http, made.url), platforms, people, soak.rate, soak.picture_every, soak.dice())
            watch, run = Watch(made), Run(soak, platforms, crowd)
            around = [asyncio.create_task(watch.look()), asyncio.create_task(_kill_now_and_then(run, made))]
            await crowd.talk(soak.seconds)
            run.rested = await _come_to_rest(made)
            for task in around:
                task.cancel()
            run.lives, run.tables, run.largest_wal = watch.longest_lives(), watch.tables, watch.largest_wal
            run.megabytes = size_of(made)
            run.verdict = verdict(made, platforms, crowd.said - crowd.given_up)
            run.died = [name for name, process in made.running.items() if process.poll() is not None]
            return run


async def _kill_now_and_then(run: Run, made: House) -> None:
    soak, dice, until = run.soak, run.soak.dice(), time.monotonic() + run.soak.killing_seconds
    while True:
        await asyncio.sleep(dice.uniform(0.5, 1.5) * soak.kill_every)
        if time.monotonic() > until:
            return
        name = dice.choice(sorted(made.running))
        await asyncio.to_thread(made.kill, name)
        run.kills[name] += 1
        made.spawn(name)
        if name in {"serve", "web"}:
            await asyncio.to_thread(wait_for, made.port)


async def _come_to_rest(made: House) -> float:
    begun = time.monotonic()
    while not await asyncio.to_thread(is_quiet, made):
        if time.monotonic() - begun > REST_WITHIN:
            break
        await asyncio.sleep(0.5)
    return time.monotonic() - begun


def main() -> int:
    """Run as asked; return the exit code."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("minutes", type=float, nargs="?", default=30.0)
    options.add_argument("--postgres", action="store_true", help="web, two workers and a scheduler on PostgreSQL")
    options.add_argument("--rate", type=float, default=4.0, help="messages a second")
    options.add_argument("--kill-every", type=float, default=45.0, help="seconds between kills, about")
    options.add_argument("--out", type=Path, default=None, help="write the summary here as well")
    asked = options.parse_args()
    soak = Soak(asked.minutes, asked.rate, asked.kill_every, CLUSTER if asked.postgres else ONE_BOX)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="soak-")))
        url = stack.enter_context(postgres_server("")).new() if asked.postgres else ""
        run = asyncio.run(play(soak, url, folder))
    told = summary(run)
    print(told)
    if asked.out is not None:
        asked.out.write_text(told, "utf-8")
    return 0 if is_fine(run) else 1


if __name__ == "__main__":
    sys.exit(main())
