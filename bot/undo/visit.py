"""Taking back a visit: it leaves the completeness rate and the customer's page, its next step goes with it (V01, P14, M10)."""

from __future__ import annotations

from sqlalchemy import select

from bot.context import Context
from bot.undo.reversal import Deed, Reversal, reversal
from models.customer import Customer
from models.daily_report import DailyReport, DailyReportItem, ReportState
from models.deadline import Subject
from models.event import Event
from models.overheard import forget_asked
from models.person import Person
from models.signal import take_signals_back
from models.visit import NextStep, NextStepState, Visit, VisitState, steps_of


def _recorded(ctx: Context, event: Event) -> Deed | None:
    visit = ctx.session.get(Visit, event.subject_id)
    if visit is None or visit.state != VisitState.DONE:
        return None
    steps = steps_of(ctx.session, visit.id)
    return Deed(
        event,
        f"{visit.id} {_customer(ctx, visit)}拜访",
        subjects=(Subject("visit", visit.id), *(Subject("next_step", str(step.id)) for step in steps)),
        also=tuple(f"下一步「{step.text}」一并撤掉" for step in steps if step.state != NextStepState.UNDONE),
        blocked=(*_confirmed(ctx, steps), *_reported(ctx, visit)),
    )


def _started(ctx: Context, event: Event) -> Deed | None:
    visit = ctx.session.get(Visit, event.subject_id)
    if visit is None or visit.state != VisitState.OPEN:
        return None
    label = f"{visit.id} {_customer(ctx, visit)}拜访（还没结束）"
    return Deed(event, label, subjects=(Subject("visit", visit.id),), open_ended=True)


def _customer(ctx: Context, visit: Visit) -> str:
    customer = ctx.session.get(Customer, visit.customer_id)
    return customer.label if customer else visit.customer_id


def _confirmed(ctx: Context, steps: list[NextStep]) -> list[str]:
    """Name the managers who have decided on what came of the visit."""
    deciders = {step.decided_by for step in steps if step.decided_by and step.state != NextStepState.UNDONE}
    people = (ctx.session.get(Person, person_id) for person_id in sorted(deciders))
    return [f"{person.name}已据此确认下一步" for person in people if person]


def _reported(ctx: Context, visit: Visit) -> list[str]:
    """Name the daily reports of its owner that list the visit."""
    query = (
        select(DailyReport)
        .join(DailyReportItem, DailyReportItem.report_id == DailyReport.id)
        .where(DailyReport.owner_id == visit.owner_id, DailyReport.state == ReportState.SUBMITTED)
        .where(DailyReportItem.text == visit.id)
    )
    return [f"已写进 {report.on:%m-%d} 日报" for report in ctx.session.scalars(query)]


def _undo(ctx: Context, deed: Deed) -> None:
    visit = ctx.session.get_one(Visit, deed.event.subject_id)
    visit.state = VisitState.UNDONE
    for step in steps_of(ctx.session, visit.id):
        step.state = NextStepState.UNDONE
    take_signals_back(ctx.session, f"visit:{visit.id}")
    forget_asked(ctx.session, f"visit:{visit.id}")


reversal(Reversal("visit.recorded", "拜访", _recorded, _undo))
reversal(Reversal("visit.started", "拜访", _started, _undo))
