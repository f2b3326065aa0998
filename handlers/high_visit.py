"""高层拜访: a visit by a superior, suggested when a signal keeps coming back, put to the manager (F10, P14)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from bot import Context, Reply, Shelf, UserError, action, command
from bot.cards.commitment import due_words
from bot.cards.customer import which_customer
from bot.cards.signal import PlanHighVisit
from bot.signals import rules_of, since, title_of
from bot.steps import Proposal, propose
from bot.understand import due_in, find_customer, speak_of
from models.customer import Customer, focus_of
from models.person import Concern, Person, Role
from models.signal import tallies
from models.visit import NextStep, NextStepState

TEXT: Final = "高层拜访"
SELLERS: Final = frozenset({Role.REP, Role.MANAGER, Role.DIRECTOR, Role.VP})


@action(PlanHighVisit)
def plan_pressed(ctx: Context, press: PlanHighVisit) -> Reply:
    reply = _propose(ctx, ctx.session.get_one(Customer, press.customer_id), "")
    ctx.close_card("已建高层拜访")
    return reply


@command(
    TEXT,
    aliases=("建高层拜访",),
    help="请上级出面拜访一家客户",
    usage="高层拜访 恒信 下周三前",
    shelf=Shelf.ADVANCE,
    roles=SELLERS,
)
def plan_visit(ctx: Context) -> Reply:
    said = ctx.args.rest.strip() if ctx.args else ""
    due = due_in(ctx, said) if said else None
    name = (said[: due.span[0]] + said[due.span[1] :]).strip(" ，,。") if due else said
    if not name:
        focus = focus_of(ctx.session, ctx.sender.id, ctx.now)
        if focus is None:
            raise UserError("哪家客户？例：高层拜访 恒信 下周三前")
        return _propose(ctx, ctx.session.get_one(Customer, focus), said)
    resolution = find_customer(ctx, name)
    if resolution.decided is None:
        return which_customer(name, resolution, ctx.row_id)
    return _propose(ctx, ctx.session.get_one(Customer, resolution.decided.id), said)


def _propose(ctx: Context, customer: Customer, said: str) -> Reply:
    """Put the visit to the manager; once per customer while the first is open."""
    if not ctx.sight.covers(Concern.CUSTOMER, customer.owner_id):
        raise UserError("这家不是你的客户。")
    open_one = _open_one(ctx, customer.id)
    manager = ctx.session.get(Person, ctx.sender.manager_id) if ctx.sender.manager_id else None
    if open_one is not None:
        return f"{customer.label} 的高层拜访已经建过了（{due_words(open_one.due_at, ctx.zone)}前）。"
    match = due_in(ctx, said) if said else None
    due_at = match.due_at if match is not None and match.due_at and not match.ambiguous else None
    if due_at is None:
        day = ctx.calendar.add_workdays(ctx.calendar.local_date(ctx.now), ctx.settings.rules.signal.visit_within)
        due_at = ctx.calendar.at(day, ctx.settings.calendar.work_hours[1])
    if due_at <= ctx.now:
        raise UserError("这个时间已经过了，例：高层拜访 恒信 下周三前")
    speak_of(ctx, customer.id)
    propose(ctx, Proposal(customer.id, TEXT, due_at, background=_background(ctx, customer.id)))
    told = f"，已给{manager.name}确认" if manager else "已记下"
    return f"{customer.label} 高层拜访任务{told}，{due_words(due_at, ctx.zone)}前。"


def _open_one(ctx: Context, customer_id: str) -> NextStep | None:
    query = select(NextStep).where(
        NextStep.customer_id == customer_id, NextStep.text == TEXT, NextStep.done_at.is_(None),
        NextStep.state != NextStepState.UNDONE, NextStep.due_at > ctx.now,
    )  # fmt: skip
    return ctx.session.scalars(query.order_by(NextStep.id.desc())).first()


def _background(ctx: Context, customer_id: str) -> str:
    """Say which signals came back, so that the manager decides without looking anything up."""
    rules, limits = rules_of(ctx), ctx.settings.rules.signal
    counts = [
        f"{title_of(rules, row.label)} {row.count} 次"
        for row in tallies(ctx.session, ctx.sight, since(ctx), customer_id)
        if row.count >= limits.repeated
    ]
    return f"{limits.within.days} 天内信号：{'、'.join(counts)}" if counts else "请上级出面"
