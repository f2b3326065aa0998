"""One announcement to ten thousand people: how long until the last one has it, and how others fare meanwhile.

    python -m bench.announcement [--people 10000]

The administrator writes 「/公告 … 全员」 and presses the button, through WeCom's encrypted callbacks; a rep asks for his day's list four
times a second all the while. The platform on loopback takes 30 ms for a call.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

from bench.house import House, house, rep
from bench.load import Figures, Talk, percentile
from bench.platforms import Platforms
from bench.speakers import WecomSpeaker, connections
from bot.adapters.wecom.limits import CROWDED_MINUTES
from bot.clock import SystemClock

LATENCY = 0.03
ADMIN = "akai"
QUESTIONS = 30.0
ASKERS = 1_000


async def measure(folder: Path, people: int) -> None:
    """Announce, and print the table."""
    async with Platforms(latency=LATENCY) as platforms, connections(64) as http:
        with house(folder, platforms.url, people=people) as made:
            await asyncio.to_thread(made.start, "serve")
            speaker = WecomSpeaker(http, made.url)
            talk = Talk(speaker, platforms, [rep(number) for number in range(min(people, ASKERS))], ("/今天",))
            await talk.conversations(at_once=4, seconds=1.0)
            await _until_it_may_be_said()
            asking = asyncio.create_task(talk.steady(rate=4.0, seconds=QUESTIONS))
            await _announce(speaker, platforms)
            begun, before = time.monotonic(), platforms.calls["message/send"]
            reached = platforms.recipients
            while platforms.recipients - reached < people and time.monotonic() - begun < 300:  # noqa: ASYNC110  # a count of another's
                await asyncio.sleep(0.05)
            took = time.monotonic() - begun
            _print(people, took, platforms.calls["message/send"] - before, made, await asking)


async def _until_it_may_be_said() -> None:
    """Wait for a minute in which WeCom does not ask to keep bulk messages back, with another to spare."""
    crowded = CROWDED_MINUTES | {minute - 1 for minute in CROWDED_MINUTES | {60}}
    while SystemClock().now().minute in crowded:  # noqa: ASYNC110  # time is nobody's event
        await asyncio.sleep(1)


async def _announce(speaker: WecomSpeaker, platforms: Platforms) -> None:
    heard = platforms.hear(ADMIN)
    await speaker.say(ADMIN, "/公告 周五前交客户清单 全员")
    await asyncio.wait_for(heard, 60)
    card = platforms.cards[ADMIN]
    button = next(each for each in card["button_list"] if "发" in each["text"])
    await speaker.deliver(speaker.press(ADMIN, button["key"], card["task_id"]))


def _print(people: int, took: float, calls: int, made: House, meanwhile: Figures) -> None:
    own, _ = made.memory("serve")
    print("| one announcement | |\n| --- | --- |")
    print(f"| people reached | {people} |")
    print(f"| press of the button → last one has it | {took:.1f} s ({people / took:.0f} people a second) |")
    print(f"| calls to the platform meanwhile | {calls} |")
    answered = f"{1000 * percentile(meanwhile.replies, 0.5):.0f} / {1000 * percentile(meanwhile.replies, 0.99):.0f} ms"
    print(f"| others meanwhile: acknowledged, p99 | {1000 * percentile(meanwhile.acks, 0.99):.0f} ms |")
    print(f"| others meanwhile: answered, median / p99 | {answered} |")
    print(f"| memory afterwards | {own:.0f} MB |")


def main() -> None:
    """Run as asked."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--people", type=int, default=10_000)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        asyncio.run(measure(Path(name), asked.people))


if __name__ == "__main__":
    main()
