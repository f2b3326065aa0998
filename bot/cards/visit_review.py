"""The end of a visit: what was understood, what still needs a word, and what the manager is asked (V06, V07, V11, P14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.action import Action
from bot.cards.deadline import Occasion, deadline_card
from bot.reply import Button, ButtonStyle, Card, Content
from models.customer import Customer
from models.rules.clock import Recipient
from models.visit import NextStep

WEEKDAYS = "一二三四五六日"
FIELD_NAMES = {"goal": "目标", "breakthrough": "突破点", "next_step": "下一步", "next_due": "截止日", "summary": "摘要"}


@dataclass(frozen=True, slots=True)
class AcceptReview(Action, name="review.accept"):
    """Everything is as shown."""

    visit_id: str


@dataclass(frozen=True, slots=True)
class AskField(Action, name="review.ask"):
    """Change one field."""

    visit_id: str
    field: str


@dataclass(frozen=True, slots=True)
class SetOption(Action, name="review.set"):
    """Take an option for a field."""

    visit_id: str
    field: str
    option: int


@dataclass(frozen=True, slots=True)
class DropPhrase(Action, name="review.drop"):
    """Take an empty phrase out of the summary."""

    visit_id: str
    number: int


@dataclass(frozen=True, slots=True)
class BackPhrase(Action, name="review.back"):
    """Back an empty phrase with a picture or a quotation."""

    visit_id: str
    number: int


@dataclass(frozen=True, slots=True)
class OwnView(Action, name="review.own_view"):
    """Mark an empty phrase as the rep's own view."""

    visit_id: str
    number: int


@dataclass(frozen=True, slots=True)
class AnswerStep(Action, name="step.answer"):
    """The manager's answer to a next step: agree, take or change."""

    step_id: int
    answer: str


def day(at: datetime, zone: ZoneInfo) -> str:
    """Return "11-20 周五 18:00"."""
    local = at.astimezone(zone)
    return f"{local:%m-%d} 周{WEEKDAYS[local.weekday()]} {local:%H:%M}"


def review_understood(visit_id: str, draft: dict[str, Any], zone: ZoneInfo) -> Card:
    """Repeat what was understood, one button for each thing that may be wrong."""
    due = datetime.fromisoformat(draft["next_due"]) if draft.get("next_due") else None
    lines = [
        "我理解成：",
        f"· 目标：{_guess(draft, 'goal')}　· 突破点：{_guess(draft, 'breakthrough')}",
        f"· 异议：{'、'.join(draft.get('objections') or ()) or '无'}",
        f"· 下一步：{draft.get('next_step') or '还没说'}，截止 {day(due, zone) if due else '还没说（必填）'}",
    ]
    phrases = [phrase for phrase in draft.get("phrases", ()) if not phrase.get("settled")]
    lines += [f"⚠「{phrase['text']}」需要依据（{'／'.join(phrase['evidence'])}）。" for phrase in phrases]
    buttons = [Button("都对", AcceptReview(visit_id), ButtonStyle.PRIMARY)]
    buttons += [Button(f"改{FIELD_NAMES[name]}", AskField(visit_id, name)) for name in ("goal", "breakthrough")]
    if not draft.get("next_step") or due is None:
        buttons.append(Button("补下一步", AskField(visit_id, "next_step")))
    for number, phrase in enumerate(draft.get("phrases", ())):
        if not phrase.get("settled"):
            buttons += [
                Button("补依据", BackPhrase(visit_id, number)),
                Button("把那句删掉", DropPhrase(visit_id, number)),
                Button("标为主观", OwnView(visit_id, number)),
            ]
    return Card(title=f"复盘 {visit_id}", body="\n".join(lines), buttons=tuple(buttons))


def _guess(draft: dict[str, Any], name: str) -> str:
    value = draft.get(name)
    if not value:
        return "还没说"
    return str(value) if draft.get(f"{name}_sure") else f"{value}（？）"


def choose_option(visit_id: str, field: str, options: Sequence[str]) -> Card:
    """Offer the options of a field."""
    buttons = tuple(Button(option, SetOption(visit_id, field, index)) for index, option in enumerate(options))
    return Card(title=f"{FIELD_NAMES[field]}是？", buttons=buttons)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a finished visit came to."""

    visit_id: str
    complete: bool
    missing: str
    backfilled: int
    step: str
    manager: str


def visit_finished(outcome: Outcome, window_minutes: int) -> str:
    """Receipt of a finished visit."""
    extra = f"，补记 {outcome.backfilled} 处" if outcome.backfilled else ""
    state = f"三要素完整{extra}" if outcome.complete else f"未完整，还差 {outcome.missing}{extra}"
    told = f"「{outcome.step}」已进你的待办" if outcome.step else ""
    asked = f"，并已发{outcome.manager}确认" if outcome.step and outcome.manager else ""
    tail = f"{told}{asked}。" if told else ""
    return f"✅ {outcome.visit_id} 已完成（{state}）。{window_minutes} 分钟内回「撤销」可整条撤回。{tail}"


def confirmation_needed(step_id: int, who: str, customer: str, step: str, *, background: str, note: str = "") -> Card:
    """What the manager is asked about a next step (P14): background, goal, action."""
    body = f"{who} @{customer}：{step}（{background}）。" + (f"\n{note}" if note else "")
    buttons = (
        Button("同意", AnswerStep(step_id, "agreed"), ButtonStyle.PRIMARY),
        Button("我来谈", AnswerStep(step_id, "taken")),
        Button("改期限", AnswerStep(step_id, "changed")),
    )
    return Card(title="【待确认】下一步", body=body, buttons=buttons)


def _step_words(occasion: Occasion) -> str:
    step = occasion.session.get(NextStep, int(occasion.deadline.subject_id))
    if step is None:
        return ""
    customer = occasion.session.get(Customer, step.customer_id)
    return f"{occasion.world.name(step.owner_id)} @{customer.label if customer else step.customer_id}：{step.text}"


def _answers(step_id: int) -> tuple[Button, ...]:
    return (
        Button("同意", AnswerStep(step_id, "agreed"), ButtonStyle.PRIMARY),
        Button("我来定", AnswerStep(step_id, "taken")),
        Button("改期限", AnswerStep(step_id, "changed")),
    )


@deadline_card("confirmation_soon")
def _soon(occasion: Occasion) -> Card:
    """Two hours before somebody else is asked (J10)."""
    body = f"{_step_words(occasion)}\n还剩 2 小时，到点会请上一级看。"
    return Card(title="【待确认】还没回", body=body, buttons=_answers(int(occasion.deadline.subject_id)))


@deadline_card("confirmation_overdue")
def _overdue(occasion: Occasion) -> Content:
    """The next level is asked, and the rep need not push (P14, J10)."""
    asked = [who.person_id for who in occasion.firing.told if who.role is not Recipient.SUBMITTER]
    if occasion.who.role is Recipient.SUBMITTER:
        return f"已请{occasion.world.name(asked[0])}看，你不用催。" if asked else "主管还没回，已记下。"
    late = f"{occasion.world.name(occasion.deadline.owner_id)} 48 小时未确认。"
    return Card(
        title="【待确认】请你定",
        body=f"{_step_words(occasion)}\n{late}",
        buttons=_answers(int(occasion.deadline.subject_id)),
    )
