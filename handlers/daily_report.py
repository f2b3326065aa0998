"""/日报: the report of the day in a click or a sentence, leave, withdrawal, correction (D01–D04, D13, J3)."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any, Final

from bot import (
    NOT_MINE,
    Card,
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
from bot.cards.calendar import no_such_day
from bot.cards.daily_report import (
    EditReport,
    FillReport,
    PickProgress,
    WithdrawReport,
    ask_quote,
    handed_in,
    line_words,
    support_needed,
    which_progress,
)
from bot.parse.signal import built_in
from bot.parse.time import impossible_day
from bot.report_count import show_count
from bot.signals import hear_signals
from bot.understand import customers_in, find_customer
from bot.undo import deed_of, in_window, own_events, take_back
from models.customer import Customer, customers_in_sight
from models.daily_report import (
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
from models.signal import take_signals_back

SPLIT: Final = re.compile(r"[；;\n]+")
SUPPORT: Final = re.compile(r"(?:需要?支持|求助)[:：]?\s*(.+)")
TOMORROW: Final = re.compile(r"(?:明日|明天)(?:关键动作)?[:：]\s*(.+)")
COMPETITOR: Final = "竞对反馈"
MIN_QUOTE: Final = 6
MAX_CARDS: Final = 2
PROGRESS_WORDS: Final = {
    "明确采购时间": re.compile(r"明确了?(?:了)?采购时间|采购时间(?:已经?)?(?:明确|定了)"),
    "确认预算范围": re.compile(r"(?:确认|明确|给)了?预算(?:范围)?|预算(?:范围)?(?:已经?)?(?:确认|明确|定了)"),
    "引入技术负责人": re.compile(r"(?:引入|见到|拉来|约到)了?技术负责人|技术负责人(?:进来|参与)了"),
}


@command(
    "日报", aliases=("写日报", "交日报"), help="交今天的日报", shelf=Shelf.RECORD,
    usage="日报 客户拜访 恒信；竞对反馈 恒信 格美降价8%",
)  # fmt: skip
def daily_report(ctx: Context) -> Reply:
    if ctx.sender.role not in REPORTING_ROLES:
        raise UserError("你不用交日报。看下属的发「今天」。")
    said = ctx.args.rest.strip() if ctx.args else ""
    on = ctx.calendar.local_date(ctx.update.at)
    return _from_words(ctx, on, said) if said else _begin(ctx, on)


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
    ctx.talk("report.progress", _state(on, lines, ctx.now), free_text=True)
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
            lines.append(_line(ctx, part))
    if not lines:
        lines = collected(ctx.session, ctx.sender.id, *day_bounds(ctx.calendar, on))
    return _submit(ctx, on, lines, support=support, tomorrow=tomorrow)


def _line(ctx: Context, part: str) -> Line:
    """Read one line: action, customer, rest (D02: no line without a customer)."""
    actions = ctx.settings.rules.daily_report.actions
    kind = next((name for name in actions if part.startswith(name)), None)
    rest = part[len(kind) :].strip() if kind else part
    customer, text = _customer_and_rest(ctx, rest)
    if customer is None:
        if wrong := impossible_day(part, now=ctx.now, calendar=ctx.calendar):
            raise UserError(no_such_day(wrong))
        raise UserError(f"「{part}」是哪家客户？日报每条都要写客户，例：客户拜访 恒信")
    breakthrough = _breakthrough_in(ctx, text)
    return Line(kind or actions[0], customer.id, text, breakthrough)


def _customer_and_rest(ctx: Context, text: str) -> tuple[Customer | None, str]:
    for (start, end), resolution in customers_in(ctx, text):
        if resolution.decided is not None:
            return ctx.session.get(Customer, resolution.decided.id), f"{text[:start]}{text[end:]}".strip(" ，,")
    first, _, rest = text.partition(" ")
    resolution = find_customer(ctx, first)
    if resolution.decided is not None and first:
        return ctx.session.get(Customer, resolution.decided.id), rest.strip()
    return None, text


def _breakthrough_in(ctx: Context, text: str) -> str:
    for name in _breakthroughs(ctx):
        pattern = PROGRESS_WORDS.get(name)
        if name in text or (pattern is not None and pattern.search(text)):
            return name
    return ""


@listen("report.progress", order=30)
def hear_progress(ctx: Context) -> Claimed | None:
    """Take "蓝海 明确了采购时间" as the progress of a day whose report is not in yet."""
    if ctx.sender.role not in REPORTING_ROLES:
        return None
    on = ctx.calendar.local_date(ctx.update.at)
    breakthrough = _breakthrough_in(ctx, ctx.text)
    if not breakthrough or report_of(ctx.session, ctx.sender.id, on) is not None:
        return None
    customer, _ = _customer_and_rest(ctx, ctx.text)
    if customer is None:
        return None
    lines = collected(ctx.session, ctx.sender.id, *day_bounds(ctx.calendar, on))
    state = _state(on, lines, ctx.now)
    return Claimed("日报进展", lambda: _ask_quote(ctx, state, customer.id, breakthrough))


# -- the progress and its quote ----------------------------------------------------------------------------------------


def _state(on: date, lines: list[Line], now: datetime) -> dict[str, Any]:
    rows = [[line.action, line.customer_id, line.text, line.breakthrough, line.quote] for line in lines]
    return {"on": on.isoformat(), "lines": rows, "began": now.isoformat()}


def _ask_quote(ctx: Context, state: dict[str, Any], customer_id: str, breakthrough: str) -> Reply:
    ctx.talk("report.quote", {**state, "customer": customer_id, "breakthrough": breakthrough}, free_text=True)
    return ask_quote(breakthrough)


@dialogue("report.progress")
def take_progress(ctx: Context, state: dict[str, Any]) -> Reply | NotMine:
    if ctx.update.kind not in {UpdateKind.TEXT, UpdateKind.VOICE}:
        return NOT_MINE
    breakthrough = _breakthrough_in(ctx, ctx.text)
    customer, _ = _customer_and_rest(ctx, ctx.text)
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
    return [handed_in(report, took, ctx.zone, "".join(notes)), *_signals(ctx, report, lines)]


def _signals(ctx: Context, report: DailyReport, lines: list[Line]) -> list[Card]:
    """Note the signals in what was written by hand; the day told again counts once (F09)."""
    source = f"daily_report:{report.code}"
    take_signals_back(ctx.session, source)
    cards = [
        card for line in lines for card in hear_signals(ctx, f"{line.text}。{line.quote}", line.customer_id, source)
    ]
    return cards[:MAX_CARDS]


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
