"""End to end: messages a second, p99 to the acknowledgement and to the reply, memory; beside a floor and peers, in one run.

    python -m bench.throughput [--rounds 3] [--seconds 4] [--only ours,slack] [--without-postgres]

Real processes, WeCom's encrypted callbacks, a platform on loopback that takes 30 ms for a call. Rounds of all bots take turns.
What they are compared with stands in `bench.peers`; the floor is the work nobody can do without: one AES decryption and one durable
row. The echo bots repeat a word; ours are reps at work (a visit begun, a question about taking it back, a yes, the day's list).

Figures of one machine mean little; the ratios of one run do. Prints Markdown.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from aiohttp import ClientSession

from bench.floor import postgres_rate, sqlite_rate
from bench.house import CLUSTER, MB, ONE_BOX, House, free_port, house, rep, wait_for
from bench.load import Figures, Talk
from bench.platforms import Platforms
from bench.samples import ROOT
from bench.speakers import DingtalkSpeaker, SlackSpeaker, Speaker, WecomSpeaker, connections
from bench.table import markdown
from bot.adapters.practice.samples import make_site_photo
from bot.clock import SystemClock
from tests.models.database import postgres_server, why_no_postgres

LATENCY = 0.03
SETTLE = 10.0
PEOPLE = 1_000
AT_ONCE = 32
WORK = ("拜访 华东机械", "撤销", "撤销", "/今天")
ECHO = ("你好",)
STEADY = ((20, 8.0), (50, 8.0))
BURST = (PEOPLE, 2.0)
PEERS = {"slack": "bolt-python echo", "dingtalk": "dingtalk-stream echo"}
DOORS = {
    "library": "wechatpy's callback, decrypted and parsed, nothing stored",
    "opened": "our callback, decrypted and parsed, nothing stored",
    "stored": "our callback, durable before the answer",
}
OURS = {"sqlite": "ours, one process, SQLite", "postgres": "ours, web + 2 workers + scheduler, PostgreSQL"}


@dataclass
class Bot:
    """Something that is spoken to, and what was measured."""

    name: str
    title: str
    pids: list[int]
    talk: Talk
    figures: Figures = field(default_factory=Figures)
    steady: dict[int, Figures] = field(default_factory=dict)
    burst: Figures | None = None
    spent: float = 0.0
    memory: list[float] = field(default_factory=list)

    def cpu(self) -> float:
        """Return the processor seconds its processes have used."""
        times = [psutil.Process(pid).cpu_times() for pid in self.pids]
        return sum(each.user + each.system for each in times)

    def resident(self) -> float:
        """Return the resident megabytes of its processes, picture readers included."""
        processes = [psutil.Process(pid) for pid in self.pids]
        everybody = [*processes, *(child for each in processes for child in each.children(recursive=True))]
        return sum(each.memory_info().rss for each in everybody) / MB


@dataclass
class Run:
    """All bots of a run, and the floors: rows a second by name."""

    bots: dict[str, Bot] = field(default_factory=dict)
    floors: dict[str, float] = field(default_factory=dict)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--seconds", type=float, default=4.0)
    options.add_argument(
        "--only", default="", help="bots, by comma: sqlite, postgres, slack, dingtalk, library, opened, stored"
    )
    asked = options.parse_args()
    wanted = [name for name in asked.only.split(",") if name] or [*OURS, *PEERS, *DOORS]
    if "postgres" in wanted and (missing := why_no_postgres()):
        print(missing)
        wanted.remove("postgres")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        url = stack.enter_context(postgres_server("")).new() if "postgres" in wanted else ""
        run = asyncio.run(measure(folder, url, wanted, rounds=asked.rounds, seconds=asked.seconds))
    print(markdown(run))


async def measure(folder: Path, url: str, wanted: Sequence[str], *, rounds: int, seconds: float) -> Run:
    """Start everything, let rounds take turns, and stop everything."""
    run = Run()
    async with Platforms(latency=LATENCY) as platforms, connections(2 * AT_ONCE) as http:
        with ExitStack() as stack:
            for name in wanted:
                run.bots[name] = await _start(name, stack, folder, url, platforms, http)
            for bot in run.bots.values():
                bot.memory.append(bot.resident())
            run.floors = {"sqlite": sqlite_rate(folder), "sqlite32": sqlite_rate(folder, 32)}
            if url:
                run.floors |= {"postgres": postgres_rate(url), "postgres32": postgres_rate(url, 32)}
            for _ in range(rounds):
                for bot in run.bots.values():
                    await _round(bot, seconds)
            for name in (*OURS, *PEERS):
                if name in run.bots:
                    await _steadily(run.bots[name])
            if "sqlite" in run.bots:
                await _all_at_once(run.bots["sqlite"], platforms)
    return run


async def _start(
    name: str, stack: ExitStack, folder: Path, url: str, platforms: Platforms, http: ClientSession
) -> Bot:  # fmt: skip
    first = PEOPLE if name == "postgres" else 0  # who shares people and row numbers repeats itself, says WeCom
    accounts = [rep(number) for number in range(first, first + PEOPLE)]
    if name in OURS:
        made = stack.enter_context(
            house(folder / name, platforms.url, people=first + PEOPLE, url=url if name == "postgres" else "")
        )
        await asyncio.to_thread(made.start, *(CLUSTER if name == "postgres" else ONE_BOX))
        talk = Talk(WecomSpeaker(http, made.url), platforms, accounts, WORK)
        await asyncio.sleep(
            SETTLE if name == "postgres" else 0
        )  # workers and scheduler answer nobody who asks whether they run
        await talk.conversations(at_once=4, seconds=1.0)
        return Bot(name, OURS[name], _pids(made), talk)
    port = free_port()
    command = [sys.executable, "-m", "bench.peers", name, str(port), platforms.url, str(folder / name)]
    process = _spawn(command)
    stack.callback(process.wait)
    stack.callback(process.kill)
    speaker = await _speaker(name, port, platforms, http)
    talk = Talk(speaker, platforms, [f"{name}-{account}" for account in accounts], ECHO)
    return Bot(name, (PEERS | DOORS)[name], [process.pid], talk)


def _spawn(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def _pids(made: House) -> list[int]:
    return [process.pid for process in made.running.values()]


async def _speaker(name: str, port: int, platforms: Platforms, http: ClientSession) -> Speaker:
    if name == "dingtalk":
        await platforms.connected.wait()
        return DingtalkSpeaker(platforms)
    await asyncio.to_thread(wait_for, port)
    url = f"http://127.0.0.1:{port}"
    return SlackSpeaker(http, url) if name == "slack" else WecomSpeaker(http, url)


async def _round(bot: Bot, seconds: float) -> None:
    before = bot.cpu()
    how = bot.talk.deliveries if bot.name in DOORS else bot.talk.conversations
    bot.figures.add(await how(at_once=AT_ONCE, seconds=seconds))
    bot.spent += bot.cpu() - before
    bot.memory.append(bot.resident())


async def _steadily(bot: Bot) -> None:
    for rate, seconds in STEADY:
        if bot.name != "dingtalk" or rate * LATENCY < 1:  # one reply after the other: it cannot do more
            bot.steady[rate] = await bot.talk.steady(rate=rate, seconds=seconds)


async def _all_at_once(bot: Bot, platforms: Platforms) -> None:
    count, seconds = BURST
    bot.burst = await bot.talk.burst(count=count, seconds=seconds)
    bot.memory.append(bot.resident())
    assert isinstance(bot.talk.speaker, WecomSpeaker)
    platforms.pictures["photo"] = make_site_photo(SystemClock().now(), "上海市黄浦区人民大道 200 号")
    heard, begun = platforms.hear("zhouhang"), time.monotonic()
    await bot.talk.speaker.deliver(bot.talk.speaker.picture("zhouhang", "photo"))
    bot.steady[0] = Figures(1.0, [], [await asyncio.wait_for(heard, 90) - begun])
    bot.memory.append(bot.resident())


if __name__ == "__main__":
    main()
