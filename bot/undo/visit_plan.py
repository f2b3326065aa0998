"""Taking back a planned visit (V05, M10)."""

from __future__ import annotations

from bot.cards.visit_review import day
from bot.context import Context
from bot.undo.reversal import Deed, Reversal, reversal
from models.customer import Customer
from models.deadline import Subject
from models.event import Event
from models.visit import VisitPlan


def _planned(ctx: Context, event: Event) -> Deed | None:
    plan = ctx.session.get(VisitPlan, int(event.subject_id))
    if plan is None or plan.cancelled:
        return None
    customer = ctx.session.get(Customer, plan.customer_id)
    label = f"{customer.label if customer else ''} {day(plan.planned_at, ctx.calendar.zone)} 的拜访计划"
    return Deed(event, label, subjects=(Subject("visit_plan", event.subject_id),))


def _undo(ctx: Context, deed: Deed) -> None:
    ctx.session.get_one(VisitPlan, int(deed.event.subject_id)).cancelled = True


reversal(Reversal("visit.planned", "计划", _planned, _undo))
