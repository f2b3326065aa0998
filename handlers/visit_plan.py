"""/计划: a visit entered two hours ahead, with three checks: address, buying cycle, clash in the region (V05)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from bot import Context, Reply, Shelf, UserError, action, command
from bot.cards.calendar import no_such_day
from bot.cards.customer import which_customer
from bot.cards.visit_plan import CancelPlan, plan_clash, visit_planned
from bot.parse.time import impossible_day
from bot.understand import customers_in, find_customer, speak_of, times_in
from models.customer import Customer
from models.person import Person
from models.visit import Visit, VisitPlan, VisitState

CYCLE: Final = timedelta(days=180)
"""Buying cycle taken where no order is known."""
CLASH_WITHIN: Final = timedelta(hours=2)


@command("计划", aliases=("拜访计划",), help="提前登记拜访计划", usage="/计划 明天10点 华东机械", shelf=Shelf.RECORD)
def plan_visit(ctx: Context) -> Reply:
    said = ctx.args.rest.strip() if ctx.args else ""
    if wrong := impossible_day(said, now=ctx.now, calendar=ctx.calendar):
        raise UserError(no_such_day(wrong))
    times = [match for match in times_in(ctx, said) if match.start is not None and not match.invalid]
    if not times:
        raise UserError("什么时候去哪家？例：/计划 明天10点 华东机械")
    if times[0].ambiguous:
        raise UserError(f"「{times[0].text}」是哪天几点？写清楚些，例：11-20 10点")
    customer = _customer(ctx, said, times[0].span)
    if not isinstance(customer, Customer):
        return customer
    at = times[0].start
    assert at is not None
    if at <= ctx.now:
        raise UserError("这个时间已经过了，直接发「拜访 客户」就行。")
    return _plan(ctx, customer, at)


def _customer(ctx: Context, said: str, time_span: tuple[int, int]) -> Customer | Reply:
    words = (said[: time_span[0]] + said[time_span[1] :]).strip(" ，,去到")
    found = [r for _, r in customers_in(ctx, said)] or [find_customer(ctx, words)]
    if found[0].decided is None:
        return which_customer(words, found[0], ctx.row_id)
    return ctx.session.get(Customer, found[0].decided.id)


def _plan(ctx: Context, customer: Customer, at: datetime) -> Reply:
    temporary = at - ctx.now < ctx.settings.rules.visit.plan_ahead
    clashes = _clashes(ctx, customer, at)
    checks = [_address(customer), _cycle(ctx, customer), _clash(ctx, clashes, customer)]
    plan = VisitPlan(
        owner_id=ctx.sender.id, customer_id=customer.id, planned_at=at, entered_at=ctx.now, temporary=temporary,
        checks={"address": checks[0], "cycle": checks[1], "clash": checks[2]},
    )  # fmt: skip
    ctx.session.add(plan)
    ctx.session.flush()
    speak_of(ctx, customer.id)
    ctx.note("visit.planned", "visit_plan", str(plan.id), customer=customer.id, at=at.isoformat(), temporary=temporary)
    for other in clashes:
        told = plan_clash(ctx.sender.name, customer.label, at, ctx.zone, customer.region)
        ctx.send(other.owner_id, told, key=f"V05:{plan.id}:{other.id}", subject=f"visit_plan:{plan.id}", rule="V05")
    return visit_planned(plan.id, customer.label, at, ctx.zone, temporary=temporary, checks=checks)


def _address(customer: Customer) -> str:
    if customer.lat is None or not customer.address:
        return "⚠ 地址：客户没有登记地址，到场没法判距离"
    return f"✅ 地址：{customer.address}"


def _cycle(ctx: Context, customer: Customer) -> str:
    query = select(Visit.finished_at).where(Visit.customer_id == customer.id, Visit.state == VisitState.DONE)
    last = ctx.session.scalar(query.order_by(Visit.finished_at.desc()).limit(1))
    if last is None:
        return "✅ 周期：第一次拜访"
    if ctx.now - last > CYCLE:
        return f"⚠ 周期：{(ctx.now - last).days} 天没去过，已超出常见成交周期，只提醒不拦"
    return f"✅ 周期：上次 {last.astimezone(ctx.zone):%m-%d}"


def _clashes(ctx: Context, customer: Customer, at: datetime) -> list[VisitPlan]:
    """Return other people's plans in the same region within two hours."""
    if not customer.region:
        return []
    query = (
        select(VisitPlan)
        .join(Customer, Customer.id == VisitPlan.customer_id)
        .where(
            VisitPlan.owner_id != ctx.sender.id, VisitPlan.cancelled.is_(False), Customer.region == customer.region,
            VisitPlan.planned_at > at - CLASH_WITHIN, VisitPlan.planned_at < at + CLASH_WITHIN,
        )
    )  # fmt: skip
    return list(ctx.session.scalars(query.order_by(VisitPlan.id)))


def _clash(ctx: Context, clashes: list[VisitPlan], customer: Customer) -> str:
    if not clashes:
        return "✅ 行程：同区域没有撞"
    names = {ctx.session.get(Person, plan.owner_id) for plan in clashes}
    return f"⚠ 行程：{'、'.join(p.name for p in names if p)}同时段也在{customer.region}"


@action(CancelPlan)
def cancel_plan(ctx: Context, press: CancelPlan) -> Reply:
    plan = ctx.session.get(VisitPlan, press.plan_id)
    if plan is None or plan.owner_id != ctx.sender.id:
        raise UserError("这条计划不是你的。")
    if plan.cancelled:
        return "这条计划已经取消了。"
    plan.cancelled = True
    ctx.cancel(f"visit_plan:{plan.id}")
    ctx.close_card("已取消")
    ctx.note("visit_plan.cancelled", "visit_plan", str(plan.id))
    return "计划已取消。"
