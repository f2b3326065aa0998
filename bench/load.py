"""Ways to put load on a bot: everybody waits for the answer, at a steady rate, all at once. Times are monotonic seconds."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.platforms import Platforms
from bench.speakers import Speaker

DRAIN = 60.0


@dataclass
class Figures:
    """What was measured: seconds until acknowledged and until the reply arrived, and what never came."""

    seconds: float = 0.0
    acks: list[float] = field(default_factory=list)
    replies: list[float] = field(default_factory=list)
    refused: int = 0
    missing: int = 0

    @property
    def rate(self) -> float:
        """Messages a second, from the first one delivered to the last one answered (or acknowledged)."""
        return len(self.replies or self.acks) / self.seconds if self.seconds else 0.0

    def add(self, other: Figures) -> None:
        """Add another round."""
        self.seconds += other.seconds
        self.acks += other.acks
        self.replies += other.replies
        self.refused += other.refused
        self.missing += other.missing


def percentile(values: Sequence[float], share: float) -> float:
    """Return a percentile; nan of nothing."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else float("nan")


@dataclass
class Talk:
    """A crowd of accounts that talk to one bot; no account speaks again before its reply has come.

    Everybody says the texts one after the other, again and again; they do not all begin with the first.
    """

    speaker: Speaker
    platforms: Platforms
    accounts: Sequence[str]
    texts: Sequence[str]

    def __post_init__(self) -> None:
        self._free = deque(self.accounts)
        self._said = Counter({account: number for number, account in enumerate(self.accounts)})

    async def conversations(self, *, at_once: int, seconds: float) -> Figures:
        """Let `at_once` people talk, each again as soon as the reply is there: end-to-end throughput."""
        figures, until, begun = Figures(), time.monotonic() + seconds, time.monotonic()

        async def one() -> None:
            while time.monotonic() < until:
                await self._exchange(figures, time.monotonic())

        await asyncio.gather(*(one() for _ in range(at_once)))
        figures.seconds = time.monotonic() - begun
        return figures

    async def steady(self, *, rate: float, seconds: float, seed: int = 1) -> Figures:
        """Deliver at a rate (Poisson); latencies count from the instant a message was meant for."""
        dice, figures, begun = random.Random(seed), Figures(), time.monotonic()
        tasks, at = [], begun
        while at < begun + seconds:
            await asyncio.sleep(max(0.0, at - time.monotonic()))
            tasks.append(asyncio.create_task(self._exchange(figures, at)))
            at += dice.expovariate(rate)
        await asyncio.gather(*tasks)
        figures.seconds = time.monotonic() - begun
        return figures

    async def burst(self, *, count: int, seconds: float) -> Figures:
        """Deliver `count` messages evenly within some seconds."""
        figures, begun = Figures(), time.monotonic()
        tasks = []
        for number in range(count):
            at = begun + seconds * number / count
            await asyncio.sleep(max(0.0, at - time.monotonic()))
            tasks.append(asyncio.create_task(self._exchange(figures, at)))
        await asyncio.gather(*tasks)
        figures.seconds = time.monotonic() - begun
        return figures

    async def deliveries(self, *, at_once: int, seconds: float) -> Figures:
        """Deliver without waiting for replies: how fast messages are taken."""
        figures, until, begun = Figures(), time.monotonic() + seconds, time.monotonic()

        async def one() -> None:
            while (at := time.monotonic()) < until:
                account = self._next()
                await self._deliver(figures, account, at)
                self._free.append(account)

        await asyncio.gather(*(one() for _ in range(at_once)))
        figures.seconds = time.monotonic() - begun
        return figures

    def _next(self) -> str:
        return self._free.popleft()

    async def _deliver(self, figures: Figures, account: str, at: float) -> bool:
        text = self.texts[self._said[account] % len(self.texts)]
        self._said[account] += 1
        taken = await self.speaker.say(account, text)
        if taken:
            figures.acks.append(time.monotonic() - at)
        else:
            figures.refused += 1
        return taken

    async def _exchange(self, figures: Figures, at: float) -> None:
        account = self._next()
        heard = self.platforms.hear(account)
        if await self._deliver(figures, account, at):
            try:
                figures.replies.append(await asyncio.wait_for(heard, DRAIN) - at)
            except TimeoutError:
                figures.missing += 1
        else:
            self.platforms.forget(account)
        self._free.append(account)
