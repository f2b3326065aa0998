"""What is stored about oneself, and the erasure of a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.action import Action
from bot.reply import Button, ButtonStyle, Card, Field


@dataclass(frozen=True, slots=True)
class ErasePerson(Action, name="person.erase"):
    """Blank one person's data."""

    person_id: str


@dataclass(frozen=True, slots=True)
class KeepPerson(Action, name="person.keep"):
    """Leave it as it is."""

    person_id: str


def erasure_preview(person_id: str, name: str, counts: Mapping[str, int], photos: int) -> Card:
    """Show what would go before it goes."""
    fields = tuple(Field(title, f"{count:,} 条") for title, count in counts.items())
    body = (
        f"将清除 {name}（{person_id}）写过和说过的内容、资料、账号和只属于他的 {photos} 张照片，不能恢复。\n"
        "业务记录本身（编号、日期、客户、数字）保留，操作记录只留「何时做过何事」。别人手里的卡片不动。"
    )
    buttons = (Button("确认清除", ErasePerson(person_id), ButtonStyle.DANGER), Button("算了", KeepPerson(person_id)))
    return Card(title=f"清除个人数据 · {name}", body=body, fields=fields, buttons=buttons)
