"""One sentence, several records: every one on a line of its own, every one to be taken out or changed (M18)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.action import Action
from bot.cards.visit_review import day
from bot.reply import Button, ButtonStyle, Card

KINDS: Final = {"visit": "拜访", "objection": "异议", "commitment": "承诺", "next_step": "下一步"}


@dataclass(frozen=True, slots=True)
class KeepAll(Action, name="capture.keep"):
    """Record every line."""

    row_id: int


@dataclass(frozen=True, slots=True)
class DropLine(Action, name="capture.drop"):
    """Take a line out."""

    row_id: int
    number: int


@dataclass(frozen=True, slots=True)
class ChangeLine(Action, name="capture.change"):
    """Say a line anew."""

    row_id: int
    number: int


@dataclass(frozen=True, slots=True)
class ChooseWho(Action, name="capture.who"):
    """Which customer all of it is about."""

    row_id: int
    customer_id: str


def heard_lines(
    row_id: int, state: Mapping[str, Any], customer: str, who: Sequence[tuple[str, str]], zone: ZoneInfo
) -> Card:
    """Repeat what was heard; `who` are (customer id, label) to choose from while it is open whom it is about."""
    lines = [f"{number}. {_line(item, zone)}" for number, item in enumerate(state["lines"], 1)]
    head = f"客户：{customer}" if customer else f"「{state['called'] or '客户'}」是哪家？先选一个。"
    if not customer:
        buttons = tuple(Button(label, ChooseWho(row_id, customer_id)) for customer_id, label in who)
    else:
        buttons = (Button("都对，记下", KeepAll(row_id), ButtonStyle.PRIMARY),)
        for number, _ in enumerate(state["lines"], 1):
            buttons += (
                Button(f"改 {number}", ChangeLine(row_id, number)),
                Button(f"去掉 {number}", DropLine(row_id, number)),
            )
    return Card(title=f"听到 {len(lines)} 件事", body="\n".join([head, *lines]), buttons=buttons)


def _line(item: Mapping[str, Any], zone: ZoneInfo) -> str:
    when = f"，{day(datetime.fromisoformat(item['due']), zone)} 前" if item.get("due") else ""
    missing = "（还差时间）" if item["kind"] in {"commitment", "next_step"} and not item.get("due") else ""
    doubt = "" if item.get("sure", True) else "（对吗？）"
    return f"{KINDS[item['kind']]}：{item['what']}{when}{missing}{doubt}"


def lines_recorded(lines: Sequence[str], window_minutes: int) -> str:
    """Receipt: one line each."""
    return "✅ 已记：\n" + "\n".join(f"· {line}" for line in lines) + f"\n{window_minutes} 分钟内可回「撤销」。"
