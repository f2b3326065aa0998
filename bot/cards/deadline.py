"""What people see when a clock falls due. A feature says it in its own words with `@deadline_card`; else a plain card says it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from bot.action import Action
from bot.reply import Button, Card, Content, Field
from models.deadline import Deadline
from models.rules.clock import Recipient
from models.rules.escalation import Firing
from models.rules.recipients import Addressee
from models.world import World


@dataclass(frozen=True, slots=True)
class Occasion:
    """One person to be written to because one step of one clock fell due."""

    session: Session
    world: World
    deadline: Deadline
    firing: Firing
    who: Addressee


@dataclass(frozen=True, slots=True)
class Known(Action, name="dl.known"):
    """知道了: the person knows, which is not an answer."""

    deadline: int


@dataclass(frozen=True, slots=True)
class Later(Action, name="dl.later"):
    """稍后: remind me again."""

    deadline: int
    minutes: int = 60


Builder = Callable[[Occasion], Content]
MergedBuilder = Callable[[Sequence[Occasion]], Content]
BUILDERS: Final[dict[str, Builder]] = {}
MERGED_BUILDERS: Final[dict[str, MergedBuilder]] = {}


def deadline_card(name: str) -> Callable[[Builder], Builder]:
    """Register the card of a step, by the name the clock catalogue gives it."""

    def register(function: Builder) -> Builder:
        other = BUILDERS.setdefault(name, function)
        if other is not function:
            raise ValueError(f"card {name}: defined in {other.__module__} and {function.__module__}")
        return function

    return register


def merged_card(word: str) -> Callable[[MergedBuilder], MergedBuilder]:
    """Register the one card that tells a person about everything of a kind, by the `merge` word of the steps."""

    def register(function: MergedBuilder) -> MergedBuilder:
        other = MERGED_BUILDERS.setdefault(word, function)
        if other is not function:
            raise ValueError(f"merged card {word}: defined in {other.__module__} and {function.__module__}")
        return function

    return register


def card_for(occasion: Occasion) -> Content:
    """Return the card of an occasion; says by itself that it is late, and for whom the person stands in."""
    build = BUILDERS.get(occasion.firing.step.card, plain_card)
    return _with_notes(build(occasion), [occasion])


def merged_card_for(occasions: Sequence[Occasion]) -> Content:
    """Return one card for several occasions of one person that fell due together."""
    build = MERGED_BUILDERS.get(occasions[0].firing.step.merge, plain_list)
    return _with_notes(build(occasions), occasions)


def plain_card(occasion: Occasion) -> Card:
    """Say what is due in the words of the catalogue."""
    running = occasion.deadline.running
    fields = (Field("怎样算完", running.clock.stops), Field("规则", occasion.deadline.rule))
    buttons = () if occasion.who.role is Recipient.SUBMITTER else buttons_of(occasion.deadline)
    title = f"{'🟡' if running.is_yellow else '⏰'} {running.clock.title} {occasion.deadline.subject_id}"
    return Card(title=title, body=_sentence(occasion), fields=fields, buttons=buttons)


def buttons_of(deadline: Deadline) -> tuple[Button, ...]:
    """Return the buttons that answer any reminder without handling it."""
    return (Button("知道了", Known(deadline.id)), Button("1 小时后再提醒", Later(deadline.id)))


def later(until_at: datetime, now: datetime) -> str:
    """Say when the reminder comes back; both instants in the zone of the reader."""
    return f"好，{_when(until_at, now)} 再提醒你。"


def paused(deadline: Deadline, until_at: datetime) -> str:
    """Say until when a clock stands still, and that it goes on then."""
    return f"好，「{deadline.running.clock.title}」停到 {until_at:%m-%d %H:%M}，到时自动接着走。"


def paused_for_manager(deadline: Deadline, by: str, until_at: datetime, reason: str) -> Card:
    """Tell the manager who stopped what, why, and how often in a row (yellow from the third time)."""
    running = deadline.running
    count = f"{running.pauses_in_row} 次"
    fields = (Field("停到", f"{until_at:%m-%d %H:%M}"), Field("原因", reason), Field("连续暂停", count))
    mark = "🟡 " if running.is_yellow else ""
    return Card(title=f"{mark}{by}暂停了「{running.clock.title}」{deadline.subject_id}", fields=fields)


def plain_list(occasions: Sequence[Occasion]) -> Card:
    """Say for several matters who has not acted."""
    first = occasions[0].deadline.running.clock
    names = [occasion.world.name(occasion.deadline.owner_id) for occasion in occasions]
    return Card(title=f"⏰ {first.title}：{len(names)} 人", body="还没处理：" + "、".join(names))


def late_words(late: timedelta) -> str:
    """Say how late something is: 7 分钟, 2 小时 5 分, 3 天."""
    minutes = int(late.total_seconds()) // 60
    if minutes < 60:
        return f"{minutes} 分钟"
    if minutes < 24 * 60:
        hours, rest = divmod(minutes, 60)
        return f"{hours} 小时 {rest} 分" if rest else f"{hours} 小时"
    return f"{minutes // (24 * 60)} 天"


def _when(at: datetime, now: datetime) -> str:
    return f"{at:%H:%M}" if at.date() == now.date() else f"{at:%m-%d %H:%M}"


def _sentence(occasion: Occasion) -> str:
    owner = occasion.world.name(occasion.deadline.owner_id)
    if occasion.who.role is Recipient.OWNER:
        return "到时间了，等你处理。"
    if occasion.who.role is Recipient.SUBMITTER:
        asked = [who.person_id for who in occasion.firing.told if who.role is not Recipient.SUBMITTER]
        return f"已请{occasion.world.name(asked[0])}看，你不用催。" if asked else f"{owner}还没处理，已经在催。"
    return f"{owner}到时间还没处理，请你看一下。"


def _with_notes(content: Content, occasions: Sequence[Occasion]) -> Content:
    late = max(occasion.firing.late for occasion in occasions)
    absent = {occasion.who.instead_of for occasion in occasions if occasion.who.instead_of}
    notes = [f"代{occasions[0].world.name(person)}处理" for person in sorted(absent)]
    if late:
        notes.append(f"这条晚发了 {late_words(late)}")
    if not notes:
        return content
    note = f"（{'；'.join(notes)}）"
    if isinstance(content, Card):
        return replace(content, body=f"{content.body}\n{note}".strip())
    return f"{content}\n{note}" if isinstance(content, str) else content
