"""Other words in a handed-in daily report: before and after, the receipt, what the manager sees (D13, J3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.action import Action
from bot.reply import Button, ButtonStyle, Card

Rows = Sequence[tuple[str, str]]
"""What changes: a line before and after."""


@dataclass(frozen=True, slots=True)
class MakeChange(Action, name="report.correct"):
    """确认: the report says so from now on."""

    correction: int


@dataclass(frozen=True, slots=True)
class DropChange(Action, name="report.keep"):
    """算了: the report stays."""

    correction: int


def row_words(rows: Rows) -> str:
    """Return the change in one line, for slips and footnotes."""
    return "；".join(f"{before} → {after}" for before, after in rows)


def _rows(rows: Rows) -> str:
    return "\n".join(f"改前：{before}\n改后：{after}" for before, after in rows)


def change_preview(correction: int, on: date, rows: Rows, notes: Sequence[str]) -> Card:
    """Show before and after; nothing is changed yet."""
    buttons = (Button("确认", MakeChange(correction), ButtonStyle.PRIMARY), Button("算了", DropChange(correction)))
    return Card(title=f"改 {on:%m-%d} 日报？", body="\n".join([_rows(rows), *notes]), buttons=buttons)


def change_made(on: date, manager: str, minutes: int) -> str:
    """Receipt."""
    told = f"，{manager}那边标「更正」" if manager else ""
    return f"✅ {on:%m-%d} 日报已更正{told}。{minutes} 分钟内回「撤销」可改回。"


def change_for_manager(who: str, on: date, rows: Rows) -> Card:
    """What the manager sees of it: a mark, nothing to decide."""
    return Card(title=f"【更正】{who} {on:%m-%d} 日报", body=_rows(rows))


def which_words(on: date, rows: Sequence[str]) -> str:
    """Ask what should be otherwise."""
    return "\n".join([f"{on:%m-%d} 日报现在是：", *rows, "要改哪处？例：把蓝海改成恒信"])
