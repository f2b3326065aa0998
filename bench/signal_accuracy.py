"""Accuracy and latency of signal rules: the given sentences, our own, and 500 rules at once."""

import sys
from collections import Counter
from dataclasses import replace
from typing import Any

from bench.samples import ROOT, load, timed
from bot.parse.signal import RuleSet, built_in

OWN = ROOT / "tests" / "bot" / "parse"


def score(rows: list[dict[str, Any]], title: str, *, shown: bool = True) -> bool:
    """Print precision and recall over labels and (when `shown`) every miss; true at P ≥ .95 and R ≥ .85."""
    if not rows:
        return True
    rules, counts = built_in("signals"), Counter[str]()
    for row in rows:
        want, got = set(row["labels"]), {signal.label for signal in rules.find(row["sentence"])}
        counts.update(right=len(want & got), false=len(got - want), missed=len(want - got))
        if shown and want != got:
            print(f"  {row['id']} {row['sentence']}   missed {sorted(want - got)}   false {sorted(got - want)}")
    precision = counts["right"] / max(1, counts["right"] + counts["false"])
    recall = counts["right"] / max(1, counts["right"] + counts["missed"])
    print(f"{title}: {len(rows)} sentences  P {precision:.3f}  R {recall:.3f}")
    return precision >= 0.95 and recall >= 0.85


def speed(rows: list[dict[str, Any]]) -> bool:
    """Time one message with the built-in rules grown to 500 by renamed anchors; true at ≤ 50 µs."""
    base = built_in("signals").rules
    copies = [
        replace(
            base[number % len(base)],
            id=f"copy-{number}",
            label=f"copy-{number}",
            patterns=tuple(
                replace(pattern, anchors=tuple(f"{anchor}甲{number}" for anchor in pattern.anchors))
                for pattern in base[number % len(base)].patterns
            ),
        )
        for number in range(500 - len(base))
    ]
    rules = RuleSet([*base, *copies], built_in("signals").evidence)
    median, p95 = timed(rules.find, [row["sentence"] for row in rows])
    print(f"500 rules: p50 {median * 1000:.0f} µs   p95 {p95 * 1000:.0f} µs")
    return median <= 0.05


def main() -> int:
    """Return 1 when a set is below its goal."""
    own = load("signal_cases.jsonl", OWN)
    good = score(load("signal_cases.jsonl"), "given")
    good &= score(own, "own")
    good &= score(load("signal_second_hand.jsonl", OWN), "second hand (blind first: P .684 R .650)")
    good &= score(load("signal_third_hand.jsonl", OWN), "third hand (blind first: P .935 R .740)")
    good &= score(load("signal_fourth_hand.jsonl", OWN), "fourth hand (blind first: P .901 R .852)")
    good &= score(load("signal_fifth_hand.jsonl", OWN), "fifth hand (blind first: P .885 R .817)")
    score(load("signal_sixth_hand.jsonl", OWN), "sixth hand (blind: P .882 R .882)")
    score(load("signal_widening.jsonl", OWN), "own, in many ways of saying it (fits the evidence)", shown=False)
    good &= speed(own)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
