"""The summary of a soak as Markdown."""

from __future__ import annotations

import platform
from collections.abc import Sequence

from bench.load import percentile
from bench.soak.plan import FAULTS, LATENCY, Run
from bench.soak.watch import FLAT, Life
from bot.clock import SystemClock

LARGEST_WAL = 64
LEDGERS = {
    "inbox": "trimmed after 90 days", "outbox": "trimmed after 90 days", "job_run": "trimmed after 90 days",
    "event": "the log, kept for ever", "media": "files go after `photos.keep_days`, the row stays",
    "photo_print": "prints of pictures, kept for the search of repeats", "visit": "a record", "visit_evidence": "a record", "board": "one row a person or limit, swept once its hour is over",
    "deadline": "a record", "undo_request": "a record", "commitment_draft": "a record", "sequence": "one row a day and kind", "focus": "one row a person",
    "conversation": "one row a person and chat",
}  # fmt: skip
"""Tables that may grow with the messages, and until when."""


def is_fine(run: Run) -> bool:
    """Whether nothing was lost, doubled, stuck or kept too long, nothing grew and nobody died by himself."""
    flat = all(life.is_flat for life in run.lives) and run.largest_wal <= LARGEST_WAL
    return bool(run.verdict and not run.verdict.faults() and flat and not run.died and not _unexpected(run))


def summary(run: Run) -> str:
    """Return the Markdown."""
    parts = [_head(run), _talk(run), _verdict(run), _memory(run.lives), _tables(run)]
    return "\n\n".join(parts) + "\n"


def _head(run: Run) -> str:
    soak = run.soak
    store = (
        "one process on SQLite (WAL, FULL)" if soak.names == ("serve",) else f"{', '.join(soak.names)} on PostgreSQL"
    )
    command = (
        f"make soak ARGS='{soak.minutes:g} --rate {soak.rate:g}{'' if soak.names == ('serve',) else ' --postgres'}'"
    )
    kills = ", ".join(f"{count} × {name}" for name, count in sorted(run.kills.items())) or "nobody"
    met, calls = sum(run.platforms.faulted.values()), sum(run.platforms.calls.values())
    asked = f"429 {FAULTS.busy:.1%}, 502 {FAULTS.broken:.1%}, answer lost after delivery {FAULTS.answer_lost:.1%}, hanging {FAULTS.hang_seconds:.0f} s {FAULTS.hangs:.1%}"
    sentences = (
        f"**{'Clean' if is_fine(run) else 'NOT CLEAN'}.**",
        f"Killed (SIGKILL, first 40 % of the time): {kills}.",
        f"The platform took {1000 * LATENCY:.0f} ms a call and met {met} of {calls} calls with a fault: {_counts(run.platforms.faulted)} (asked for: {asked}).",
    )
    first = f"`{command}`, {SystemClock().now():%Y-%m-%d}, Python {platform.python_version()}: {store}, {soak.minutes:g} minutes."
    return "\n".join(["# Soak", "", first, "", *sentences])


def _counts(counter) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001  # a Counter
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in sorted(counter.items()))


def _talk(run: Run) -> str:
    crowd, figures = run.crowd, run.crowd.figures
    rows = [
        ("messages said", f"{crowd.said} ({crowd.pictures} of them pictures, half broken)"),
        ("deliveries (redelivered until acknowledged, 5 % once more)", f"{crowd.deliveries}"),
        ("not acknowledged at first (process dead or starting)", f"{figures.refused}"),
        ("given up by the platform after two minutes", f"{crowd.given_up}"),
        ("first delivery → acknowledged, median / p99", f"{_ms(figures.acks, 0.5)} / {_ms(figures.acks, 0.99)}"),
        ("first delivery → answer on the phone, median / p99", f"{_ms(figures.replies, 0.5)} / {_ms(figures.replies, 0.99)}"),
        ("no answer within three minutes", f"{figures.missing}"),
        ("at rest after the last word", f"{run.rested:.1f} s"),
    ]  # fmt: skip
    return _table(("", ""), rows)


