"""What a person sees when he takes something back (J8): a preview of everything that goes with it, then one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.action import Action
from bot.reply import Button, ButtonStyle, Card

NOTHING: Final = "没有能撤的。撤销只撤你自己做的：拜访、承诺、日报、计划、请假。"
RECALLED: Final = "平台没告诉我你撤回了哪条。若要作废记录，请回「撤销」或点卡片。"
TOO_MANY: Final = "一次最多撤 {most} 条，我列最近 {most} 条。"


@dataclass(frozen=True, slots=True)
class ConfirmUndo(Action, name="undo.yes"):
    """Take back what the preview lists."""

    request: int


@dataclass(frozen=True, slots=True)
class DropUndo(Action, name="undo.no"):
    """算了."""

    request: int


@dataclass(frozen=True, slots=True)
class TickUndo(Action, name="undo.tick"):
    """Untick a line of the preview, or tick it again."""

    request: int
    event: int


@dataclass(frozen=True, slots=True)
class PreviewUndo(Action, name="undo.this"):
    """Show the preview for one deed."""

    event: int


@dataclass(frozen=True, slots=True)
class Line:
    """One deed of a preview: what it is, what goes with it, and why it cannot go (empty: it can)."""

    event: int
    label: str
    effects: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    ticked: bool = True


def effect_words(reminders: int, unsent: int, cards: Sequence[tuple[str, datetime]], zone: ZoneInfo) -> tuple[str, ...]:
    """Say what goes with it: "取消 2 个提醒", "方晴的卡片改为「已撤销」（15:01 收到过）"."""
    words = [f"取消 {reminders} 个提醒"] if reminders else []
    words += [f"收回 {unsent} 条还没发出的消息"] if unsent else []
    words += [f"{name}的卡片改为「已撤销」（{at.astimezone(zone):%H:%M} 收到过）" for name, at in cards]
    return tuple(words)


def undo_preview(request: int, line: Line) -> Card:
    """Show what taking one thing back would do."""
    effects = "；".join(line.effects)
    body = f"{line.label}\n会同时：{effects}。" if effects else line.label
    return Card(title="撤销这条？", body=body, buttons=_decide(request))


def undo_list(request: int, lines: Sequence[Line], *, first: str = "") -> Card:
    """List several deeds, each of which can be unticked."""
    body = [first] if first else []
    buttons = []
    for number, line in enumerate(lines, 1):
        box = "☐" if line.refused or not line.ticked else "☑"
        tail = f"（不能撤：{'；'.join(line.refused)}）" if line.refused else ""
        body.append(f"{box} {number}. {line.label}{tail}")
        body += [f"　· {'；'.join(line.effects)}"] if line.effects and not line.refused and line.ticked else []
        if not line.refused:
            verb = "不撤" if line.ticked else "撤"
            buttons.append(Button(f"{verb}第 {number} 条", TickUndo(request, line.event)))
    count = sum(line.ticked and not line.refused for line in lines)
    return Card(title=f"撤销这 {count} 条？", body="\n".join(body), buttons=(*_decide(request), *buttons))


def _decide(request: int) -> tuple[Button, ...]:
    return (Button("撤销", ConfirmUndo(request), ButtonStyle.DANGER), Button("算了", DropUndo(request)))


def undone(labels: Sequence[str], kept: Sequence[str]) -> str:
    """Receipt."""
    said = [f"已撤销 {labels[0]}。"] if len(labels) == 1 else [f"已撤销 {len(labels)} 条：", *labels]
    said += ["编号保留不复用；审计里「登记→撤销」两条都在。"] if labels else []
    return "\n".join([*said, *kept])


def not_undone(label: str, reasons: Sequence[str]) -> str:
    """Why a ticked line stayed."""
    return f"没撤：{label}（{'；'.join(reasons)}）。"


def grey_note(who: str, at: datetime, zone: ZoneInfo) -> str:
    """Return what stands under a card that was taken back: "已由周航撤销（15:02）"."""
    return f"已由{who}撤销（{at.astimezone(zone):%H:%M}）"


def already_undone(label: str, at: datetime, before: tuple[int, str] | None, zone: ZoneInfo) -> Card | str:
    """Say that it is undone already; what was done before it is offered, never taken by itself."""
    said = f"{label} {at.astimezone(zone):%H:%M} 已经撤销过了。"
    if before is None:
        return said
    event, what = before
    return Card(title=said, body=f"再往前一条是：{what}", buttons=(Button("撤销这一条", PreviewUndo(event)),))


def none_of_yours(said: str) -> str:
    """The same words for a number that does not exist and for one that belongs to somebody else."""
    return f"没有你能撤的「{said}」。只能撤自己做的，请再核对一下编号。"
