"""Changing when or for whom a record is: promises and next steps, everything that hangs on them following (J8, P05, P14)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select

from bot.cards.commitment import due_words
from bot.cards.visit_review import confirmation_needed
from bot.context import Context
from bot.promise.told import grey_reminders, refresh_told
from bot.undo import Deed, Reversal, deed_of, reversal
from models.commitment import Commitment, CommitmentState, start_clock
from models.customer import Customer
from models.deadline import Subject, stop_deadlines
from models.event import Event
from models.person import Person
from models.visit import NextStep, NextStepState, Visit, steps_of
from models.world import World


@dataclass(frozen=True, slots=True)
class Values:
    """For whom, until when (aware UTC), and what."""

    customer_id: str
    due_at: datetime
    matter: str = ""


@dataclass(frozen=True, slots=True)
class Changeable:
    """A record as it stands; `event` is the deed its window runs from, `blocked` why it may not simply be changed."""

    subject: Subject
    owner_id: str
    label: str
    values: Values
    event: Event
    blocked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changer:
    """How one kind of record is read and changed."""

    read: Callable[[Context, str], Changeable | None]
    apply: Callable[[Context, str, Values], None]


def changeable(ctx: Context, subject: Subject) -> Changeable | None:
    """Return a record that can be changed, or None: of another kind, ended, or not there."""
    changer = CHANGERS.get(subject.kind)
    return changer.read(ctx, subject.id) if changer else None


def change(ctx: Context, found: Changeable, after: Values, *, how: str = "changed") -> None:
    """Change a record with its reminders and cards; the log keeps before and after under `how` ("corrected": by a slip)."""
    CHANGERS[found.subject.kind].apply(ctx, found.subject.id, after)
    before = found.values
    ctx.note(
        f"{found.subject.kind}.{how}", found.subject.kind, found.subject.id,
        before=[before.customer_id, before.due_at.isoformat(), before.matter],
        after=[after.customer_id, after.due_at.isoformat(), after.matter],
    )  # fmt: skip


def difference(ctx: Context, before: Values, after: Values) -> list[tuple[str, str, str]]:
    """Return (what, before, after) in words for everything that differs."""
    zone = ctx.calendar.zone
    found = []
    if before.customer_id != after.customer_id:
        found.append(("客户", _customer(ctx, before.customer_id), _customer(ctx, after.customer_id)))
    if before.due_at != after.due_at:
        found.append(("期限", due_words(before.due_at, zone), due_words(after.due_at, zone)))
    if before.matter != after.matter:
        found.append(("事项", before.matter, after.matter))
    return found


def _customer(ctx: Context, customer_id: str) -> str:
    customer = ctx.session.get(Customer, customer_id)
    return customer.label if customer else customer_id


def _began(ctx: Context, kind: str, subject: Subject) -> Event | None:
    query = select(Event).where(Event.kind == kind, Event.subject_kind == subject.kind, Event.subject_id == subject.id)
    return ctx.session.scalars(query.order_by(Event.id.desc()).limit(1)).first()


# -- promises ----------------------------------------------------------------------------------------------------------


def _read_promise(ctx: Context, number: str) -> Changeable | None:
    promise = ctx.session.get(Commitment, number)
    event = _began(ctx, "commitment.registered", Subject("commitment", number))
    if promise is None or event is None or promise.state != CommitmentState.OPEN:
        return None
    deed = deed_of(ctx, event)
    values = Values(promise.customer_id, promise.due_at, promise.matter)
    return Changeable(promise.subject, promise.owner_id, promise.id, values, event, deed.blocked if deed else ())


def _change_promise(ctx: Context, number: str, after: Values) -> None:
    """Change a promise as a slip of the tongue: no rescheduling is counted, the first time becomes the right one."""
    promise = ctx.session.get_one(Commitment, number)
    if promise.first_due_at == promise.due_at:
        promise.first_due_at = after.due_at
    if promise.customer_id != after.customer_id:
        promise.customer_id, promise.contact_id = after.customer_id, None
    promise.due_at, promise.matter = after.due_at, after.matter
    stop_deadlines(ctx.session, promise.subject, ctx.now, "changed")
    grey_reminders(ctx, promise, "已改")
    world = World(ctx.session, ctx.calendar, ctx.now)
    start_clock(ctx.session, ctx.settings.rules.clocks["commitment_due"], promise, ctx.now, world)
    refresh_told(ctx, promise)


# -- next steps --------------------------------------------------------------------------------------------------------


def next_step_of(ctx: Context, visit_id: str) -> Subject | None:
    """Return the next step that came of a visit."""
    steps = [step for step in steps_of(ctx.session, visit_id) if step.state != NextStepState.UNDONE]
    return Subject("next_step", str(steps[0].id)) if steps else None


def _read_step(ctx: Context, number: str) -> Changeable | None:
    step = ctx.session.get(NextStep, int(number)) if number.isdigit() else None
    event = _began(ctx, "next_step.recorded", Subject("next_step", number))
    if step is None or event is None or step.state == NextStepState.UNDONE or step.done_at is not None:
        return None
    decider = ctx.session.get(Person, step.decided_by) if step.decided_by else None
    blocked = (f"{decider.name}已据此确认",) if decider else ()
    label = f"下一步「{step.text}」"
    return Changeable(
        Subject("next_step", number),
        step.owner_id,
        label,
        Values(step.customer_id, step.due_at, step.text),
        event,
        blocked,
    )


def _change_step(ctx: Context, number: str, after: Values) -> None:
    step = ctx.session.get_one(NextStep, int(number))
    step.customer_id, step.due_at, step.text = after.customer_id, after.due_at, after.matter
    ctx.session.flush()
    if step.state != NextStepState.WAITING:
        return
    visit = ctx.session.get(Visit, step.visit_id) if step.visit_id else None
    owner = ctx.session.get(Person, step.owner_id)
    background = f"异议：{'、'.join(visit.objections)}" if visit and visit.objections else f"目标：{step.goal}"
    card = confirmation_needed(
        step.id, owner.name if owner else step.owner_id, _customer(ctx, step.customer_id),
        f"{step.text}，{due_words(step.due_at, ctx.calendar.zone)} 前", background=background,
    )  # fmt: skip
    for row in ctx.cards_about(f"next_step:{number}"):
        if row.key.startswith("P14:"):
            ctx.change(row.key, card)


CHANGERS: Final[dict[str, Changer]] = {
    "commitment": Changer(_read_promise, _change_promise),
    "next_step": Changer(_read_step, _change_step),
}


# -- and back ----------------------------------------------------------------------------------------------------------


def _changed(ctx: Context, event: Event) -> Deed | None:
    found = changeable(ctx, Subject(event.subject_kind, event.subject_id))
    if found is None or found.values != _values(event.data["after"], found.values):
        return None
    words = difference(ctx, _values(event.data["before"], found.values), found.values)
    label = f"{found.label} 的改动（{'，'.join(f'{old} → {new}' for _, old, new in words)}）"
    return Deed(event, label, also=("改回原来的",), blocked=found.blocked)


def _change_back(ctx: Context, deed: Deed) -> None:
    found = changeable(ctx, Subject(deed.event.subject_kind, deed.event.subject_id))
    assert found is not None
    before = _values(deed.event.data["before"], found.values)
    CHANGERS[deed.event.subject_kind].apply(ctx, deed.event.subject_id, before)


def _values(stored: list[str], now: Values) -> Values:
    """Read values from the log; entries of before the matter could be changed do not hold it."""
    customer_id, due, *matter = stored
    return Values(customer_id, datetime.fromisoformat(due), matter[0] if matter else now.matter)


reversal(Reversal("commitment.changed", "改动", _changed, _change_back))
reversal(Reversal("next_step.changed", "改动", _changed, _change_back))