def _ms(values: Sequence[float], share: float) -> str:
    return f"{1000 * percentile(values, share):.0f} ms"


def _verdict(run: Run) -> str:
    found = run.verdict
    assert found is not None
    rows = [
        ("messages lost / handled twice / without an answer", f"{found.lost} / {found.handled_twice} / {found.unanswered}"),
        ("messages parked after too many tries", f"{found.parked}"),
        ("clocks that did not fire / fired twice", f"{found.clocks_not_fired} / {found.clocks_fired_twice}"),
        ("marked as sent and not on the phone / twice on a phone / on a phone and owed by nobody", f"{found.sent_but_not_there} / {found.there_twice} / {found.there_for_no_reason}"),
        ("answers in two parts or more, because they are long", f"{found.in_parts}"),
        ("refused for good by the platform", f"{found.never_sent}"),
        ("of unknown fate, counted and shown", f"{found.unknown}"),
        ("repeats absorbed by a key", f"{found.absorbed}"),
        ("rows stuck in the inbox / due and stuck in the outbox", f"{found.stuck_in} / {found.stuck_out}"),
        ("rows and files past their time and still there", f"{found.kept_too_long}"),
        ("event chain", "BROKEN" if found.broken_chain else "holds"),
        ("processes that ended by themselves", ", ".join(run.died) or "none"),
    ]  # fmt: skip
    examples = "".join(f"\n* {example}" for example in found.examples)
    return "## Lost, doubled, stuck\n\n" + _table(("", ""), rows) + examples


def _memory(lives: Sequence[Life]) -> str:
    head = (
        "process (longest life)",
        "minutes",
        "MB at first",
        "MB at last",
        "largest",
        "slope after the first third",
        "growth",
        "picture readers, largest",
    )
    rows = [
        (
            life.name, f"{life.minutes:.1f}", f"{life.own[0]:.0f}", f"{life.own[-1]:.0f}", f"{max(life.own):.0f}", f"{life.slope:+.1f} MB/h",
            f"{life.growth:+.1%} ({'flat' if life.is_flat else 'GROWS'}, at most {FLAT:.0%})", f"{max(life.children):.0f} MB",
        )
        for life in lives
    ]  # fmt: skip
    return "## Memory\n\n" + _table(head, rows)


def _tables(run: Run) -> str:
    first, last = run.tables[0][1], run.tables[-1][1]
    middle = run.tables[len(run.tables) // 2][1]
    said = max(1, run.crowd.said)
    grown = [name for name in sorted(last) if last[name] != first[name]]
    rows = [
        (f"`{name}`", str(first[name]), str(middle[name]), str(last[name]), f"{(last[name] - middle[name]) / said * 2:+.2f}", _why(name, run))
        for name in grown
    ]  # fmt: skip
    note = f"All other {len(last) - len(grown)} tables kept their size. `inbox`, `outbox` and `job_run` began with rows past their 90 days."
    files = (
        f"SQLite file {run.megabytes:.0f} MB, largest WAL {run.largest_wal:.1f} MB (at most {LARGEST_WAL})."
        if run.megabytes
        else ""
    )
    return f"## Tables\n\n{_table(('table', 'rows at first', 'half way', 'at last', 'a message', ''), rows)}\n\n{note} {files}".rstrip()


def _why(name: str, run: Run) -> str:
    return LEDGERS.get(name, "GROWS, and nothing trims it" if name in _unexpected(run) else "")


def _unexpected(run: Run) -> list[str]:
    """Return tables that grow with the messages although nobody said that they may."""
    if len(run.tables) < 4:  # too short to say
        return []
    middle, last = run.tables[len(run.tables) // 2][1], run.tables[-1][1]
    return [name for name in last if name not in LEDGERS and last[name] - middle[name] > 0.01 * run.crowd.said]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
