"""A next step is recorded and put to the manager on a clock that climbs (P14); used by every way a step is said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.cards.visit_review import confirmation_needed
from bot.context import Context
from models.customer import Customer
from models.deadline import Start, Subject, start_deadline
from models.person import Person
from models.visit import NextStep
from models.world import World


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed: for whom, what, by when, and what the manager should know of it."""

    customer_id: str
    text: str
    due_at: datetime
    said: str = ""  # the words it was read from, as the manager reads them
    visit_id: str | None = None
    goal: str = ""
    background: str = ""
    note: str = ""


def propose(ctx: Context, proposal: Proposal) -> NextStep:
    """Record a next step of the sender and ask his manager; without a manager it simply stands."""
    step = NextStep(
        owner_id=ctx.sender.id, customer_id=proposal.customer_id, visit_id=proposal.visit_id, goal=proposal.goal,
        text=proposal.text[:300], due_at=proposal.due_at, created_at=ctx.now,
    )  # fmt: skip
    ctx.session.add(step)
    ctx.session.flush()
    ctx.note(
        "next_step.recorded", "next_step", str(step.id),
        visit=proposal.visit_id, customer=proposal.customer_id, text=step.text, due=step.due_at.isoformat(),
    )  # fmt: skip
    manager = ctx.session.get(Person, ctx.sender.manager_id) if ctx.sender.manager_id else None
    if manager is not None:
        _ask(ctx, step, proposal, manager)
    return step


def _ask(ctx: Context, step: NextStep, proposal: Proposal, manager: Person) -> None:
    customer = ctx.session.get(Customer, proposal.customer_id)
    card = confirmation_needed(
        step.id, ctx.sender.name, customer.label if customer else proposal.customer_id, proposal.said or step.text,
        background=proposal.background or f"截止 {step.due_at.astimezone(ctx.zone):%m-%d %H:%M}", note=proposal.note,
    )  # fmt: skip
    ctx.send(manager.id, card, key=f"P14:{step.id}", subject=f"next_step:{step.id}", rule="P14")
    clock = ctx.settings.rules.clocks["next_step_confirmation"]
    start = Start(owner_id=manager.id, at=ctx.now, submitter_id=step.owner_id)
    world = World(ctx.session, ctx.calendar, ctx.now)
    start_deadline(ctx.session, clock, Subject("next_step", str(step.id)), start, world)
