"""Accuracy and latency of resolving customers: the shared sample when present, and a generated set of another style.

python -m bench.customer_accuracy [--large] [--misses]
"""

import argparse
import json
import os
import random
import resource
import time
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.customer_names import Typed, make_many, type_many
from bot.parse.customer import CustomerIndex, CustomerName, keys_for

_SAMPLES = Path(os.environ.get("SALES_BOT_SAMPLES", Path(__file__).resolve().parents[2] / "shared" / "data"))


@dataclass
class Tally:
    """Counts of one kind."""

    asked: int = 0
    first: int = 0
    third: int = 0
    linked: int = 0
    wrong: int = 0
    seconds: list[float] = field(default_factory=list)

    def row(self, label: str) -> str:
        times = sorted(self.seconds)
        p50, p95 = (1000 * times[int(len(times) * part)] for part in (0.5, 0.95))
        share = 1 - self.wrong / self.linked if self.linked else 1.0
        return (
            f"{label:28} {self.asked:6} {self.first / self.asked:7.3f} {self.third / self.asked:7.3f} "
            f"{self.linked / self.asked:7.3f} {share:9.4f} {p50:7.2f} {p95:7.2f}"
        )


HEAD = f"{'':28} {'n':>6} {'p@1':>7} {'r@3':>7} {'linked':>7} {'precision':>9} {'p50 ms':>7} {'p95 ms':>7}"


def ask(index: CustomerIndex, typed: Typed, own: Collection[str], tallies: Sequence[Tally]) -> bool:
    """Ask once, count in every tally, return whether the right one was among three."""
    start = time.thread_time()  # CPU time: the machine is shared
    found = index.find(typed.text, own=own)
    seconds = time.thread_time() - start
    names = [one.name for one in found.candidates]
    for tally in tallies:
        tally.asked += 1
        tally.first += names[:1] == [typed.name]
        tally.third += typed.name in names
        tally.linked += found.decided is not None
        tally.wrong += found.decided is not None and found.decided.name != typed.name
        tally.seconds.append(seconds)
    return typed.name in names


def table(index: CustomerIndex, queries: Sequence[Typed], *, misses: bool) -> None:
    """Print a row for each kind and one for all, nobody's own customers."""
    kinds: dict[str, Tally] = defaultdict(Tally)
    whole = Tally()
    missed = [one for one in queries if not ask(index, one, (), (kinds[one.kind], whole))]
    print(HEAD)
    for kind, tally in kinds.items():
        print(tally.row(kind))
    print(whole.row("ALL"))
    if misses:
        print(*(f"  missed: {one.kind}: {one.text} <- {one.name}" for one in missed), sep="\n")


def scoped(names: Sequence[str], queries: Sequence[Typed], *, whole: CustomerIndex | None) -> None:
    """Print the rep's view: 200 own customers, alone or inside the whole company; and strangers' names."""
    rng = random.Random(7)
    known, strangers = Tally(), Tally()
    ids = {one: f"C{place}" for place, one in enumerate(names)}
    for _ in range(8):
        mine = rng.sample(queries, 150)
        own = {one.name for one in mine} | set(rng.sample(list(names), 50))
        index = whole or CustomerIndex.build(CustomerName(ids[one], one) for one in own)
        own_ids = {ids[one] for one in own}
        for one in mine:
            ask(index, one, own_ids, (known,))
        for one in rng.sample([one for one in queries if one.name not in own], 300):
            start = time.perf_counter()
            found = index.find(one.text, own=own_ids)
            strangers.seconds.append(time.perf_counter() - start)
            strangers.asked += 1
            strangers.linked += found.decided is not None and found.decided.name != one.name
    print(known.row("own 200" + (" in company" if whole else "")))
    wrong = strangers.linked / strangers.asked
    print(f"{'  not own, linked to another':28} {strangers.asked:6} {wrong:31.4f}")


def unknown(index: CustomerIndex, queries: Sequence[Typed]) -> None:
    """Print how many names of companies that are not listed were linked."""
    linked = [one for one in queries if index.find(one.text).decided]
    print(f"{'unknown companies linked':28} {len(queries):6} {len(linked) / len(queries):31.4f}")


def build(names: Sequence[str]) -> CustomerIndex:
    """Build an index and print what that took."""
    start = time.perf_counter()
    rows = [(CustomerName(f"C{place}", one), keys_for(one)) for place, one in enumerate(names)]
    computed = time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    index = CustomerIndex.load(rows)
    loaded = time.perf_counter()
    size = sum(len(one) for _, one in rows) / len(rows)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"{len(names)} names: keys {computed - start:.1f} s ({size:.0f} bytes each), load {loaded - computed:.2f} s, "
        f"peak RSS {before // 1024} -> {after // 1024} MB"
    )
    return index


def sample(*, misses: bool) -> None:
    """Print the tables of the shared sample; half of its companies are left out to serve as strangers."""
    path = _SAMPLES / "company_names.txt"
    if not path.exists():
        print(f"no sample at {path}: skipped")
        return
    names = path.read_text(encoding="utf-8").split()
    lines = (_SAMPLES / "company_queries.jsonl").read_text(encoding="utf-8").splitlines()
    queries = [Typed(one["kind"], one["query"], one["name"]) for one in map(json.loads, lines)]
    left_out = set(random.Random(3).sample(sorted({one.name for one in queries}), 600))
    print("\n== shared sample")
    index = build(names)
    table(index, queries, misses=misses)
    scoped(names, queries, whole=index)
    scoped(names, queries, whole=None)
    rest = CustomerIndex.build(CustomerName(f"C{place}", one) for place, one in enumerate(names) if one not in left_out)
    unknown(rest, [one for one in queries if one.name in left_out])


def generated(count: int, *, misses: bool) -> None:
    """Print the tables of the generated set."""
    made = make_many(count + 2_000, seed=11)
    listed, strangers = made[:count], made[count:]
    queries = type_many(listed, 80, seed=12)
    names = [one.name for one in listed]
    print(f"\n== generated, {count}")
    index = build(names)
    table(index, queries, misses=misses)
    scoped(names, queries, whole=index)
    scoped(names, queries, whole=None)
    unknown(index, type_many(strangers, 100, seed=13))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="also 200,000 names")
    parser.add_argument("--misses", action="store_true", help="print what was not among the three candidates")
    options = parser.parse_args()
    sample(misses=options.misses)
    generated(20_000, misses=options.misses)
    if options.large:
        generated(200_000, misses=options.misses)
