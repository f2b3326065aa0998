"""Leave and deputies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.action import Action
from bot.reply import Button, Card


@dataclass(frozen=True, slots=True)
class CancelLeave(Action, name="leave.cancel"):
    """Take a leave back."""

    leave_id: int


def leave_taken(leave_id: int, start: datetime, end: datetime, deputy: str, zone: ZoneInfo) -> Card:
    """Receipt of a leave; `end` is the first instant after it."""
    last = end.astimezone(zone) - timedelta(seconds=1)
    span = (
        f"{start.astimezone(zone):%m-%d}"
        if start.astimezone(zone).date() == last.date()
        else f"{start.astimezone(zone):%m-%d} 到 {last:%m-%d}"
    )
    stands_in = f"，期间由{deputy}代理" if deputy else "，没有指定代理人（发「代理 姓名」可以补）"
    body = f"{span} 请假已记{stands_in}。这期间不催你，日报不算你。"
    return Card(title="请假", body=body, buttons=(Button("取消请假", CancelLeave(leave_id)),))


def leave_told(who: str, start: datetime, end: datetime, deputy: str, zone: ZoneInfo) -> Card:
    """What the manager and the deputy read; a card, so that it turns grey when the leave is taken back."""
    last = end.astimezone(zone) - timedelta(seconds=1)
    words = f"{who} {start.astimezone(zone):%m-%d} 到 {last:%m-%d} 请假{f'，由{deputy}代理' if deputy else ''}。"
    return Card(title="请假知会", body=words)
