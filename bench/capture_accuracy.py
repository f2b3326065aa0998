"""Slot accuracy of one-sentence capture (M18), with the real time and person readers.

    python -m bench capture [--file FOREIGN.jsonl …]

With `--file` only those sets are scored, in the coarser words of another hand, and by kind and slot; the customers a set
names anywhere in its labels are the customers of its company.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.capture_words import Facts, agreed, coarse
from bench.samples import ROOT, load, timed
from bot.parse.person import calls_in
from bot.parse.sentence import Capture, Draft, SlotName, capture
from bot.parse.sentence.types import AUTO
from bot.parse.time import TimeMatch, parse_times
from models.rules.workday import default_calendar

CALENDAR = default_calendar()
NOW = datetime(2026, 11, 16, 16, tzinfo=CALENDAR.zone)
CAST = re.compile("华东机械|蓝海|恒信|恒立液压|恒立|康联医疗|康联|华东(?=那边|的|王)")
SCORED = (
    SlotName.CUSTOMER,
    SlotName.CONTACT,
    SlotName.AT,
    SlotName.DUE,
    SlotName.CATEGORY,
    SlotName.AMOUNT,
    SlotName.CODE,
    SlotName.MODE,
    SlotName.ACTION,
)


@dataclass(frozen=True)
class Known:
    """A resolution that needs no question, for names that are unique in the cast."""

    decided: object
    ask: bool = False


def people(text: str) -> list[tuple[tuple[int, int], Known]]:
    return [(call.span, Known(call)) for call in calls_in(text)]


@dataclass(frozen=True)
class Reader:
    """Reads sentences of a company with these customers."""

    cast: re.Pattern[str] = CAST

    def customers(self, text: str) -> list[tuple[tuple[int, int], Known]]:
        return [(match.span(), Known(match[0])) for match in self.cast.finditer(text)]

    def times(self, text: str) -> Sequence[TimeMatch]:
        return parse_times(text, now=NOW, calendar=CALENDAR, names=self.cast.findall(text))

    def read(self, text: str) -> Capture:
        return capture(text, times=self.times, customers=self.customers, people=people, now=NOW)


OWN = Reader()
read, times, customers = OWN.read, OWN.times, OWN.customers


def reader_for(rows: Iterable[dict[str, Any]]) -> Reader:
    """Know every customer the labels of a set name, longest first."""
    named = {draft["customer"] for row in rows for draft in row["drafts"] if draft.get("customer")}
    longest_first = sorted(named, key=lambda name: (-len(name), name))
    return Reader(re.compile("|".join([*map(re.escape, longest_first), CAST.pattern])))


def _shown(draft: Draft, name: SlotName) -> str | None:
    slot = draft.slot(name)
    if slot is None:
        return None
    if name is SlotName.AMOUNT:
        return format(slot.value.value.normalize(), "f")
    return str(slot.value) if name in {SlotName.CATEGORY, SlotName.CODE, SlotName.MODE, SlotName.ACTION} else slot.text


def found_facts(result: Capture, *, auto: bool = False) -> Counter[tuple[str, str, str]]:
    """Kinds and slots as (kind, slot, value); with `auto` only what would be filled in silently."""
    facts: Counter[tuple[str, str, str]] = Counter()
    for draft in result.drafts:
        if auto and draft.confidence < AUTO:
            continue  # shown with a question mark as a whole
        facts[draft.kind, "", ""] += 1
        for name in SCORED:
            value = _shown(draft, name)
            if name is SlotName.ACTION and draft.kind == "plan":
                continue
            slot = draft.slot(name)
            if value is not None and slot and (slot.auto or not auto):
                facts[draft.kind, name, value] += 1
        if draft.kind == "awaited" and (what := draft.slot(SlotName.WHAT)):
            facts["awaited", "what", str(what.value)] += 1
    return +facts


def wanted_facts(row: dict[str, Any]) -> Counter[tuple[str, str, str]]:
    facts: Counter[tuple[str, str, str]] = Counter()
    for draft in row["drafts"]:
        facts[draft["kind"], "", ""] += 1
        facts.update((draft["kind"], name, value) for name, value in draft.items() if name != "kind")
    return facts


def judged(row: dict[str, Any], reader: Reader, *, second_hand: bool) -> tuple[Facts, Facts, Facts]:
    """Return what is wanted, what was found, and what of that would be filled in silently."""
    want, result = wanted_facts(row), reader.read(row["text"])
    got, auto = found_facts(result), found_facts(result, auto=True)
    if not second_hand:
        return want, got, auto
    want = coarse(want)
    return want, agreed(coarse(got), want), agreed(coarse(auto), want)


def _rates(counts: Counter[str], prefix: str = "") -> tuple[float, float, float]:
    right, false, missed = (counts[prefix + name] for name in ("right", "false", "missed"))
    precision, recall = right / max(1, right + false), right / max(1, right + missed)
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


@dataclass(frozen=True)
class Score:
    """How a set was read: slot F1, the precision of what is filled in silently, and the counts behind them."""

    f1: float
    silent: float
    counts: Counter[str]

    def print_by_kind(self) -> None:
        """Print the rates of every kind and of every slot of it, with how many there are."""
        names = {
            name.removesuffix(end)
            for name in self.counts
            for end in (" right", " false", " missed")
            if name.endswith(end)
        }
        for name in sorted(names):
            precision, recall, f1 = _rates(self.counts, f"{name} ")
            there = self.counts[f"{name} right"] + self.counts[f"{name} missed"]
            print(f"    {name:24} {there:4}  P {precision:.3f} R {recall:.3f} F1 {f1:.3f}")


def score(rows: list[dict[str, Any]], title: str, *, second_hand: bool = False, reader: Reader = OWN) -> Score:
    """Print every miss and the totals of a set."""
    counts: Counter[str] = Counter()
    for row in rows:
        want, got, auto = judged(row, reader, second_hand=second_hand)
        for name, facts in (("right", want & got), ("false", got - want), ("missed", want - got)):
            counts[name] += facts.total()
            for (kind, slot, _), count in facts.items():
                counts[f"{kind} {slot}".strip() + f" {name}"] += count
        counts.update(auto_right=(want & auto).total(), auto_false=(auto - want).total(), exact=want == got)
        if want != got:
            missed, false = (sorted("/".join(fact) for fact in facts) for facts in (want - got, got - want))
            print(f"  {row['id']} {row['text']}\n      missed {missed}   false {false}")
    precision, recall, f1 = _rates(counts)
    silent = counts["auto_right"] / max(1, counts["auto_right"] + counts["auto_false"])
    median, p95 = timed(reader.read, [row["text"] for row in rows], rounds=2)
    print(
        f"{title}: {len(rows)} sentences, {counts['exact']} whole  slots P {precision:.3f} R {recall:.3f} F1 {f1:.3f}"
        f"  filled silently P {silent:.3f}   p50 {median:.2f} ms  p95 {p95:.2f} ms"
    )
    return Score(f1, silent, counts)


def _foreign(path: Path) -> None:
    rows = load(path.name, path.parent)
    if rows:
        score(rows, path.name, second_hand=True, reader=reader_for(rows)).print_by_kind()


def main(arguments: Sequence[str] = ()) -> int:
    """Return 1 when a set is below what it once reached: our own, and those other hands wrote blind."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--file", action="append", type=Path, default=[])
    files = parser.parse_args(arguments).file
    for path in files:
        _foreign(path.resolve())
    if files:
        return 0
    own = ROOT / "tests" / "bot" / "parse"
    ours = score(load("capture_cases.jsonl", own), "capture")
    second = score(load("capture_second_hand.jsonl", own), "second hand (blind first: F1 .49)", second_hand=True)
    rows = load("capture_third_hand.jsonl", own)
    third = score(rows, "third hand (blind first: F1 .86)", second_hand=True, reader=reader_for(rows))
    rows = load("capture_fourth_hand.jsonl", own)
    fourth = score(rows, "fourth hand (looked at by nobody: F1 .92)", second_hand=True, reader=reader_for(rows))
    floors = ((ours, 0.98, 0.98), (second, 0.92, 0.96), (third, 0.96, 0.97), (fourth, 0.90, 0.97))
    return 0 if all(one.f1 >= f1 and one.silent >= silent for one, f1, silent in floors) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
