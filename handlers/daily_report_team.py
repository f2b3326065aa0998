"""What a manager does about reports that are missing: 催一下, 改为请假, 先不管 (D05, J3)."""

from __future__ import annotations

from datetime import date

from bot import Context, Reply, action
from bot.cards.daily_report import ExcuseMissing, LeaveIt, NudgeMissing, nudged
from models.daily_report import day_bounds, report_code, team_count
from models.deadline import Subject, change_deadline, deadlines_of, stop_deadlines
from models.person import Leave, Person
from models.rules.running import acknowledge
from models.world import World


@action(NudgeMissing)
def nudge(ctx: Context, press: NudgeMissing) -> Reply:
    on = date.fromisoformat(press.on)
    missing = _missing(ctx, on)
    due = f"{ctx.settings.rules.daily_report.due_at:%H:%M}"
    for person in missing:
        card = nudged(on, ctx.sender.name, due)
        code = report_code(person.id, on)
        ctx.send(person.id, card, key=f"D05:nudge:{code}", subject=f"daily_report:{code}", rule="D05")
    return f"已私聊催：{'、'.join(p.name for p in missing)}。" if missing else "都交了，不用催。"


@action(ExcuseMissing)
def excuse(ctx: Context, press: ExcuseMissing) -> Reply:
    on = date.fromisoformat(press.on)
    missing = _missing(ctx, on)
    start, end = day_bounds(ctx.calendar, on)
    for person in missing:
        ctx.session.add(Leave(person_id=person.id, from_at=start, until_at=end))
        ctx.note("leave.given", "person", person.id, on=press.on)
        stop_deadlines(ctx.session, Subject("daily_report", report_code(person.id, on)), ctx.now, "leave")
    ctx.session.flush()
    ctx.close_card("已改为请假")
    return f"已改为请假：{'、'.join(p.name for p in missing)}。" if missing else "没有人未交。"


@action(LeaveIt)
def leave_it(ctx: Context, press: LeaveIt) -> Reply:
    world = World(ctx.session, ctx.calendar, ctx.now)
    for person in _missing(ctx, date.fromisoformat(press.on)):
        for deadline in deadlines_of(
            ctx.session, Subject("daily_report", report_code(person.id, date.fromisoformat(press.on)))
        ):
            change_deadline(ctx.session, deadline, lambda r: acknowledge(r, ctx.sender.id, ctx.now), world)
    ctx.close_card("先不管")
    return "好，先放着。"


def _missing(ctx: Context, on: date) -> tuple[Person, ...]:
    return team_count(ctx.session, ctx.sender.id, on, at=ctx.now).missing
