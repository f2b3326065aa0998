"""What each word family is worth as evidence for a signal: fitted on every labelled set, judged on the hand left out.

python -m bench.signal_points [--write]

A logistic regression for each label over the features of bot/parse/signal/evidence.py; the result is a table of points
that a person can read and change. `--write` renews rules/evidence_points.tsv.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.samples import ROOT, load
from bot.parse.signal import built_in, guard
from bot.parse.signal.evidence import BIAS, FEW, POINTS_FILE, SCALE, Evidence, Families, read_families
from bot.parse.signal.rule import RULES_DIRECTORY
from bot.parse.signal.ruleset import RuleSet

OWN = ROOT / "tests" / "bot" / "parse"
SETS = ("cases", "widening", "second_hand", "third_hand", "fourth_hand", "fifth_hand", "sixth_hand")
MIN_SEEN = 2  # a feature of one sentence teaches nothing
RIDGE = 0.3
STEPS = 300
RATE, MOMENTUM = 6.0, 0.9
SMALLEST = 25  # points; what is worth less is left out of the table

Floats = NDArray[np.float32]
Row = dict[str, Any]


@dataclass(frozen=True)
class Fitted:
    """Features in order, labels in order, and what each feature is worth; the last row is the bias."""

    features: tuple[str, ...]
    labels: tuple[str, ...]
    worth: Floats

    def evidence(self, families: Families) -> Evidence:
        """Return the evidence these points make, rounded as the table is."""
        whole = np.rint(self.worth * SCALE)
        whole[:-1][np.abs(whole[:-1]) < SMALLEST] = 0
        points = {
            feature: tuple((place, float(value) / SCALE) for place, value in enumerate(row) if value)
            for feature, row in zip(self.features, whole[:-1], strict=True)
            if row.any()
        }
        return Evidence(families, self.labels, points, [float(value) / SCALE for value in whole[-1]])

    def table(self, families: Families) -> str:
        """Write the points as tab-separated text, the bias first."""
        names = [BIAS, *map(families.spelled, self.features)]
        whole = np.rint(np.vstack([self.worth[-1:], self.worth[:-1]]) * SCALE).astype(int)
        whole[1:][np.abs(whole[1:]) < SMALLEST] = 0
        rows = [(name, row) for name, row in zip(names, whole, strict=True) if row.any()]
        body = [
            "\t".join([name, *(str(value) if value else "" for value in row)]) for name, row in sorted(rows, key=_place)
        ]
        return "\n".join(["\t".join(["evidence", *self.labels]), *body]) + "\n"


def _place(named: tuple[str, object]) -> tuple[bool, int, str]:
    name = named[0]
    return name != BIAS, name.count("<"), name


def fit(rows: Sequence[Row], families: Families) -> Fitted:
    """Fit points to labelled sentences; the same rows give the same points."""
    found = [families.features(guard.matching_copy(row["sentence"])) for row in rows]
    seen = Counter(feature for one in found for feature in one)
    features = tuple(sorted(one for one, times in seen.items() if times >= MIN_SEEN and not one.isspace()))
    labels = tuple(sorted({label for row in rows for label in row["labels"]}))
    places = {one: place for place, one in enumerate(features)}
    given = np.zeros((len(rows), len(features) + 1), np.float32)
    for line, one in enumerate(found):
        known = [places[feature] for feature in one if feature in places]
        given[line, known] = 1 / np.sqrt(len(known) + FEW)
    given[:, -1] = 1
    wanted = np.array([[label in row["labels"] for label in labels] for row in rows], np.float32)
    return Fitted(features, labels, _descend(given, wanted))


def _descend(given: Floats, wanted: Floats) -> Floats:
    worth = np.zeros((given.shape[1], wanted.shape[1]), np.float32)
    pace = np.zeros_like(worth)
    for _ in range(STEPS):
        likely = 1 / (1 + np.exp(-given @ worth))
        pace = MOMENTUM * pace + (given.T @ (likely - wanted) + RIDGE * worth) / len(given)
        worth -= RATE * pace
    return worth


def judged(rules: RuleSet, rows: Sequence[Row]) -> tuple[float, float]:
    """Return precision and recall over the labels of some sentences."""
    right = false = missed = 0
    for row in rows:
        want, got = set(row["labels"]), {signal.label for signal in rules.find(row["sentence"])}
        right, false, missed = right + len(want & got), false + len(got - want), missed + len(want - got)
    return right / max(1, right + false), right / max(1, right + missed)


def leave_one_out(sets: dict[str, list[Row]], families: Families) -> None:
    """Print what a hand may expect whose sentences gave no points (the rules themselves may know them)."""
    rules = built_in().rules
    for name, held in sets.items():
        others = [row for other, rows in sets.items() if other != name for row in rows]
        precision, recall = judged(RuleSet(rules, fit(others, families).evidence(families)), held)
        plain = judged(RuleSet(rules), held)
        print(f"{name:12} left out: P {precision:.3f} R {recall:.3f}   rules alone: P {plain[0]:.3f} R {plain[1]:.3f}")


def main() -> int:
    """Print the estimate with each hand left out; with --write renew the table of points."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="renew rules/evidence_points.tsv")
    asked = parser.parse_args()
    sets = {name: load(f"signal_{name}.jsonl", OWN) for name in SETS}
    families = read_families(RULES_DIRECTORY)
    if not asked.write:
        leave_one_out(sets, families)
        return 0
    fitted = fit([row for rows in sets.values() for row in rows], families)
    (RULES_DIRECTORY / POINTS_FILE).write_text(fitted.table(families), encoding="utf-8")
    print(f"{len(fitted.features)} features")
    return 0


if __name__ == "__main__":
    sys.exit(main())
