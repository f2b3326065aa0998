"""The throughput run as Markdown: one table side by side, one of the goals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bench.load import Figures, percentile

if TYPE_CHECKING:
    from bench.throughput import Bot, Run

NONE = "–"


def markdown(run: Run) -> str:
    """Return both tables."""
    return f"{_side_by_side(run)}\n\n{_goals(run)}"


def _side_by_side(run: Run) -> str:
    base = run.bots["slack"].figures.rate if "slack" in run.bots else 0.0
    head = (
        "",
        "ratio",
        "msg/s",
        "ack p50 / p99 ms",
        "reply p50 / p99 ms",
        "processor ms a message",
        "MB idle / after load",
    )
    rows = [_row(bot, base) for bot in run.bots.values()]
    names = {
        "sqlite": "floor: AES + sqlite3, a commit each", "sqlite32": "floor: AES + sqlite3, 32 a commit",
        "postgres": "floor: AES + psycopg, a commit each", "postgres32": "floor: AES + psycopg, 32 a commit",
    }  # fmt: skip
    rows += [
        (names[name], _ratio(rate, base), f"{rate:.0f}", NONE, NONE, NONE, NONE) for name, rate in run.floors.items()
    ]
    return f"Ratio: messages a second against the bolt-python echo bot.\n\n{_table(head, rows)}"


def _row(bot: Bot, base: float) -> tuple[str, ...]:
    figures = bot.figures
    done = len(figures.replies or figures.acks)
    replies = _two(figures.replies) if figures.replies else NONE
    spent = f"{1000 * bot.spent / done:.1f}" if done else NONE
    memory = f"{bot.memory[0]:.0f} / {max(bot.memory[1:2] + bot.memory[-3:-1]):.0f}"
    return bot.title, _ratio(figures.rate, base), f"{figures.rate:.0f}", _two(figures.acks), replies, spent, memory


def _ratio(rate: float, base: float) -> str:
    return f"{rate / base:.2f}" if base else NONE


def _two(values: Sequence[float]) -> str:
    return f"{1000 * percentile(values, 0.5):.0f} / {1000 * percentile(values, 0.99):.0f}"


def _goals(run: Run) -> str:
    bots, rows = run.bots, []
    if {"library", "stored"} <= set(bots):
        ratio = bots["stored"].figures.rate / bots["library"].figures.rate
        rows.append(
            ("durable before the answer ÷ decrypted only (wechatpy)", "≥ 0.70", f"{ratio:.2f}", _said(ratio >= 0.7))
        )
    if {"opened", "stored"} <= set(bots):
        ratio = bots["stored"].figures.rate / bots["opened"].figures.rate
        rows.append(("durable before the answer ÷ decrypted only (our own callback)", "", f"{ratio:.2f}", ""))
    if "sqlite" in bots:
        rows += _one_box(bots["sqlite"])
    if "postgres" in bots:
        rate = bots["postgres"].figures.rate
        rows.append(("sustained, PostgreSQL with two workers", "≥ 150 /s", f"{rate:.0f} /s", _said(rate >= 150)))
        rows += _steady(bots["postgres"], "PostgreSQL")
    return _table(("goal", "at most / at least", "measured", ""), rows)


def _one_box(bot: Bot) -> list[tuple[str, ...]]:
    rows = [
        ("sustained, one process on SQLite", "≥ 50 /s", f"{bot.figures.rate:.0f} /s", _said(bot.figures.rate >= 50)),
        *_steady(bot, "one process"),
    ]
    if bot.burst is not None:
        p99 = percentile(bot.burst.acks, 0.99)
        rows.append(
            ("acknowledged in a burst of 1,000 in 2 s, p99", "≤ 1000 ms", f"{1000 * p99:.0f} ms", _said(p99 <= 1))
        )
        answered = f"{bot.burst.rate:.0f} /s, last after {max(bot.burst.replies, default=0):.0f} s"
        rows.append(
            (
                "the same burst answered",
                "none missing",
                f"{answered}; {bot.burst.missing + bot.burst.refused} missing",
                _said(not bot.burst.missing + bot.burst.refused),
            )
        )
        seconds = bot.steady[0].replies[0]
        rows.append(
            (
                "a photo read and answered (first one: the reader starts)",
                "≤ 15 s",
                f"{seconds:.1f} s",
                _said(seconds <= 15),
            )
        )
        rows.append(("memory, with a picture reader", "", f"{bot.memory[-2]:.0f} MB, {bot.memory[-1]:.0f} MB", ""))
    return rows


def _steady(bot: Bot, where: str) -> list[tuple[str, ...]]:
    limits: dict[int, tuple[str, float, Callable[[Figures], Sequence[float]]]] = {
        20: (f"reply handed to the platform at 20/s, p99 ({where})", 0.5, lambda figures: figures.replies),
        50: (f"acknowledged at 50/s, p99 ({where})", 0.15, lambda figures: figures.acks),
    }
    found = []
    for rate, (title, limit, values) in limits.items():
        if rate in bot.steady:
            p99 = percentile(values(bot.steady[rate]), 0.99)
            found.append((title, f"≤ {1000 * limit:.0f} ms", f"{1000 * p99:.0f} ms", _said(p99 <= limit)))
    return found


def _said(met: bool) -> str:  # noqa: FBT001  # a verdict
    return "met" if met else "NOT met"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows))
