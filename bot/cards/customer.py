"""Questions about customers."""

from __future__ import annotations

from dataclasses import dataclass

from bot.action import Action
from bot.parse.customer import Reason, Resolution, Scope
from bot.reply import Button, Card, Reply


@dataclass(frozen=True, slots=True)
class PickCustomer(Action, name="customer.pick"):
    """Which customer a sentence meant; the sentence is handled again with the answer."""

    row_id: int
    customer_id: str
    said: str


SCOPE_NOTE = {Scope.OWN: "", Scope.TEAM: "（同组）", Scope.COMPANY: "（别组）"}


def which_customer(said: str, resolution: Resolution, row_id: int) -> Reply:
    """Ask which customer was meant, or say that none is known by this name (C04, C05)."""
    if resolution.reason is Reason.UNKNOWN_CODE:
        near = "、".join(f"{c.id} {c.name}" for c in resolution.candidates)
        return f"没有编号 {said}。" + (f"相近的有：{near}" if near else "")
    if not resolution.candidates:
        return f"没找到客户「{said}」。确认名称再发一次；新客户先发：新建客户 {said}"
    buttons = tuple(
        Button(f"{candidate.name}{SCOPE_NOTE[candidate.scope]}", PickCustomer(row_id, candidate.id, said[:20]))
        for candidate in resolution.candidates
    )
    return Card(title=f"哪家「{said}」？", body="选一个，我记住这个叫法。都不是就发：新建客户 全称", buttons=buttons)
