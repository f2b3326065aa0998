"""Reminders of promises: in the morning of the day, before the time, at the time, and to the manager after it (J2, P05)."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.action import Action
from bot.cards.commitment import customer_words, due_words, short_words
from bot.cards.deadline import Known, Occasion, deadline_card
from bot.reply import Button, ButtonStyle, Card, Field
from models.commitment import Commitment
from models.customer import Contact, Customer


@dataclass(frozen=True, slots=True)
class MarkDone(Action, name="cn.done"):
    """已完成."""

    commitment: str


@dataclass(frozen=True, slots=True)
class TwoMoreHours(Action, name="cn.grace"):
    """再给我2小时."""

    commitment: str


@dataclass(frozen=True, slots=True)
class CannotDo(Action, name="cn.cannot"):
    """做不到了."""

    commitment: str


def _facts(occasion: Occasion) -> tuple[Commitment, str, ZoneInfo]:
    commitment = occasion.session.get(Commitment, occasion.deadline.subject_id)
    assert commitment is not None
    customer = occasion.session.get(Customer, commitment.customer_id)
    contact = occasion.session.get(Contact, commitment.contact_id) if commitment.contact_id else None
    return commitment, customer_words(customer, contact), occasion.world.around(occasion.who.person_id).calendar.zone


def _due_buttons(commitment: Commitment, *, first: bool) -> tuple[Button, ...]:
    grace = (Button("再给我2小时", TwoMoreHours(commitment.id)),) if first else ()
    done = Button("已完成", MarkDone(commitment.id), ButtonStyle.PRIMARY)
    return (done, *grace, Button("做不到了", CannotDo(commitment.id)))


@deadline_card("commitment_today")
def due_today(occasion: Occasion) -> Card:
    """Remind the owner in the morning of the day."""
    commitment, customer, zone = _facts(occasion)
    body = f"{customer}：{commitment.matter}，今天 {commitment.due_at.astimezone(zone):%H:%M} 前。"
    body += "" if commitment.is_complete else "\n依据还没补。"
    buttons = (
        Button("已完成", MarkDone(commitment.id), ButtonStyle.PRIMARY),
        Button("知道了", Known(occasion.deadline.id)),
    )
    return Card(title=f"⏰ 今天到期 {commitment.id}", body=body, buttons=buttons)


@deadline_card("commitment_soon")
def due_soon(occasion: Occasion) -> Card:
    """Remind the owner once more, while there is still time to act or to call the customer."""
    commitment, customer, zone = _facts(occasion)
    body = f"{customer}：{commitment.matter}，{commitment.due_at.astimezone(zone):%H:%M} 前。赶不上就先跟客户说，再回我「改到…」。"
    return Card(title=f"⏰ 快到期 {commitment.id}", body=body, buttons=_due_buttons(commitment, first=False))


@deadline_card("commitment_overdue")
def overdue(occasion: Occasion) -> Card:
    """Tell the owner that the time is up."""
    commitment, customer, zone = _facts(occasion)
    body = (
        f"{customer}：{commitment.matter}，说好 {due_words(commitment.due_at, zone)} 前。做了就回一句（带单号或截图）。"
    )
    first = commitment.grace_until is None
    return Card(title=f"⏰ 到期未闭环 {commitment.id}", body=body, buttons=_due_buttons(commitment, first=first))


@deadline_card("commitment_overdue_manager")
def overdue_for_manager(occasion: Occasion) -> Card:
    """Tell the manager once that a promise to a customer is overdue (P05)."""
    commitment, customer, zone = _facts(occasion)
    owner = occasion.world.name(commitment.owner_id)
    said = (
        f"\n{owner}说 {short_words(commitment.grace_until, zone)} 前完成，还没闭环。" if commitment.grace_until else ""
    )
    fields = (Field("期限", f"{due_words(commitment.due_at, zone)} 前"), Field("改期", f"{commitment.reschedules} 次"))
    body = f"{owner}承诺{customer}：{commitment.matter}。{said}"
    return Card(
        title=f"⚠ 承诺逾期 {commitment.id}",
        body=body,
        fields=fields,
        buttons=(Button("知道了", Known(occasion.deadline.id)),),
    )
