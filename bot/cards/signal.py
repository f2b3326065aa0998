"""Signals of customers: the card behind a record, the list, a rule before it is saved (F09, F10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.action import Action
from bot.reply import Button, ButtonStyle, Card, Field

ADVICE: Final = ("话术", "动作", "预警")
"""The three things a signal advises: words to say, what to do, what to beware of."""
USAGE: Final = "/信号 新增 搬迁：要搬厂、厂房到期；话术：…；动作：…；预警：…"


@dataclass(frozen=True, slots=True)
class PlanHighVisit(Action, name="signal.visit"):
    """Suggest a visit by a superior to the manager (F10)."""

    customer_id: str
    label: str


@dataclass(frozen=True, slots=True)
class SaveRule(Action, name="signal.save"):
    """Keep the rule as it was tried."""

    row_id: int


@dataclass(frozen=True, slots=True)
class DropRule(Action, name="signal.drop"):
    """Do not keep it."""

    row_id: int


@dataclass(frozen=True, slots=True)
class Heard:
    """One signal as the card shows it; `advice` are words, deed, warning (empty where nothing was written)."""

    label: str
    title: str
    evidence: str
    count: int
    advice: Sequence[str]
    trouble: bool = True


def signals_heard(
    customer_id: str, customer: str, heard: Sequence[Heard], *, repeated: int, days: int, can_plan: bool
) -> Card:
    """Say what a signal means and what helps; from the `repeated`th one on suggest a visit by a superior."""
    body = "\n".join(
        f"「{item.evidence}」→ {item.title}" + (f"（{days} 天内第 {item.count} 次）" if item.count > 1 else "")
        for item in heard
    )
    fields = []
    for item in heard:
        fields += [
            Field(name if len(heard) == 1 else f"{item.title}·{name}", text)
            for name, text in zip(ADVICE, item.advice, strict=False)
            if text
        ]
    often = max(heard, key=lambda item: (item.trouble, item.count))
    if often.count < repeated or not often.trouble:
        return Card(title=f"客户信号 · {customer}", body=body, fields=tuple(fields))
    fields.append(Field("建议", f"「{often.title}」{days} 天内已 {often.count} 次，请上级出面走一趟高层拜访"))
    buttons = (Button("建高层拜访", PlanHighVisit(customer_id, often.label), ButtonStyle.PRIMARY),) if can_plan else ()
    return Card(title=f"客户信号 · {customer}", body=body, fields=tuple(fields), buttons=buttons)


def signals_unplaced(heard: Sequence[Heard]) -> Card:
    """Advise without a customer; nothing is counted."""
    fields = tuple(Field(name, text) for name, text in zip(ADVICE, heard[0].advice, strict=False) if text)
    titles = "、".join(item.title for item in heard)
    return Card(
        title=f"客户信号：{titles}",
        body="没听出是哪家客户，这次没计数。带上客户名再说一次就会记，例：恒信 预算还没批",
        fields=fields,
    )


def signal_list(
    rows: Sequence[tuple[str, str]], rules: Sequence[str], off: Sequence[str], *, days: int, may_edit: bool
) -> Card:
    """List the counts a viewer may see, and the rules there are."""
    fields = [Field(customer, counts) for customer, counts in rows]
    fields.append(Field("会听的信号", "、".join(rules)))
    if off:
        fields.append(Field("已停用", "、".join(off)))
    body = f"近 {days} 天" if rows else f"近 {days} 天你的客户没有信号。"
    if may_edit:
        body += f"\n增补：{USAGE}\n加词：/信号 加词 预算未批：款子没下来　试一句：/信号 试 款子没下来　停用：/信号 停用 拖延"
    return Card(title="客户信号", body=body, fields=tuple(fields))


@dataclass(frozen=True, slots=True)
class Tried:
    """What a rule would have done to stored notes."""

    notes: int
    hits: int
    samples: Sequence[tuple[str, str]]  # (note, evidence)


def rule_tried(row_id: int, title: str, words: Sequence[str], advice: Sequence[str], tried: Tried) -> Card:
    """Show a rule and what it would have found, before it is saved (F09)."""
    lines = [f"在你看得到的 {tried.notes} 条记录上试过：命中 {tried.hits} 条。"]
    lines += [f"· 「{evidence}」← {note[:40]}" for note, evidence in tried.samples]
    lines.append("「客户没说…」「如果…」「…吗？」这类不会命中。")
    fields = [Field("词", "、".join(words)), *(Field(n, t or "还没写") for n, t in zip(ADVICE, advice, strict=True))]
    buttons = (Button("保存", SaveRule(row_id), ButtonStyle.PRIMARY), Button("不要", DropRule(row_id)))
    return Card(title=f"试用信号「{title}」", body="\n".join(lines), fields=tuple(fields), buttons=buttons)
