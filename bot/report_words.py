"""What a daily report would say with other words: another customer, another action, another sentence (D13, J3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.cards.daily_report import PROGRESS, full_line
from bot.context import Context, UserError
from bot.parse.customer import Resolution
from bot.parse.sentence.swap import Swap
from bot.understand import find_customer
from models.customer import Customer
from models.daily_report import DailyReport, Line, names_of_customers
from models.daily_report_version import Version, version_of

PLACES: Final = {
    "明日关键动作": "tomorrow", "明天关键动作": "tomorrow", "明日动作": "tomorrow", "需支持": "support", "需要支持": "support",
}  # fmt: skip
MIN_WORD: Final = 2


@dataclass(frozen=True, slots=True)
class Reworded:
    """A report as it would read; `notes` say what was taken another way than it was said."""

    version: Version
    notes: tuple[str, ...] = ()


def reworded(ctx: Context, report: DailyReport, swaps: Iterable[Swap]) -> Reworded:
    """Return a report with other words; raises UserError when the wrong words are not in it, or the right ones unclear."""
    found = Reworded(version_of(ctx.session, report))
    for swap in swaps:
        found = _swapped(ctx, found, swap)
    return found


def _swapped(ctx: Context, found: Reworded, swap: Swap) -> Reworded:
    if place := PLACES.get(swap.wrong):
        return replace(found, version={**found.version, place: swap.right[:300]})
    lines = [Line(*row) for row in found.version["lines"]]
    customer = _on_a_line(ctx, lines, swap.wrong)
    if customer is not None:
        return _other_customer(ctx, found, customer, swap)
    rows = _other_option(ctx, lines, swap) or _other_text(lines, swap.wrong, swap.right)
    tail = {name: found.version[name].replace(swap.wrong, swap.right)[:300] for name in ("tomorrow", "support")}
    version = {**found.version, **tail, "lines": [line.row for line in rows]}
    if version == found.version:
        told = "\n".join(report_words(ctx, found.version))
        raise UserError(f"这份日报里没有「{swap.wrong}」。现在写的是：\n{told}")
    return replace(found, version=version)


def _on_a_line(ctx: Context, lines: Sequence[Line], words: str) -> Customer | None:
    decided = find_customer(ctx, words).decided
    ids = {line.customer_id for line in lines}
    return ctx.session.get(Customer, decided.id) if decided is not None and decided.id in ids else None


def _other_customer(ctx: Context, found: Reworded, wrong: Customer, swap: Swap) -> Reworded:
    resolution = find_customer(ctx, swap.right)
    right = resolution.decided
    if right is None and [one.id for one in resolution.candidates] == [wrong.id]:
        return _other_site(found, wrong, swap)
    if right is None:
        raise UserError(_unclear(swap.right, resolution))
    lines = [Line(*row) for row in found.version["lines"]]
    moved = [replace(line, customer_id=right.id) if line.customer_id == wrong.id else line for line in lines]
    return replace(found, version={**found.version, "lines": [line.row for line in moved]})


def _other_site(found: Reworded, customer: Customer, swap: Swap) -> Reworded:
    """Keep the customer where only a plant of his is meant that is no customer of its own: 蓝海 → 蓝海包装二厂."""
    lines = [Line(*row) for row in found.version["lines"]]
    said = [
        replace(line, text=f"{swap.right} {line.text}".strip()) if line.customer_id == customer.id else line
        for line in lines
    ]
    note = f"「{swap.right}」还没单独建档，先记在{customer.label}名下。"
    return Reworded({**found.version, "lines": [line.row for line in said]}, (*found.notes, note))


def _unclear(said: str, resolution: Resolution) -> str:
    names = "、".join(one.name for one in resolution.candidates[:3])
    return (
        f"「{said}」是哪家？最像的：{names}。写全名再发一次。" if names else f"客户库里没有「{said}」，写全名再发一次。"
    )


def _other_option(ctx: Context, lines: Sequence[Line], swap: Swap) -> list[Line] | None:
    """Return the lines with another action or another progress; None when the words are neither."""
    rules = ctx.settings.rules.daily_report
    for name, options in (("action", rules.actions), ("breakthrough", rules.breakthroughs)):
        wrong, right = (_option(words, options) for words in (swap.wrong, swap.right))
        if wrong and right and any(getattr(line, name) == wrong for line in lines):
            return [replace(line, **{name: right}) if getattr(line, name) == wrong else line for line in lines]
    return None


def _option(words: str, options: Sequence[str]) -> str | None:
    """Return the option a word means: itself, or the only one that ends so (拜访 → 客户拜访)."""
    fitting = [one for one in options if one == words or (len(words) >= MIN_WORD and one.endswith(words))]
    said = [one for one, pattern in PROGRESS.items() if one in options and pattern.search(words)]
    return next(iter([*fitting, *said]), None)


def _other_text(lines: Sequence[Line], wrong: str, right: str) -> list[Line]:
    return [
        replace(line, text=line.text.replace(wrong, right), quote=line.quote.replace(wrong, right)) for line in lines
    ]


def report_words(ctx: Context, version: Version) -> list[str]:
    """Return a version in words, a line a row."""
    lines = [Line(*row) for row in version["lines"]]
    names = names_of_customers(ctx.session, {line.customer_id for line in lines})
    rows = [full_line(line, names) for line in lines]
    rows += [f"明日关键动作：{version['tomorrow']}"] if version["tomorrow"] else []
    return rows + ([f"需支持：{version['support']}"] if version["support"] else [])


def changed_rows(ctx: Context, before: Version, after: Version) -> list[tuple[str, str]]:
    """Return (before, after) of every row that differs."""
    old, new = report_words(ctx, before), report_words(ctx, after)
    if len(old) == len(new):
        return [(was, now) for was, now in zip(old, new, strict=True) if was != now]
    lines = len(before["lines"])
    pairs = [(was, now) for was, now in zip(old[:lines], new[:lines], strict=True) if was != now]
    return [*pairs, ("；".join(old[lines:]) or "无", "；".join(new[lines:]) or "无")]
