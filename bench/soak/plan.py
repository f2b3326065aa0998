"""What a soak does, and what is noted while it runs."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

from bench.platforms import Faults, Platforms
from bench.soak.crowd import Crowd
from bench.soak.verdict import Verdict
from bench.soak.watch import Life
from bot.adapters.practice.samples import make_chat_screenshot, make_plain_photo, make_site_photo
from bot.clock import SystemClock
from tests.bot.photo.hostile import cases

FAULTS = Faults(busy=0.02, broken=0.02, answer_lost=0.02, hangs=0.003)
LATENCY = 0.03
PEOPLE = 300
KILLING = 0.4
"""Share of the time in which processes are killed."""
REST_WITHIN = 420.0
GOOD_PICTURES = 6


@dataclass(frozen=True)
class Soak:
    """How long, how much, and how often somebody is killed."""

    minutes: float
    rate: float
    kill_every: float
    names: tuple[str, ...]
    picture_every: float = 10.0
    seed: int = 20261116

    @property
    def seconds(self) -> float:
        """How long people talk."""
        return 60 * self.minutes

    @property
    def killing_seconds(self) -> float:
        """For how long processes are killed."""
        return KILLING * self.seconds

    def dice(self) -> random.Random:
        """Return dice that always fall alike."""
        return random.Random(self.seed)


@dataclass
class Run:
    """A soak that was played."""

    soak: Soak
    platforms: Platforms
    crowd: Crowd
    kills: Counter[str] = field(default_factory=Counter)
    lives: list[Life] = field(default_factory=list)
    tables: list[tuple[float, dict[str, int]]] = field(default_factory=list)
    verdict: Verdict | None = None
    rested: float = 0.0
    megabytes: float = 0.0
    largest_wal: float = 0.0
    died: list[str] = field(default_factory=list)


def pictures() -> dict[str, bytes]:
    """Return pictures by media id: good ones, and as many damaged, hostile or strange files."""
    now = SystemClock().now()
    good = [make_site_photo(now, "上海市黄浦区人民大道 200 号"), make_chat_screenshot("王建国", "采购经理")]
    good += [make_plain_photo(str(number)) for number in range(GOOD_PICTURES - len(good))]
    broken = random.Random(5).sample(list(cases()), GOOD_PICTURES)
    files = [*good, *(case.data for case in broken)]
    return {f"picture{number}": data for number, data in enumerate(files)}
