"""/客户, /跟进: a customer on one card, within what the asker may see (C05, C09, C10, L15)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from bot import Context, Reply, UserError, command
from bot.cards.customer import which_customer
from bot.cards.customer_page import CustomerPage, customer_minimum, customer_page
from bot.cards.visit import local
from bot.cards.visit_review import day
from bot.contacts import last_contacts
from bot.parse.code import mask
from bot.signals import rules_of, since, title_of
from bot.understand import find_customer, speak_of
from models.commitment import open_for_customer
from models.customer import Customer, contacts_of
from models.daily_report import CompetitorMove
from models.person import Concern, Person
from models.signal import tallies
from models.visit import NextStep, NextStepState

RECENT: Final = 3


@command(
    "客户", aliases=("跟进", "查客户"), help="一家客户的来龙去脉", usage="/客户 华东机械", positional=("customer",)
)
def show_customer(ctx: Context) -> Reply:
    said = ctx.args.rest.strip() if ctx.args else ""
    if not said:
        raise UserError("哪家客户？例：/客户 华东机械")
    resolution = find_customer(ctx, said)
    if resolution.decided is None:
        return which_customer(said, resolution, ctx.row_id)
    customer = ctx.session.get(Customer, resolution.decided.id)
    assert customer is not None
    owner = ctx.session.get(Person, customer.owner_id or "")
    if not ctx.sight.covers(Concern.CUSTOMER, customer.owner_id):
        ctx.note("customer.refused", "customer", customer.id)
        return customer_minimum(customer.label, owner.name if owner else "无人")
    speak_of(ctx, customer.id)
    return customer_page(_page(ctx, customer, owner))


def _page(ctx: Context, customer: Customer, owner: Person | None) -> CustomerPage:
    contacts = [f"{c.name} {c.title} {mask(c.mobile)}".strip() for c in contacts_of(ctx.session, customer.id)]
    moves = ctx.session.scalars(
        select(CompetitorMove)
        .where(CompetitorMove.customer_id == customer.id)
        .order_by(CompetitorMove.at.desc())
        .limit(RECENT)
    )
    rules = rules_of(ctx)
    promises = open_for_customer(ctx.session, customer.id, ctx.sight)
    return CustomerPage(
        id=customer.id, name=customer.label, tags=(customer.industry, customer.region, customer.grade and f"{customer.grade} 级"),
        owner=owner.name if owner else "无人", address=customer.address, contacts=contacts,
        recent=last_contacts(ctx, customer.id),
        promises=[f"{c.id} {c.matter}（{day(c.due_at, ctx.zone)}）" for c in promises],
        steps=[f"{s.text}（{day(s.due_at, ctx.zone)}）" for s in _steps(ctx, customer.id)],
        moves=[f"{local(m.at, ctx.zone, '%m-%d')} {m.text}" for m in moves],
        signals=[f"{title_of(rules, row.label)} {row.count} 次" for row in tallies(ctx.session, ctx.sight, since(ctx), customer.id)],
    )  # fmt: skip


def _steps(ctx: Context, customer_id: str) -> list[NextStep]:
    query = select(NextStep).where(
        NextStep.customer_id == customer_id, NextStep.done_at.is_(None), NextStep.state != NextStepState.UNDONE
    )
    owners = ctx.sight.owners_for(Concern.VISIT)
    if owners is not None:
        query = query.where(NextStep.owner_id.in_(owners))
    return list(ctx.session.scalars(query.order_by(NextStep.due_at).limit(RECENT)))
