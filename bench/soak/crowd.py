"""People who talk at a steady rate, and a platform that delivers again until it is answered, as WeCom does."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.load import Figures
from bench.platforms import Platforms
from bench.speakers import WecomSpeaker

WORDS = (
    "拜访 华东机械", "撤销", "撤销", "/今天", "明天给蓝海发合同", "今天拜访了华东机械，他们嫌贵", "取消", "这句谁也听不懂",
)  # fmt: skip
AGAIN_AFTER = 0.5
GIVE_UP_AFTER = 120.0
REPLY_WITHIN = 180.0
TWICE = 0.05
"""Share of the messages that are delivered again although they were taken."""
FREE_AT_LEAST = 2
"""So many people keep silent at any time; more load than that is not offered."""


@dataclass
class Crowd:
    """Everybody says the words in turn, and a picture now and then; nobody speaks before he has his answer."""

    speaker: WecomSpeaker
    platforms: Platforms
    people: Sequence[str]
    rate: float
    picture_every: float
    dice: random.Random
    figures: Figures = field(default_factory=Figures)
    said: int = 0
    pictures: int = 0
    deliveries: int = 0
    given_up: int = 0
    held_back: int = 0

    def __post_init__(self) -> None:
        self._free = deque(self.people)
        self._steps = {person: number for number, person in enumerate(self.people)}
        self._tasks: set[asyncio.Task[None]] = set()

    async def talk(self, seconds: float) -> None:
        """Talk for so long, then wait until everybody has his answer (or will get none)."""
        begun = time.monotonic()
        at, next_picture = begun, begun
        while at < begun + seconds:
            await asyncio.sleep(max(0.0, at - time.monotonic()))
            if len(self._free) < FREE_AT_LEAST:
                self.held_back += 1
            elif at >= next_picture and self.platforms.pictures:
                self._start(self._picture())
                next_picture = at + self.picture_every
            else:
                self._start(self._words())
            at += self.dice.expovariate(self.rate)
        await asyncio.gather(*self._tasks)
        self.figures.seconds = time.monotonic() - begun

    def _words(self) -> tuple[str, str]:
        person = self._free.popleft()
        text = WORDS[self._steps[person] % len(WORDS)]
        self._steps[person] += 1
        return person, self.speaker.message(person, text)

    def _picture(self) -> tuple[str, str]:
        person = self._free.popleft()
        self.pictures += 1
        return person, self.speaker.picture(person, self.dice.choice(sorted(self.platforms.pictures)))

    def _start(self, what: tuple[str, str]) -> None:
        self.said += 1
        task = asyncio.create_task(self._say(*what))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _say(self, person: str, xml: str) -> None:
        begun = time.monotonic()
        heard = self.platforms.hear(person)
        if await self._deliver(xml, begun):
            self.figures.acks.append(time.monotonic() - begun)
            if self.dice.random() < TWICE:
                await self._once(xml)
            try:
                self.figures.replies.append(await asyncio.wait_for(heard, REPLY_WITHIN) - begun)
            except TimeoutError:
                self.figures.missing += 1
        else:
            self.given_up += 1
        self.platforms.forget(person)
        self._free.append(person)

    async def _deliver(self, xml: str, begun: float) -> bool:
        while not await self._once(xml):
            self.figures.refused += 1
            if time.monotonic() - begun > GIVE_UP_AFTER:
                return False
            await asyncio.sleep(AGAIN_AFTER)
        return True

    async def _once(self, xml: str) -> bool:
        self.deliveries += 1
        return await self.speaker.deliver(xml)
