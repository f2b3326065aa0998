"""A planned visit and its three checks (V05)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.action import Action
from bot.cards.visit_review import day
from bot.reply import Button, Card


@dataclass(frozen=True, slots=True)
class CancelPlan(Action, name="plan.cancel"):
    """Take a plan back."""

    plan_id: int


def visit_planned(
    plan_id: int, customer: str, at: datetime, zone: ZoneInfo, *, temporary: bool, checks: Sequence[str]
) -> Card:
    """Receipt of a plan with its three checks; none of them forbids (appendix 4 #13)."""
    tag = "（临时：提前不到 2 小时）" if temporary else ""
    return Card(
        title=f"📅 {day(at, zone)} {customer}{tag}",
        body="\n".join(checks),
        buttons=(Button("取消计划", CancelPlan(plan_id)),),
    )


def plan_clash(who: str, customer: str, at: datetime, zone: ZoneInfo, region: str) -> Card:
    """What the other person of a clash reads; a card, so that it turns grey when the plan is taken back."""
    words = f"{who}也计划 {day(at, zone)} 去{region}的{customer}，和你同区同时段，可以商量一起走。"
    return Card(title="同区行程", body=words)
