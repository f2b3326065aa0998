"""Every line of our own sample set, by another hand than the parser's: conventions, both sides of each, and names."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from bench.time_accuracy import verdict
from bot.parse.time import TimeMatch, parse_time
from models.rules.workday import default_calendar

CASES = [
    json.loads(line)
    for path in sorted(Path(__file__).parents[1].glob("time_cases*.jsonl"))
    for line in path.read_text(encoding="utf-8").splitlines()
]


def heard(case: dict) -> TimeMatch | None:
    return parse_time(
        case["message"],
        now=datetime.fromisoformat(case["ref"]),
        calendar=default_calendar(),
        names=case.get("names", ()),
        past=case.get("past", False),
    )


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_what_was_said_is_understood_or_asked(case: dict) -> None:
    match = heard(case)
    assert verdict(case, match) == "right", (case, match)


def test_the_set_is_large_enough_to_mean_something() -> None:
    assert len(CASES) >= 150
