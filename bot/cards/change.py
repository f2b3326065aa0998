"""Before and after, when somebody says that a record should be otherwise (J8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.action import Action
from bot.reply import Button, ButtonStyle, Card

SAME: Final = "{label} 本来就是这样，没有改动。"


@dataclass(frozen=True, slots=True)
class ConfirmChange(Action, name="change.yes"):
    """Make it so; `due` as `stamp` writes it, `customer` by id, `matter` in words; what is empty stays."""

    kind: str
    record: str
    due: str = ""
    customer: str = ""
    matter: str = ""


@dataclass(frozen=True, slots=True)
class DropChange(Action, name="change.no"):
    """算了."""

    record: str


def change_asked(label: str, differences: Sequence[tuple[str, str, str]], confirm: ConfirmChange) -> Card:
    """Show before and after; where time and customer both change, the time alone may be taken."""
    lines = [f"{what}：{old} → {new}" for what, old, new in differences]
    buttons = [Button("确认", confirm, ButtonStyle.PRIMARY)]
    if confirm.due and confirm.customer:
        buttons.append(Button("只改时间", ConfirmChange(confirm.kind, confirm.record, confirm.due)))
    buttons.append(Button("算了", DropChange(confirm.record)))
    return Card(title=f"改 {label}？", body="\n".join(lines), buttons=tuple(buttons))


def changed(label: str, differences: Sequence[tuple[str, str, str]]) -> str:
    """Receipt."""
    said = "；".join(f"{what} {old} → {new}" for what, old, new in differences)
    return f"✅ 已改 {label}：{said}。旧提醒已取消，相关人的卡片已更新。"


def change_words(differences: Sequence[tuple[str, str, str]]) -> str:
    """The change in one line, for a correction slip."""
    return "；".join(f"{what} {old} → {new}" for what, old, new in differences)
