"""/日报: the report of the day in a click or a sentence, leave, withdrawal, correction (D01–D04, D13, J3)."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any, Final

from bot import (
    NOT_MINE,
    Claimed,
    Context,
    NotMine,
    Reply,
    Shelf,
    UpdateKind,
    UserError,
    action,
    command,
    dialogue,
    listen,
)
from bot.cards.daily_report import (
    EditReport,
    FillReport,
    PickProgress,
    WithdrawReport,
    ask_quote,
    handed_in,
    line_words,
    report_status,
    support_needed,
    which_progress,
)
from bot.contacts import last_contacts
from bot.parse.signal import built_in
from bot.report_count import show_count
from bot.report_heard import promises_in, signals_in
from bot.report_reading import DAY, breakthrough_in, customer_and_rest, day_and_rest, line_in
from bot.report_team import show_team
from bot.undo import deed_of, in_window, own_events, take_back
from models.customer import customers_in_sight
from models.daily_report import (
    COMPETITOR,
    REPORTING_ROLES,
    CompetitorMove,
    DailyReport,
    Line,
    collected,
    day_bounds,
    hand_in,
    names_of_customers,
    nearest_step,
    report_of,
)
from models.daily_report_version import version_of
from models.deadline import Subject, stop_deadlines

SPLIT: Final = re.compile(r"[；;\n]+")
LATE: Final = re.compile(r"^(?P<verb>补交?一?下?|交)?\s?(?P<day>[^,，。；;：:\n]{0,10}?)\s?的?日报[\s:：,，]*")
ASKS: Final = re.compile(r"^交(?:了|过|上)?(?:吗|没有?|了没有?)|[?？]$|吗[?？。]?$")
SUPPORT: Final = re.compile(r"(?:需要?支持|求助)[:：]?\s*(.+)")
TOMORROW: Final = re.compile(r"(?:明日|明天)(?:关键动作)?[:：]\s*(.+)")
MIN_QUOTE: Final = 6


@command(
    "日报", aliases=("写日报", "交日报", "补日报", "补交日报"), help="交今天的日报", shelf=Shelf.RECORD,
    usage="日报 客户拜访 恒信；竞对反馈 恒信 格美降价8%",
)  # fmt: skip
def daily_report(ctx: Context) -> Reply:
    said = ctx.args.rest.strip() if ctx.args else ""
    return _hear_report(ctx, said) if ctx.sender.role in REPORTING_ROLES else show_team(ctx, said)


def _hear_report(ctx: Context, said: str) -> Reply:
    """Take a report of today, or of a past day that was not handed in yet."""
    on, rest = day_and_rest(ctx, said)
    past, existing = on < ctx.calendar.local_date(ctx.update.at), report_of(ctx.session, ctx.sender.id, on)
    if ASKS.search(rest):
        return report_status(on, existing, ctx.zone)
    if past and rest and existing is not None:
        raise UserError(f"{on:%m-%d} 日报已经交了。要改发：改 {on:%m-%d} 日报 把蓝海改成恒信")
    return _from_words(ctx, on, rest) if rest else _begin(ctx, on)


@listen("report.late", kinds={UpdateKind.TEXT, UpdateKind.VOICE}, order=18)
def hear_late(ctx: Context) -> Claimed | None:
    """Take 补昨天日报 客户拜访 恒信 as the report of a past day."""
    head = LATE.match(ctx.text.strip())
    if head is None or ctx.sender.role not in REPORTING_ROLES or not (head["verb"] or DAY.match(head["day"])):
        return None
    said = f"{head['day']} {ctx.text.strip()[head.end() :]}".strip()
    return Claimed("补交日报", lambda: _hear_report(ctx, said), confidence=2.0)


def _begin(ctx: Context, on: date) -> Reply:
    """Go on from what was recorded already: only the progress is missing."""
    existing = report_of(ctx.session, ctx.sender.id, on)
    if existing is not None:
        return handed_in(existing, None, ctx.zone)
    lines = collected(ctx.session, ctx.sender.id, *day_bounds(ctx.calendar, on))
    return _ask_progress(ctx, on, lines)


def _ask_progress(ctx: Context, on: date, lines: list[Line]) -> Reply:
    ids = [line.customer_id for line in lines] or [c.id for c in customers_in_sight(ctx.session, ctx.sight)][:3]
    names = names_of_customers(ctx.session, set(ids))
    ctx.talk("report.progress", _state(on, lines, ctx.now))
    return which_progress([(id_, names[id_]) for id_ in dict.fromkeys(ids) if id_ in names], _breakthroughs(ctx))


def _breakthroughs(ctx: Context) -> tuple[str, ...]:
    return ctx.settings.rules.daily_report.breakthroughs


# -- in words ----------------------------------------------------------------------------------------------------------


def _from_words(ctx: Context, on: date, said: str) -> Reply:
    lines, support, tomorrow = [], "", ""
    for part in (piece.strip() for piece in SPLIT.split(said) if piece.strip()):
        if match := SUPPORT.match(part):
            support = match[1]
        elif match := TOMORROW.match(part):
            tomorrow = match[1]
        else:
            lines.append(line_in(ctx, part))
    if not lines:
        lines = collected(ctx.session, ctx.sender.id, *day_bounds(ctx.calendar, on))
    return _submit(ctx, on, lines, support=support, tomorrow=tomorrow)


@listen("report.progress", order=30)
def hear_progress(ctx: Context) -> Claimed | None:
    """Take "蓝海 明确了采购时间" as the progress of a day whose report is not in yet."""
    if ctx.sender.role not in REPORTING_ROLES:
        return None
    on = ctx.calendar.local_date(ctx.update.at)
    breakthrough = breakthrough_in(ctx, ctx.text)
    if not breakthrough or report_of(ctx.session, ctx.sender.id, on) is not None:
        return None
    customer, _ = customer_and_rest(ctx, ctx.text)
    if customer is None:
        return None
    lines = collected(ctx.session, ctx.sender.id, *day_bounds(ctx.calendar, on))
    state = _state(on, lines, ctx.now)
    return Claimed("日报进展", lambda: _ask_quote(ctx, state, customer.id, breakthrough))


# -- the progress and its quote ----------------------------------------------------------------------------------------


def _state(on: date, lines: list[Line], now: datetime) -> dict[str, Any]:
    return {"on": on.isoformat(), "lines": [line.row for line in lines], "began": now.isoformat()}


def _ask_quote(ctx: Context, state: dict[str, Any], customer_id: str, breakthrough: str) -> Reply:
    ctx.talk("report.quote", {**state, "customer": customer_id, "breakthrough": breakthrough}, free_text=True)
    return ask_quote(breakthrough, last_contacts(ctx, customer_id))


@dialogue("report.progress")
def take_progress(ctx: Context, state: dict[str, Any]) -> Reply | NotMine:
    if ctx.update.kind not in {UpdateKind.TEXT, UpdateKind.VOICE}:
        return NOT_MINE
    breakthrough = breakthrough_in(ctx, ctx.text)
    customer, _ = customer_and_rest(ctx, ctx.text)
    if not breakthrough and customer is None:
        return NOT_MINE
    if not breakthrough or customer is None:
        return f"写成「客户 进展」就行，进展从这几个里选：{'／'.join(_breakthroughs(ctx))}"
    return _ask_quote(ctx, state, customer.id, breakthrough)


@action(PickProgress)
def pick_progress(ctx: Context, press: PickProgress) -> Reply:
    row = ctx.open_dialogue()
    if row is None or row.form != "report.progress" or press.breakthrough not in _breakthroughs(ctx):
        return "这一步已经过了，要改发「日报」。"
    ctx.close_card("已选")
    return _ask_quote(ctx, dict(row.answers), press.customer_id, press.breakthrough)


@dialogue("report.quote")
def take_quote(ctx: Context, state: dict[str, Any]) -> Reply | NotMine:
    """Take the customer's words; a phrase without substance is asked about (V11)."""
    if ctx.update.kind not in {UpdateKind.TEXT, UpdateKind.VOICE}:
        return NOT_MINE
    quote = ctx.text.strip()
    if len(quote) < MIN_QUOTE or built_in("empty_phrases").find(quote):
        return "这句太笼统，请写客户原话，例：客户说：我们计划11月启动招标"
    ctx.hang_up()
    lines = [Line(*row) for row in state["lines"]]
    action_name = next((line.action for line in lines if line.customer_id == state["customer"]), "客户拜访")
    lines.append(Line(action_name, state["customer"], "", state["breakthrough"], quote))
    took = ctx.now - datetime.fromisoformat(state["began"])
    return _submit(ctx, date.fromisoformat(state["on"]), lines, took=took)


