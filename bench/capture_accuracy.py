"""Slot accuracy of one-sentence capture (M18) on our own sentences, with the real time and person readers."""

import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
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
CUSTOMERS = re.compile("华东机械|蓝海|恒信|恒立液压|恒立|康联医疗|康联|华东(?=那边|的|王)")
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


def customers(text: str) -> list[tuple[tuple[int, int], Known]]:
    return [(match.span(), Known(match[0])) for match in CUSTOMERS.finditer(text)]


def people(text: str) -> list[tuple[tuple[int, int], Known]]:
    return [(call.span, Known(call)) for call in calls_in(text)]


def times(text: str) -> Sequence[TimeMatch]:
    return parse_times(text, now=NOW, calendar=CALENDAR, names=CUSTOMERS.findall(text))


def read(text: str) -> Capture:
    return capture(text, times=times, customers=customers, people=people, now=NOW)


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


def judged(row: dict[str, Any], *, second_hand: bool) -> tuple[Facts, Facts, Facts]:
    """Return what is wanted, what was found, and what of that would be filled in silently."""
    want, result = wanted_facts(row), read(row["text"])
    got, auto = found_facts(result), found_facts(result, auto=True)
    if not second_hand:
        return want, got, auto
    want = coarse(want)
    return want, agreed(coarse(got), want), agreed(coarse(auto), want)


def score(rows: list[dict[str, Any]], title: str, *, second_hand: bool = False) -> tuple[float, float]:
    """Print every miss and the totals; return slot F1 and the precision of what is filled in silently."""
    counts: Counter[str] = Counter()
    for row in rows:
        want, got, auto = judged(row, second_hand=second_hand)
        counts.update(right=(want & got).total(), false=(got - want).total(), missed=(want - got).total())
        counts.update(auto_right=(want & auto).total(), auto_false=(auto - want).total(), exact=want == got)
        if want != got:
            missed, false = (sorted("/".join(fact) for fact in facts) for facts in (want - got, got - want))
            print(f"  {row['id']} {row['text']}\n      missed {missed}   false {false}")
    precision = counts["right"] / max(1, counts["right"] + counts["false"])
    recall = counts["right"] / max(1, counts["right"] + counts["missed"])
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    silent = counts["auto_right"] / max(1, counts["auto_right"] + counts["auto_false"])
    median, p95 = timed(read, [row["text"] for row in rows], rounds=2)
    print(
        f"{title}: {len(rows)} sentences, {counts['exact']} whole  slots P {precision:.3f} R {recall:.3f} F1 {f1:.3f}"
        f"  filled silently P {silent:.3f}   p50 {median:.2f} ms  p95 {p95:.2f} ms"
    )
    return f1, silent


def main() -> int:
    """Return 1 when a set is below what it once reached: our own, and the one a second hand wrote blind."""
    own = ROOT / "tests" / "bot" / "parse"
    f1, silent = score(load("capture_cases.jsonl", own), "capture")
    others = score(load("capture_second_hand.jsonl", own), "second hand (blind first: F1 .49)", second_hand=True)
    return 0 if f1 >= 0.95 and silent >= 0.97 and others[0] >= 0.88 and others[1] >= 0.90 else 1


if __name__ == "__main__":
    sys.exit(main())
