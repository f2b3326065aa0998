"""A customer on one card: who, what was said last, what is owed (C09, C10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.reply import Card, Field


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """What a viewer may know of a customer; `contacts` is empty where he may not see them (L15)."""

    id: str
    name: str
    tags: Sequence[str]
    owner: str
    address: str
    contacts: Sequence[str]
    recent: Sequence[str]
    promises: Sequence[str]
    steps: Sequence[str]
    moves: Sequence[str]
    signals: Sequence[str] = ()


def customer_page(page: CustomerPage) -> Card:
    """Everything a viewer may see of a customer."""
    fields = [
        Field("负责人", page.owner),
        Field("联系人", "；".join(page.contacts) or "无"),
        Field("地址", page.address or "没登记"),
        Field("最近三次", "\n".join(page.recent) or "还没有记录"),
        Field("未结承诺", "\n".join(page.promises) or "无"),
        Field("下一步", "\n".join(page.steps) or "无"),
    ]
    if page.signals:
        fields.append(Field("客户信号", "、".join(page.signals)))
    if page.moves:
        fields.append(Field("竞品动态", "\n".join(page.moves)))
    return Card(
        title=f"{page.name}（{page.id}）", body=" · ".join(tag for tag in page.tags if tag), fields=tuple(fields)
    )


def customer_minimum(name: str, owner: str) -> Card:
    """What is said of somebody else's customer: that there is an owner, no contacts, no amounts (L15)."""
    return Card(title=name, body=f"这家客户由{owner}负责，明细你看不到。需要协作请直接联系{owner}。")