# -- handing in --------------------------------------------------------------------------------------------------------


def _submit(
    ctx: Context, on: date, lines: list[Line], *, took: timedelta | None = None, support: str = "", tomorrow: str = ""
) -> Reply:
    if not lines:
        raise UserError("今天还没有记录。写成：日报 客户拜访 恒信；方案发送 蓝海")
    due_at = ctx.calendar.at(on, ctx.settings.rules.daily_report.due_at)
    earlier = report_of(ctx.session, ctx.sender.id, on)
    before = version_of(ctx.session, earlier) if earlier else None
    report = hand_in(ctx.session, owner_id=ctx.sender.id, on=on, at=ctx.update.at, due_at=due_at, lines=lines)
    step = nearest_step(ctx.session, ctx.sender.id, ctx.now)
    report.tomorrow, report.support = tomorrow or (step.text if step else ""), support
    ctx.note(
        "daily_report.submitted", "daily_report", report.code,
        late=report.late_minutes, lines=len(lines), before=before,
    )  # fmt: skip
    notes = [_competitor(ctx, line) for line in lines if line.action == COMPETITOR and line.text]
    stop_deadlines(ctx.session, Subject("daily_report", report.code), ctx.update.at, "submitted")
    if support:
        _ask_for_support(ctx, report)
    show_count(ctx, ctx.sender, on)
    return [
        handed_in(report, took, ctx.zone, "".join(notes)),
        *promises_in(ctx, report, lines),
        *signals_in(ctx, report, lines),
    ]


