"""请假, 代理: nobody is reminded while away; a deputy answers meanwhile (J3, J10, D05)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from bot import NOT_MINE, Context, NotMine, Reply, Shelf, UpdateKind, UserError, action, command, dialogue
from bot.cards.calendar import no_such_day
from bot.cards.daily_report import OnLeaveToday
from bot.cards.leave import CancelLeave, leave_taken, leave_told
from bot.parse.time import impossible_day, parse_range
from models.deadline import reschedule
from models.person import Leave, Person, Role, is_away
from models.world import World


@command("请假", aliases=("我请假", "休假"), help="请假，期间不催你", usage="请假 明天到周五", shelf=Shelf.SELF)
def take_leave(ctx: Context) -> Reply:
    said = ctx.args.rest.strip() if ctx.args else ""
    if not said:
        ctx.talk("leave.span", {}, free_text=True)
        return "请到哪天？例：今天、明天到周五"
    return _record(ctx, said)


@action(OnLeaveToday)
def on_leave_today(ctx: Context, press: OnLeaveToday) -> Reply:
    if ctx.calendar.local_date(ctx.now) != date.fromisoformat(press.on):
        return "这天已经过去了，补假请让主管在他的日报卡上点【改为请假】。"
    ctx.talk("leave.span", {}, free_text=True)
    return "请到哪天？只今天就回「今天」，多天写「今天到周五」。"


@dialogue("leave.span")
def take_span(ctx: Context, state: dict[str, Any]) -> Reply | NotMine:
    if ctx.update.kind not in {UpdateKind.TEXT, UpdateKind.VOICE}:
        return NOT_MINE
    return _record(ctx, ctx.text.strip())


def _record(ctx: Context, said: str) -> Reply:
    if wrong := impossible_day(said, now=ctx.now, calendar=ctx.calendar):
        raise UserError(no_such_day(wrong))
    span = parse_range(said, now=ctx.now, calendar=ctx.calendar)
    if span is None or span.start is None or span.end is None:
        raise UserError("没看懂起止，例：请假 明天到周五")
    ctx.hang_up()
    start, end = _whole_days(ctx, span.start, span.end)
    if end <= ctx.now:
        raise UserError("这段已经过去了。")
    leave = Leave(person_id=ctx.sender.id, from_at=start, until_at=end)
    ctx.session.add(leave)
    ctx.session.flush()
    ctx.note("leave.taken", "person", ctx.sender.id, leave=leave.id, start=start.isoformat(), end=end.isoformat())
    reschedule(ctx.session, World(ctx.session, ctx.calendar, ctx.now), ctx.sender.id)
    if ctx.sender.manager_id:
        told = leave_told(ctx.sender.name, start, end, "", ctx.zone)
        ctx.send(ctx.sender.manager_id, told, key=f"leave:{leave.id}", subject=f"leave:{leave.id}")
    return leave_taken(leave.id, start, end, "", ctx.zone)


def _whole_days(ctx: Context, start: datetime, end: datetime) -> tuple[datetime, datetime]:
    first, last = start.astimezone(ctx.zone).date(), end.astimezone(ctx.zone).date()
    return ctx.calendar.at(first, time()), ctx.calendar.at(last + timedelta(days=1), time())


@command("代理", aliases=("代理人",), help="请假时谁替你", usage="代理 孙", shelf=Shelf.SELF)
def name_deputy(ctx: Context) -> Reply:
    said = ctx.args.rest.strip() if ctx.args else ""
    people = list(
        ctx.session.scalars(
            select(Person).where(
                Person.active, Person.name == said, Person.id != ctx.sender.id, Person.role != Role.OUTSIDER
            )
        )
    )
    if len(people) != 1:
        raise UserError("写全名，例：代理 林可" if not people else f"有 {len(people)} 位「{said}」，请找管理员指定。")
    leave = is_away(ctx.session, ctx.sender.id, ctx.now) or _next_leave(ctx)
    if leave is None:
        raise UserError("先请假再指定代理，例：请假 明天到周五")
    deputy = people[0]
    leave.deputy_id = deputy.id
    ctx.session.flush()
    ctx.note("leave.deputy", "person", ctx.sender.id, leave=leave.id, deputy=deputy.id)
    reschedule(ctx.session, World(ctx.session, ctx.calendar, ctx.now), ctx.sender.id)
    told = leave_told(ctx.sender.name, leave.from_at, leave.until_at, deputy.name, ctx.zone)
    ctx.send(deputy.id, told, key=f"deputy:{leave.id}", subject=f"leave:{leave.id}")
    return leave_taken(leave.id, leave.from_at, leave.until_at, deputy.name, ctx.zone)


def _next_leave(ctx: Context) -> Leave | None:
    query = select(Leave).where(Leave.person_id == ctx.sender.id, Leave.until_at > ctx.now, Leave.cancelled.is_(False))
    return ctx.session.scalars(query.order_by(Leave.from_at).limit(1)).first()


@action(CancelLeave)
def cancel_leave(ctx: Context, press: CancelLeave) -> Reply:
    leave = ctx.session.get(Leave, press.leave_id)
    if leave is None or leave.person_id != ctx.sender.id:
        raise UserError("这条请假不是你的。")
    if leave.cancelled:
        return "这条请假已经取消了。"
    leave.cancelled = True
    ctx.session.flush()
    ctx.close_card("已取消")
    ctx.note("leave.cancelled", "person", ctx.sender.id, leave=leave.id)
    reschedule(ctx.session, World(ctx.session, ctx.calendar, ctx.now), ctx.sender.id)
    return "请假已取消，提醒照常。"
