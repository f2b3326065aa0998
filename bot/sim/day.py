"""What one person does on one working day, and when: drawn from the seed, the person and the date."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Final, Protocol

from bot.photo import PhotoKind
from bot.sim.cast import Client, Rep
from bot.sim.platform import Shown, picture

FINISHERS: Final = ("都对", "登记", "仍登记", "确认", "就按", "促成签约", "价格让步", "把那句删掉", "是 ", "①")
"""Buttons a rep presses to get on with it, the first that is there."""
MANAGER_BUTTONS: Final = ("同意", "知道了", "我来跟", "催一下", "先不管")
WORDS: Final = (
    "目标促成签约，认可方案但嫌贵，谈了价格让步，周五前给新报价",
    "目标推进方案，对方觉得交期长，谈了交付周期，下周三前给排期表",
    "目标收集反馈，没有异议，谈了定制方案，后天前发技术参数",
    "目标处理异议，质量有疑问，谈了服务承诺，下周二前安排工程师上门",
)
PROMISES: Final = (
    "承诺 明天17点前给{name}发合同", "承诺 后天15:00前给{name}寄样品 录音A{number}", "承诺 周五下班前给{name}发报价单 录音B{number}",
)  # fmt: skip
PROGRESS: Final = ("明确采购时间 客户说：我们下个月启动招标", "确认预算范围 客户说：预算在五十万以内")


class Stage(Protocol):
    """What a person can do in the simulation."""

    def say(
        self, who: str, text: str = "", *, image: bytes | None = None, place: tuple[float, float] | None = None
    ) -> list[Shown]:
        """Send something; returns what was shown to this person because of it."""

    def press(self, who: str, label: str) -> list[Shown] | None:
        """Press the newest button that begins so; None when there is none."""

    @property
    def now(self) -> datetime:
        """The instant, in the company's zone."""


@dataclass(frozen=True, slots=True, order=True)
class Act:
    """Something somebody does at an instant; `order` breaks ties."""

    at: datetime
    order: int
    who: str
    run: Callable[[Stage], None]


def rep_day(rep: Rep, morning: datetime, seed: int) -> Iterator[Act]:
    """Yield what a rep does on a working day; `morning` is its local midnight."""
    random = Random(f"{seed}:{rep.id}:{morning:%Y%m%d}")  # noqa: S311  # a play, no secret
    order = int(rep.id[3:]) * 100
    visited: list[Client] = []
    for number in range(1 + (random.random() < rep.diligence)):
        client = random.choice(rep.clients)
        visited.append(client)
        at = morning + timedelta(hours=9 + 4 * number, minutes=random.randint(5, 200))
        honest, skew = random.random() > rep.forgetfulness, random.choice((0, 3, 9, 40, 155))
        words = random.choice(WORDS)
        run = partial(_visit, who=rep.id, client=client, how=(honest, skew, words))
        yield Act(at, order + number, rep.id, run)
    if random.random() < 0.7:
        said = random.choice(PROMISES).format(name=random.choice(rep.clients).name, number=random.randint(10, 99))
        at = morning + timedelta(hours=11, minutes=random.randint(0, 300))
        undo = random.random() < 0.2
        yield Act(at, order + 10, rep.id, lambda s: _promise(s, rep.id, said, undo=undo))
    if random.random() > rep.forgetfulness:
        at = morning + timedelta(hours=16, minutes=random.randint(0, 50))
        waybill = f"SF{random.randint(10**6, 10**7)}"
        yield Act(at, order + 20, rep.id, lambda s: _keep(s, rep.id, waybill))
    if random.random() > rep.forgetfulness:
        late = random.random() < 0.15
        at = morning + timedelta(hours=18 if late else 17, minutes=random.randint(5, 55))
        progress = random.choice(PROGRESS)
        client = visited[0]
        yield Act(at, order + 30, rep.id, lambda s: _report(s, rep.id, client, progress))


def manager_day(manager: str, morning: datetime, seed: int) -> Iterator[Act]:
    """Yield when a manager looks at his cards, and whether he cares."""
    random = Random(f"{seed}:{manager}:{morning:%Y%m%d}")  # noqa: S311  # a play, no secret
    for number, hour in enumerate((9, 14, 18)):
        at = morning + timedelta(hours=hour, minutes=random.randint(10, 50))
        presses = random.randint(0, 3)
        yield Act(at, 90_000 + int(manager[7:]) * 10 + number, manager, partial(_decide, who=manager, presses=presses))


def _visit(stage: Stage, *, who: str, client: Client, how: tuple[bool, int, str]) -> None:
    honest, skew, words = how
    stage.say(who, f"拜访 {client.name}")
    stage.say(who, place=(client.lat + (0.0004 if honest else 0.004), client.lng))
    taken = stage.now - timedelta(minutes=skew)
    stage.say(who, image=picture(PhotoKind.SITE_PHOTO, date=f"{taken:%Y-%m-%d}", time=f"{taken:%H:%M}"))
    if stage.press(who, "是 ") is not None:
        stage.say(who, "车间不让带手机，出来才发")
    if honest:
        stage.say(who, image=picture(PhotoKind.CHAT_SCREENSHOT, contact=client.contact, title="采购经理"))
    stage.say(who, words)
    _finish(stage, who)


def _promise(stage: Stage, who: str, said: str, *, undo: bool) -> None:
    stage.say(who, said)
    _finish(stage, who)
    if undo:
        stage.say(who, "撤销")
        stage.say(who, "撤销")


def _keep(stage: Stage, who: str, waybill: str) -> None:
    shown = stage.say(who, f"样品寄了 {waybill}")
    if shown and shown[-1].buttons:
        stage.press(who, shown[-1].buttons[0].label)


def _report(stage: Stage, who: str, client: Client, progress: str) -> None:
    stage.say(who, f"日报 客户拜访 {client.name}；{client.name} {progress}")


def _finish(stage: Stage, who: str) -> None:
    for _ in range(4):
        if not any(stage.press(who, label) is not None for label in FINISHERS):
            return


def _decide(stage: Stage, *, who: str, presses: int) -> None:
    for _ in range(presses):
        if not any(stage.press(who, label) is not None for label in MANAGER_BUTTONS):
            return