def _competitor(ctx: Context, line: Line) -> str:
    ctx.session.add(
        CompetitorMove(
            customer_id=line.customer_id, owner_id=ctx.sender.id, text=line.text[:300], at=ctx.now, source="日报"
        )
    )
    name = names_of_customers(ctx.session, {line.customer_id})[line.customer_id]
    ctx.note("competitor.reported", "customer", line.customer_id, text=line.text)
    return f"竞对「{line.text}」已记入{name}竞品动态。"


def _ask_for_support(ctx: Context, report: DailyReport) -> None:
    if ctx.sender.manager_id:
        card = support_needed(ctx.sender.name, report.support)
        key = f"D04:{report.code}:{ctx.row_id}"
        ctx.send(ctx.sender.manager_id, card, key=key, subject=f"daily_report:{report.code}", rule="D04")


# -- buttons -----------------------------------------------------------------------------------------------------------


@action(FillReport)
def fill(ctx: Context, press: FillReport) -> Reply:
    on = date.fromisoformat(press.on)
    existing = report_of(ctx.session, ctx.sender.id, on)
    if existing is not None:
        return f"这天的日报 {existing.submitted_at.astimezone(ctx.zone):%H:%M} 已经交了。"
    return _ask_progress(ctx, on, collected(ctx.session, ctx.sender.id, *day_bounds(ctx.calendar, on)))


@action(EditReport)
def edit(ctx: Context, press: EditReport) -> Reply:
    lines = collected(ctx.session, ctx.sender.id, *day_bounds(ctx.calendar, date.fromisoformat(press.on)))
    names = names_of_customers(ctx.session, {line.customer_id for line in lines})
    sample = "；".join(line_words(line, names) for line in lines) or "客户拜访 恒信；方案发送 蓝海"
    actions = "、".join(ctx.settings.rules.daily_report.actions)
    return f"直接发整条，例：日报 {sample}\n动作有：{actions}"


@action(WithdrawReport)
def withdraw(ctx: Context, press: WithdrawReport) -> Reply:
    on = date.fromisoformat(press.on)
    report = report_of(ctx.session, ctx.sender.id, on)
    if report is None:
        return "这份日报已经撤回了。"
    event = next(e for e in own_events(ctx, ctx.sender.id, {"daily_report.submitted"}) if e.subject_id == report.code)
    deed = deed_of(ctx, event)
    if deed is None or deed.blocked or not in_window(ctx, event):
        return f"已过 10 分钟，改内容请发：更正 {on:%m-%d} 日报"
    take_back(ctx, deed, ctx.sender, f"已撤回（{ctx.now.astimezone(ctx.zone):%H:%M}）")
    ctx.close_card("已撤回")
    return _ask_progress(ctx, on, collected(ctx.session, ctx.sender.id, *day_bounds(ctx.calendar, on)))
