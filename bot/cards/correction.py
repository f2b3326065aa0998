"""Correction slips: offered once the window is over, decided by the manager, shown as a footnote (J8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.action import Action
from bot.reply import Button, ButtonStyle, Card

WHY: Final = "为什么要更正？写一句原因，例：客户记成了另一家，实际没去。回「取消」不发起。"


@dataclass(frozen=True, slots=True)
class StartCorrection(Action, name="fix.start"):
    """发起: write the reason; `due` and `customer` are what it should become, both empty: the record is void."""

    event: int
    due: str = ""
    customer: str = ""


@dataclass(frozen=True, slots=True)
class DecideCorrection(Action, name="fix.decide"):
    """The manager's answer."""

    correction: int
    agreed: bool


def correction_offered(start: StartCorrection, label: str, reasons: Sequence[str]) -> Card:
    """Say why it cannot simply be undone, and what is possible instead."""
    body = f"{label}\n{'，且'.join(reasons)}。改为更正单：写原因 → 主管批 → 生效并带脚注。"
    return Card(title="不能直接撤了", body=body, buttons=(Button("发起", start, ButtonStyle.PRIMARY),))


def correction_asked(correction_id: int, who: str, label: str, what: str, reason: str) -> Card:
    """Ask the manager."""
    buttons = (
        Button("同意", DecideCorrection(correction_id, True), ButtonStyle.PRIMARY),
        Button("驳回", DecideCorrection(correction_id, False)),
    )
    return Card(title=f"【更正单】{who}", body=f"{label}\n{what}\n原因：{reason}", buttons=buttons)


def correction_sent(manager: str) -> str:
    """Receipt for who asked."""
    return f"更正单已发{manager}。批了马上生效，我会告诉你。"


def correction_decided(who: str, label: str, *, agreed: bool) -> str:
    """Tell who asked."""
    return f"{who}{'同意' if agreed else '驳回'}了更正：{label}。" + (
        "已生效，记录带「更正」脚注。" if agreed else "记录不变。"
    )


def footnote(who: str, approver: str, on: str, what: str, reason: str) -> str:
    """Return the line under a corrected record; without `approver` its owner made it himself."""
    return (
        f"更正 {on}：{what}（{who} 提，{approver} 批；{reason}）" if approver else f"更正 {on}：{what}（{who} 自己改）"
    )
