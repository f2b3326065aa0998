"""Detection and false-alarm rates of the fraud hints (M20), on invented places and, when present, real pictures.

    python -m bench.fraud_rates [--places 120] [--million]

`--million` fills the index with a million prints and measures one look-up.
"""

from __future__ import annotations

import argparse
import os
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, thread_time

import cv2
import numpy as np

from bench.forger import ATTACKS, GOALS, Pixels, place
from bot.photo.fingerprint import fingerprint
from bot.photo.hash_index import HashIndex
from bot.photo.likeness import Traces, is_copy, unpacked
from bot.photo.print import Print
from bot.radar import CANDIDATES, LIKELY, TURNED, WITHIN

SCREEN_LIKE = 0.4


@dataclass
class Album:
    """Prints of originals, searched as the radar searches."""

    prints: list[Print] = field(default_factory=list)
    index: HashIndex = field(default_factory=HashIndex)

    def add(self, traces: Print) -> None:
        self.index.add(len(self.prints), traces.hashes)
        self.prints.append(traces)

    def copies_of(self, traces: Print) -> set[int]:
        """Return the originals this picture is called a copy of: those near by hash, and the nearest of all."""
        near = {n.owner: (n.distance, n.probe) for n in self._nearest_of_all(traces)}
        near |= {n.owner: (n.distance, n.probe) for n in self.index.near(
            traces.probes, within=WITHIN, most=CANDIDATES, quick=TURNED)}  # fmt: skip
        return {at for at, (d, probe) in near.items() if is_copy(traces, probe, d, _stored(self.prints[at]))}

    def _nearest_of_all(self, traces: Print) -> Sequence:
        return self.index.near(traces.probes, within=64, most=CANDIDATES)


def _stored(traces: Print) -> Traces:
    return Traces(unpacked(traces.thumb), unpacked(traces.inner), unpacked(traces.features))


def real_pictures() -> Iterator[Pixels]:
    """Yield the real photographs of the shared samples, large enough to be site photos."""
    default = Path(__file__).resolve().parents[2] / "shared"
    shared = Path(os.environ.get("SALES_BOT_SAMPLES", default / "data")).parent
    for path in sorted((shared / "tools" / "backgrounds").glob("*.jpg")):
        yield np.ascontiguousarray(cv2.imread(str(path))[..., ::-1])


def rates(originals: Iterable[Pixels], *, seed: int = 5) -> dict[str, tuple[int, int, int, float]]:
    """Return attack → (found, tries, false alarms, mean moiré); every attacked picture is compared with all originals."""
    album, pictures, chance = Album(), list(originals), random.Random(seed)
    for picture in pictures:
        traces = fingerprint(picture)
        assert traces is not None
        album.add(traces)
    table = {}
    for name, attack in {"untouched": lambda p, _: p, **ATTACKS}.items():
        found = wrong = 0
        moire = []
        for at, picture in enumerate(pictures):
            traces = fingerprint(np.ascontiguousarray(attack(picture, chance)))
            copies = album.copies_of(traces) if traces else set()
            found += at in copies
            wrong += bool(copies - {at})
            moire.append(traces.moire if traces else 0.0)
        table[name] = (found, len(pictures), wrong, float(np.mean([one >= SCREEN_LIKE for one in moire])))
    return table


def show(title: str, table: dict[str, tuple[int, int, int, float]]) -> None:
    print(f"\n{title}: attack, found, goal, false alarms, called a photo of a screen")
    for name, (found, tries, wrong, screens) in table.items():
        goal = f"{100 * GOALS[name]:.0f} %" if name in GOALS else "–"
        print(f"  {name:24}{100 * found / tries:6.1f} %  {goal:>6}  {wrong:3}/{tries:<4}{100 * screens:6.0f} %")


def strangers(count: int) -> tuple[int, int]:
    """Return how many of `count` new places are called copies among `count` others, and the pairs compared."""
    album = Album()
    for seed in range(count):
        album.add(fingerprint(place(10_000 + seed, size=(540, 720))))
    wrong = sum(bool(album.copies_of(fingerprint(place(50_000 + seed, size=(540, 720))))) for seed in range(count))
    return wrong, count * count


def million(count: int = 1_000_000, looks: int = 200) -> tuple[list[float], list[float]]:
    """Return the milliseconds of look-ups of strangers among `count` pictures with three hashes each, sorted: by the wall
    clock, and of processor time, which a busy machine does not change.

    A look-up is the search of the index and the close comparison of as many candidates as the radar ever compares.
    """
    stranger, others = fingerprint(place(1, size=(540, 720))), fingerprint(place(2, size=(540, 720)))
    assert stranger is not None
    assert others is not None
    chance = np.random.default_rng(3)
    lean = chance.normal(0, 0.6, 64)  # real hashes are not evenly spread: sky above, road below

    def hashes(many: int) -> np.ndarray:
        waves = chance.normal(0, 1, (many, 64)) + lean
        bits = np.packbits(waves > np.median(waves, axis=1, keepdims=True), axis=1)
        return bits.view(">u8").ravel().astype(np.uint64)

    index = HashIndex()
    stored = np.concatenate([hashes(100_000) for _ in range(3 * count // 100_000)])
    index.load(stored, np.repeat(np.arange(count), 3))
    wall, cpu = [], []
    for _ in range(looks):
        probes = [int(one) for one in hashes(10)]
        started, worked = perf_counter(), thread_time()
        index.near(probes, within=WITHIN, most=CANDIDATES, quick=TURNED)
        for _ in range(CANDIDATES + LIKELY):
            is_copy(stranger, 0, WITHIN, _stored(others))
        wall.append((perf_counter() - started) * 1000)
        cpu.append((thread_time() - worked) * 1000)
    return sorted(wall), sorted(cpu)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--places", type=int, default=60)
    asked.add_argument("--million", action="store_true")
    args = asked.parse_args()
    show(f"{args.places} invented places", rates(place(seed) for seed in range(args.places)))
    real = list(real_pictures())
    if real:
        show(f"{len(real)} real photographs", rates(real))
    else:
        print("no shared photographs here: only invented places are measured")
    wrong, pairs = strangers(args.places * 4)
    print(f"\nnew places called copies: {wrong} of {args.places * 4} ({pairs} pairs)")
    if args.million:
        for name, spent in zip(("wall clock", "processor"), million(), strict=True):
            p50, p95 = spent[len(spent) // 2], spent[int(len(spent) * 0.95)]
            print(f"a million pictures, {name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms")


if __name__ == "__main__":
    main()
