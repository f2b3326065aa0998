"""What delivery, presales and finance see of a promise, and what comes back to the rep from them (P03, J2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.action import Action
from bot.cards.commitment import due_words, short_words
from bot.reply import Button, ButtonStyle, Card, CardState
from models.commitment import Commitment, CommitmentState
from models.commitment_told import Answer, CommitmentTold


@dataclass(frozen=True, slots=True)
class CanDo(Action, name="cn.can"):
    """做得到."""

    told: int


@dataclass(frozen=True, slots=True)
class CannotUntil(Action, name="cn.cant"):
    """做不到，最早…."""

    told: int


@dataclass(frozen=True, slots=True)
class NeedsMore(Action, name="cn.more"):
    """需要更多信息."""

    told: int


@dataclass(frozen=True, slots=True)
class TalkToCustomer(Action, name="cn.talk"):
    """我去跟客户改期."""

    told: int


@dataclass(frozen=True, slots=True)
class AskToHurry(Action, name="cn.hurry"):
    """请田野加急."""

    told: int


@dataclass(frozen=True, slots=True)
class AskManager(Action, name="cn.boss"):
    """找陈敏."""

    told: int


@dataclass(frozen=True, slots=True)
class AnswerQuestion(Action, name="cn.reply"):
    """The rep answers what was asked."""

    told: int


@dataclass(frozen=True, slots=True)
class ManagerSteps(Action, name="cn.steps"):
    """What the manager does about it: coordinate, or let the rep move the date."""

    told: int
    coordinates: bool


@dataclass(frozen=True, slots=True)
class TellingCard:
    """What a told person's card is made of; the same facts make it anew when something changed."""

    commitment: Commitment
    told: CommitmentTold
    owner: str
    customer: str
    zone: ZoneInfo
    moved_from: datetime | None = None


ENDS: Final = {
    CommitmentState.CLOSED: ("已闭环", CardState.DONE),
    CommitmentState.MISSED: ("已告知做不到", CardState.VOID),
    CommitmentState.UNDONE: ("已撤销", CardState.VOID),
}


def told_card(facts: TellingCard) -> Card:
    """Return the card of somebody who was told, as it is now: open with buttons, answered, or ended."""
    promise, told, zone = facts.commitment, facts.told, facts.zone
    body = f"{facts.owner}承诺{facts.customer} {due_words(promise.due_at, zone)} 前{promise.matter}（{promise.id}）。"
    if facts.moved_from is not None:
        body += f"\n已改期：{short_words(facts.moved_from, zone)} → {short_words(promise.due_at, zone)}（{promise.reason}）。"
    buttons = (
        Button("做得到", CanDo(told.id), ButtonStyle.PRIMARY),
        Button("做不到，最早…", CannotUntil(told.id)),
        Button("需要更多信息", NeedsMore(told.id)),
    )
    card = Card(title=f"承诺知会 {promise.id}", body=body, buttons=buttons)
    ended = ENDS.get(CommitmentState(promise.state))
    if ended:
        return card.closed(ended[0], state=ended[1])
    return card if told.answer == Answer.WAITING else card.closed(answer_words(told, zone))


def answer_words(told: CommitmentTold, zone: ZoneInfo) -> str:
    """Return what somebody answered: "做得到", "做不到，最早 10-09"."""
    if told.answer == Answer.NO and told.earliest_at is not None:
        return f"做不到，最早 {earliest_words(told.earliest_at, zone)}"
    return {Answer.YES: "做得到", Answer.NO: "做不到", Answer.ASKS: "在等更多信息"}.get(Answer(told.answer), "")


def earliest_words(at: datetime, zone: ZoneInfo) -> str:
    """Return "10-09", with the time when it is not the end of the working day."""
    local = at.astimezone(zone)
    return f"{local:%m-%d}" if (local.hour, local.minute) == (18, 0) else f"{local:%m-%d %H:%M}"


def cannot_for_rep(facts: TellingCard, who: str, manager: str) -> Card:
    """Bring 「做不到」 back to the rep with three ways on (J2)."""
    promise, told, zone = facts.commitment, facts.told, facts.zone
    earliest = f"最早 {earliest_words(told.earliest_at, zone)}" if told.earliest_at else "做不到"
    buttons = [
        Button("我去跟客户改期", TalkToCustomer(told.id), ButtonStyle.PRIMARY),
        Button(f"请{who}加急", AskToHurry(told.id)),
    ]
    if manager:
        buttons.append(Button(f"找{manager}", AskManager(told.id)))
    body = f"{who}回：{earliest}。你对客户说的是 {_said_time(promise, zone)}。\n{facts.customer}：{promise.matter}"
    return Card(title=f"做不到 {promise.id}", body=body, buttons=tuple(buttons))


def _said_time(promise: Commitment, zone: ZoneInfo) -> str:
    return short_words(promise.due_at, zone)


def can_for_rep(promise: Commitment, who: str, *, hurried: bool) -> str:
    """Tell the rep that it will be done."""
    return f"{who}回：{'可以加急，' if hurried else ''}做得到（{promise.id} {promise.matter}）。"


def question_for_rep(facts: TellingCard, who: str) -> Card:
    """Bring a question back to the rep."""
    body = f"{who}问：{facts.told.note}\n{facts.customer}：{facts.commitment.matter}"
    return Card(
        title=f"需要更多信息 {facts.commitment.id}",
        body=body,
        buttons=(Button(f"回复{who}", AnswerQuestion(facts.told.id)),),
    )


def hurry_asked(facts: TellingCard) -> Card:
    """Ask the doer once more, in the rep's name."""
    promise, told, zone = facts.commitment, facts.told, facts.zone
    body = f"{facts.owner}请你加急：{facts.customer}，{due_words(promise.due_at, zone)} 前{promise.matter}。"
    buttons = (Button("可以，做得到", CanDo(told.id), ButtonStyle.PRIMARY), Button("还是做不到", CannotUntil(told.id)))
    return Card(title=f"请加急 {promise.id}", body=body, buttons=buttons)


def more_said(facts: TellingCard, said: str) -> Card:
    """Carry the rep's answer to who asked."""
    told = facts.told
    buttons = (Button("做得到", CanDo(told.id), ButtonStyle.PRIMARY), Button("做不到，最早…", CannotUntil(told.id)))
    body = f"{facts.owner}回：{said}\n{facts.customer}：{facts.commitment.matter}，{due_words(facts.commitment.due_at, facts.zone)} 前"
    return Card(title=f"补充说明 {facts.commitment.id}", body=body, buttons=buttons)


def manager_asked(facts: TellingCard, who: str) -> Card:
    """Ask the manager to step in."""
    promise, zone = facts.commitment, facts.zone
    body = f"{facts.owner}承诺{facts.customer} {due_words(promise.due_at, zone)} 前{promise.matter}；{who}：{answer_words(facts.told, zone)}。"
    buttons = (
        Button("我来协调", ManagerSteps(facts.told.id, True), ButtonStyle.PRIMARY),
        Button("请他改期", ManagerSteps(facts.told.id, False)),
    )
    return Card(title=f"请你协调 {promise.id}", body=body, buttons=buttons)
