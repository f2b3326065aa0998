"""Accuracy and latency of bot.parse.time on time samples.

    python -m bench.time_accuracy [file.jsonl ...]

Without arguments: ../shared/data/time_cases.jsonl (or $SALES_BOT_SAMPLES/time_cases.jsonl) when present, and our own
cases under tests/bot/parse/. A line holds message, ref, kind and expected {start, end, due}; `accept` lists other days
that count as right. The match compared is the one whose span covers `expr`, else what parse_time chooses.
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from statistics import quantiles
from time import perf_counter, process_time

from bench.samples import ROOT, samples_directory
from bot.parse.time import Kind, TimeMatch, parse_time
from models.rules.workday import default_calendar

DAY = len("2026-01-21")
MINUTE = len("2026-01-21T10:00")
CALENDAR = default_calendar()
EXPECTED_MARKS = {
    "vague": lambda match: match is None or match.kind is Kind.VAGUE,
    "invalid": lambda match: match is not None and match.invalid,
    "asked": lambda match: match is not None and match.ambiguous and match.alternatives,
}


def shown(when: datetime | None, form: str | None) -> str | None:
    """Write an instant as finely as the expected value is written."""
    return None if when is None else when.isoformat()[: len(form) if form else MINUTE]


def verdict(case: dict, match: TimeMatch | None) -> str:
    """Return right, silent (wrong without a question), asked (wrong but marked), none or false hit."""
    kind = case["kind"]
    if kind == "none":
        return "right" if match is None else "false hit"
    if kind in EXPECTED_MARKS:
        return "right" if EXPECTED_MARKS[kind](match) else "silent"
    if match is None or not match.resolved:
        return "none"
    if agrees(case, case["expected"], match):
        return "right"
    return "asked" if match.ambiguous else "silent"


def agrees(case: dict, expected: dict, match: TimeMatch) -> bool:
    """Compare due for deadlines, start (and end of ranges) for the rest; an accepted day replaces the expected one."""
    if case["kind"] == "recur":
        return match.kind is Kind.RECURRING and shown(match.start, expected["start"]) == expected["start"]
    if any(isinstance(each, dict) and _all_said(each, match) for each in case["accept"]):
        return True
    if case["kind"] == "deadline":
        due = shown(match.due_at, expected["due"])
        return due == expected["due"] or (due or "")[:DAY] in case["accept"]
    fields = ("start", "end") if case["kind"] in {"range", "trange", "daypart"} else ("start",)
    if all(shown(getattr(match, name), expected[name]) == expected[name] for name in fields if expected[name]):
        return True
    return any(
        (shown(match.start, each) == each) or (shown(match.end, each) == each)
        for each in case["accept"]
        if isinstance(each, str)
    )


def _all_said(reading: dict, match: TimeMatch) -> bool:
    """Compare another reading that counts as right, given as {start, end, due}; what is null is not asserted."""
    got = {"start": match.start, "end": match.end, "due": match.due_at}
    return all(shown(got[name], want) == want for name, want in reading.items() if want)


def measure(case: dict) -> tuple[str, float, TimeMatch | None]:
    """Parse one case and judge it."""
    now = datetime.fromisoformat(case["ref"])
    names, past = case.get("names", ()), case.get("past", False)
    began = perf_counter()
    match = parse_time(case["message"], now=now, calendar=CALENDAR, names=names, past=past)
    return verdict(case, match), perf_counter() - began, match


def report(path: Path, cases: Iterable[dict]) -> None:
    """Print one table and the misses."""
    table: dict[str, Counter[str]] = defaultdict(Counter)
    timings, misses = [], []
    for case in cases:
        result, seconds, match = measure(case)
        timings.append(seconds * 1000)
        table[case["kind"]][result] += 1
        if result != "right":
            got = match and (
                match.text,
                match.kind.value,
                str(match.start),
                str(match.end),
                str(match.due_at),
                match.note.value,
            )
            misses.append(f"  {result:9} {case['id']} {case['message']} | want {case['expected']} | got {got}")
    columns = ("right", "silent", "asked", "none", "false hit")
    print(f"\n{path.name}\n{'kind':10}" + "".join(f"{name:>10}" for name in columns))
    for kind, row in table.items():
        print(f"{kind:10}" + "".join(f"{row[name]:>10}" for name in columns))
    total: Counter[str] = sum(table.values(), Counter())
    print(f"{'all':10}" + "".join(f"{total[name]:>10}" for name in columns))
    cuts = quantiles(timings, n=20) if len(timings) > 1 else timings * 20
    print(f"per message ms: p50 {cuts[9]:.2f}, p95 {cuts[18]:.2f}")
    print("\n".join(misses))


def long_text(cases: list[dict], length: int) -> None:
    """Print the time one long message takes, made of the samples put together."""
    text = "。".join(case["message"] for case in cases)
    text = (text * (length // max(1, len(text)) + 1))[:length]
    timings, cpu = [], process_time()
    for _ in range(40):
        began = perf_counter()
        parse_time(text, now=datetime.fromisoformat(cases[0]["ref"]), calendar=CALENDAR)
        timings.append((perf_counter() - began) * 1000)
    own = (process_time() - cpu) / len(timings) * 1000
    timings.sort()
    print(f"{length} characters: p50 {timings[20]:.2f} ms, p95 {timings[37]:.2f} ms, of the processor {own:.2f} ms")


def main(arguments: list[str]) -> None:
    """Run on the given files, or on those that are there."""
    own = sorted((ROOT / "tests" / "bot" / "parse").glob("time_cases*.jsonl"))
    paths = [Path(each) for each in arguments] or [samples_directory() / "time_cases.jsonl", *own]
    present = [path for path in paths if path.exists()]
    for path in present:
        cases = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        report(path, cases)
        for length in (100, 2000):
            long_text(cases, length)
    for path in set(paths) - set(present):
        print(f"not present, skipped: {path}")


if __name__ == "__main__":
    main(sys.argv[1:])
