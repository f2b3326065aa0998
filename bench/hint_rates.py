"""Detection and false-alarm rates of the hints about clocks, places and bursts (M7, M20, V13), on invented people.

    python -m bench.hint_rates [--people 500]

Cameras' notes are written into real JPEG files and read back as the reading child does; the rest is arithmetic.
"""

from __future__ import annotations

import argparse
import io
import random
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from PIL import Image

from bot.photo.load import CHINA, load_picture
from models.rules.hints import burst_of, clock_hints, place_hints

RECEIVED = datetime(2026, 11, 16, 6, 40, tzinfo=UTC)
GATE = (31.230412, 121.473745)
METRE = 1 / 111_320
Chance = random.Random
Play = Callable[[Chance], bool]
"""One person's behaviour: True when it is hinted at."""


def photo(taken_at: datetime | None, *, zone: bool = False) -> bytes:
    """Return a small JPEG with the camera's note of the time, with or without its zone; None: a stripped file."""
    exif, out = Image.Exif(), io.BytesIO()
    if taken_at is not None:
        notes = exif.get_ifd(0x8769)
        notes[0x9003] = taken_at.astimezone(CHINA).strftime("%Y:%m:%d %H:%M:%S")
        if zone:
            notes[0x9011] = "+08:00"
    Image.new("RGB", (64, 48), "white").save(out, "JPEG", exif=exif)
    return out.getvalue()


def _hinted(taken_at: datetime | None, watermark: datetime, chance: Chance) -> bool:
    return bool(
        clock_hints(load_picture(photo(taken_at, zone=chance.random() < 0.5)).exif.taken_at, watermark, RECEIVED)
    )


def _minutes(chance: Chance, least: float, most: float) -> timedelta:
    return timedelta(minutes=chance.uniform(least, most))


def _moved_clock(least: float, most: float) -> Play:
    """The watermark's clock was moved to the time of the visit; the camera's note still says when it was."""
    return lambda chance: _hinted(RECEIVED - _minutes(chance, least, most), RECEIVED - _minutes(chance, 0, 10), chance)


def _honest_clock(chance: Chance) -> bool:
    """Taken now or, in a cellar without a net, hours ago: both clocks agree to a few minutes."""
    taken_at = RECEIVED - _minutes(chance, 0, 300)
    return _hinted(taken_at, taken_at + _minutes(chance, -4, 4), chance)


def _receiver(chance: Chance, jitter_m: float, visits: int) -> bool:
    places = [
        (GATE[0] + chance.gauss(0, jitter_m) * METRE, GATE[1] + chance.gauss(0, jitter_m) * METRE)
        for _ in range(visits)
    ]
    return any(place_hints(places[at], places[:at]) for at in range(visits))


def _mocked(chance: Chance) -> bool:
    """A mock-location app with a fixed point: the same six decimals each time."""
    return _receiver(chance, 0.0, chance.randint(3, 6))


def _mocked_with_noise(chance: Chance) -> bool:
    """A better one adds a few decimetres."""
    return _receiver(chance, chance.uniform(0.1, 0.3), chance.randint(6, 12))


def _honest_receiver(chance: Chance) -> bool:
    """A telephone at the same gate: metres outdoors, tens of metres indoors."""
    return _receiver(chance, chance.uniform(2.5, 25), chance.randint(3, 24))


def _edits(chance: Chance, count: int, least_s: float, most_s: float) -> bool:
    times, at = [], RECEIVED
    for _ in range(count):
        at += timedelta(seconds=chance.uniform(least_s, most_s))
        times.append(at)
    return burst_of(times) > 0


ATTACKS: Mapping[str, Play] = {
    "watermark moved by 15–60 min": _moved_clock(15, 60),
    "watermark moved by hours": _moved_clock(60, 600),
    "last month's photo, new watermark": _moved_clock(20_000, 60_000),
    "frozen coordinates": _mocked,
    "frozen, with decimetres of noise": _mocked_with_noise,
    "watermark and camera's note moved": lambda c: _hinted(
        RECEIVED - _minutes(c, 0, 10), RECEIVED - _minutes(c, 0, 10), c
    ),
    "watermark moved, note stripped": lambda c: _hinted(None, RECEIVED - _minutes(c, 0, 10), c),
    "fixed point, only two visits": lambda c: _receiver(c, 0.0, 2),
    "12–30 records changed in a row": lambda c: _edits(c, c.randint(12, 30), 2, 20),
    "12–30 records, slower": lambda c: _edits(c, c.randint(12, 30), 15, 45),
}
HONEST: Mapping[str, Play] = {
    "photo now or hours ago": _honest_clock,
    "camera's clock an hour off": lambda c: _hinted(RECEIVED - timedelta(hours=1), RECEIVED - _minutes(c, 0, 10), c),
    "photo without a camera's note": lambda c: _hinted(None, RECEIVED - _minutes(c, 0, 600), c),
    "same gate, real receiver": _honest_receiver,
    "day written down in the evening": lambda c: _edits(c, c.randint(3, 11), 10, 90),
    "week tidied up, a record a minute": lambda c: _edits(c, c.randint(12, 40), 40, 120),
}


def rates(plays: Mapping[str, Play], people: int, seed: int = 5) -> Iterator[tuple[str, int]]:
    """Yield each behaviour and how many of `people` who behave so are hinted at."""
    for name, play in plays.items():
        chance = Chance(f"{seed}-{name}")
        yield name, sum(play(chance) for _ in range(people))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=500)
    people = asked.parse_args().people
    for title, plays in (("attacks found", ATTACKS), ("honest people hinted at", HONEST)):
        print(f"\n{title}, of {people} each")
        for name, found in rates(plays, people):
            print(f"  {name:36}{100 * found / people:6.1f} %")


if __name__ == "__main__":
    main()
