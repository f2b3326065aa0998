"""The daily report in chat: reminder, receipt, the manager's one card, the group's number (J3)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.action import Action
from bot.cards.deadline import Occasion, deadline_card, merged_card
from bot.reply import Button, ButtonStyle, Card
from models.daily_report import (
    Count,
    DailyReport,
    Line,
    collected,
    day_bounds,
    misses_in_row,
    names_of_customers,
    team_count,
)
from models.person import Person
from models.rules.clock import OnDay
from models.rules.workday import WorkCalendar

VISIT_CODE: Final = re.compile(r"V-\d{8}-\d+")
LONG_LATE: Final = 180
"""Minutes from which lateness is said in hours."""
PROGRESS: Final = {
    "明确采购时间": re.compile(r"明确了?(?:了)?采购时间|采购时间(?:已经?)?(?:明确|定了)"),
    "确认预算范围": re.compile(r"(?:确认|明确|给)了?预算(?:范围)?|预算(?:范围)?(?:已经?)?(?:确认|明确|定了)"),
    "引入技术负责人": re.compile(r"(?:引入|见到|拉来|约到)了?技术负责人|技术负责人(?:进来|参与)了"),
}
"""How people say the progress of a day in their own words (D03)."""


@dataclass(frozen=True, slots=True)
class FillReport(Action, name="report.fill"):
    """Take the prefilled lines and add the progress."""

    on: str


@dataclass(frozen=True, slots=True)
class EditReport(Action, name="report.edit"):
    """Write the lines by hand."""

    on: str


@dataclass(frozen=True, slots=True)
class OnLeaveToday(Action, name="report.leave"):
    """The person is away today."""

    on: str


@dataclass(frozen=True, slots=True)
class WithdrawReport(Action, name="report.withdraw"):
    """Take the report back to change it."""

    on: str


@dataclass(frozen=True, slots=True)
class NudgeMissing(Action, name="report.nudge"):
    """The manager asks those who are missing."""

    on: str


@dataclass(frozen=True, slots=True)
class ExcuseMissing(Action, name="report.excuse"):
    """The manager says that those who are missing are on leave."""

    on: str


@dataclass(frozen=True, slots=True)
class LeaveIt(Action, name="report.leave_it"):
    """The manager lets it be."""

    on: str


@dataclass(frozen=True, slots=True)
class PickProgress(Action, name="report.progress"):
    """Which progress, with which customer."""

    customer_id: str
    breakthrough: str


def day_words(on: date, calendar: WorkCalendar) -> str:
    """Say what kind of day it is when that matters."""
    return "今天是**补班日**，" if calendar.is_makeup_day(on) else ""


def line_words(line: Line, names: Mapping[str, str]) -> str:
    """Return "拜访 华东机械"."""
    action = {"客户拜访": "拜访"}.get(line.action, line.action)
    detail = f" {line.breakthrough}" if line.breakthrough else ""
    return f"{action} {names.get(line.customer_id, line.customer_id)}{detail}"


def full_line(line: Line, names: Mapping[str, str]) -> str:
    """Return the whole line: 拜访 蓝海包装 明确采购时间：聊了交期「我们计划11月启动招标」."""
    text = f"：{line.text}" if line.text and not VISIT_CODE.fullmatch(line.text) else ""
    quote = f"「{line.quote}」" if line.quote else ""
    return f"{line_words(line, names)}{text}{quote}"


def report_reminder(
    on: date, lines: Sequence[Line], names: Mapping[str, str], calendar: WorkCalendar, due: str
) -> Card:
    """Remind the person, with what he has recorded already (D01)."""
    rows = [f"☑ {line_words(line, names)}" for line in lines]
    gathered = "我已替你攒好：\n" + "\n".join(rows) if rows else "今天还没有记录。"
    body = f"{day_words(on, calendar)}日报 {due} 截止。{gathered}\n☐ 客户进展（必填 1 个）"
    buttons = (
        Button("就这样，补进展", FillReport(on.isoformat()), ButtonStyle.PRIMARY),
        Button("改", EditReport(on.isoformat())),
        Button("今天请假", OnLeaveToday(on.isoformat())),
    )
    return Card(title="📝 日报", body=body, buttons=buttons)


@deadline_card("daily_report_due")
def _due(occasion: Occasion) -> Card:
    on, calendar = _day_of(occasion)
    start, end = day_bounds(calendar, on)
    lines = collected(occasion.session, occasion.deadline.owner_id, start, end)
    names = names_of_customers(occasion.session, {line.customer_id for line in lines})
    return report_reminder(on, lines, names, calendar, _due_time(occasion))


def _due_time(occasion: Occasion) -> str:
    """Return the deadline as the running clock has it."""
    after = occasion.deadline.running.clock.steps[1].after
    return f"{after.at:%H:%M}" if isinstance(after, OnDay) and after.at else "18:00"


@merged_card("daily_report")
def _missing(occasions: Sequence[Occasion]) -> Card:
    first = occasions[0]
    on, calendar = _day_of(first)
    if first.firing.step.card == "daily_report_overdue":
        return overdue_for_director(occasions, on, calendar)
    managers = sorted({person.manager_id for person in _owners(occasions) if person.manager_id})
    counts = [team_count(first.session, manager, on, at=first.firing.due_at) for manager in managers]
    return missing_for_manager(on, merged_count(counts), f"{first.firing.due_at.astimezone(calendar.zone):%H:%M}")


def merged_count(counts: Sequence[Count]) -> Count:
    """Add up teams (one manager may stand in for another)."""
    return Count(
        sum(c.enrolled for c in counts),
        tuple(p for c in counts for p in c.away),
        tuple(r for c in counts for r in c.handed_in),
        tuple(p for c in counts for p in c.missing),
    )


def missing_for_manager(on: date, count: Count, due: str, known: Mapping[str, str] | None = None) -> Card:
    """The manager's one card: how many, who not (D05). `known`: person id → what he said meanwhile."""
    away = f"、请假 {len(count.away)}（{'、'.join(p.name for p in count.away)}）" if count.away else ""
    line = f"截至 {due} 日报：在册 {count.enrolled}{away}、应交 {count.owed}，已交 {len(count.handed_in)}。"
    if not count.missing:
        marks = [f"{word} {n}" for word, n in (("迟交", count.late), ("更正", count.corrected)) if n]
        among = f"，其中{'、'.join(marks)}" if marks else ""
        body = f"已交 {len(count.handed_in)}/{count.owed}{among}。"
        return Card(title="日报 已交齐", body=body).closed()
    said = known or {}
    names = "、".join(f"{p.name}（{said[p.id]}）" if p.id in said else p.name for p in count.missing)
    buttons = (
        Button("催一下", NudgeMissing(on.isoformat()), ButtonStyle.PRIMARY),
        Button("改为请假", ExcuseMissing(on.isoformat())),
        Button("先不管", LeaveIt(on.isoformat())),
    )
    return Card(title="日报 未交齐", body=f"{line}未交：{names}。", buttons=buttons)


def overdue_for_director(occasions: Sequence[Occasion], on: date, calendar: WorkCalendar) -> Card:
    """What the next level sees the morning after (D11)."""
    session = occasions[0].session
    names = []
    for person in _owners(occasions):
        times = misses_in_row(session, person.id, on, calendar)
        names.append(f"{person.name}（{f'连续 {times} 天' if times >= 3 else f'第 {times} 次'}）")  # J3
    day = "昨日" if on == calendar.previous_workday(calendar.local_date(occasions[0].firing.due_at)) else f"{on:%m-%d} "
    return Card(title="日报 逾期", body=f"{day}未交：{'、'.join(names)}。")


def group_count(count: Count) -> str:
    """What the group reads: a number, no names (M19)."""
    mark = " ✅" if len(count.handed_in) == count.owed else ""
    return f"今日日报 {len(count.handed_in)}/{count.owed}{mark}"


def late_words(minutes: int) -> str:
    """Return "65 分", or hours where minutes say little any more."""
    return f"{minutes} 分" if minutes < LONG_LATE else f"{minutes // 60} 小时"


def handed_in(report: DailyReport, took: timedelta | None, zone: ZoneInfo, warning: str = "") -> Card:
    """Receipt of a report."""
    seconds = int(took.total_seconds()) if took is not None else 0
    spent = f"（用时 {seconds} 秒）" if 0 < seconds < 600 else ""  # ten minutes
    if report.late_minutes:
        head = f"收到，标「迟交 {late_words(report.late_minutes)}」。"
    else:
        head = f"✅ 日报已交 {report.submitted_at.astimezone(zone):%H:%M}{spent}。"
    body = f"{head}\n明日关键动作：{report.tomorrow or '无'}。需支持：{report.support or '无'}。"
    buttons = (Button("撤回修改", WithdrawReport(report.on.isoformat())),)
    return Card(title=f"日报 {report.on:%m-%d}", body=f"{body}\n{warning}".strip(), buttons=buttons)


def report_status(on: date, report: DailyReport | None, zone: ZoneInfo) -> str:
    """Answer whether a report is in."""
    if report is None:
        return f"{on:%m-%d} 日报还没交。补交发：补 {on:%m-%d} 日报 客户拜访 恒信"
    late = f"，迟交 {late_words(report.late_minutes)}" if report.late_minutes else ""
    return f"{on:%m-%d} 日报 {report.submitted_at.astimezone(zone):%m-%d %H:%M} 交了{late}。"


def which_progress(options: Sequence[tuple[str, str]], breakthroughs: Sequence[str]) -> Card:
    """Ask for the one progress of the day: customer × breakthrough, at most nine buttons (D03)."""
    buttons = tuple(
        Button(f"{name} {breakthrough}", PickProgress(customer_id, breakthrough))
        for customer_id, name in options[:3]
        for breakthrough in breakthroughs
    )
    body = (
        "今天哪家客户有进展？选一个，或直接写，例：蓝海 明确了采购时间"
        if buttons
        else "今天哪家客户有进展？例：蓝海 明确了采购时间"
    )
    return Card(title="客户进展（必填 1 个）", body=body, buttons=buttons)


def ask_quote(breakthrough: str, recent: Sequence[str] = ()) -> str:
    """Ask for the words it rests on (D03), beside what was said with the customer last (C10)."""
    known = "".join(f"\n· {line}" for line in recent)
    return f"「{breakthrough}」请附一句原话。" + (f"\n最近沟通：{known}" if known else "")


def support_needed(who: str, text: str) -> Card:
    """What the manager gets when support is asked for (D04)."""
    return Card(title=f"【求助】{who}", body=text)


def nudged(on: date, by: str, due: str) -> Card:
    """What somebody gets whom the manager asks."""
    buttons = (
        Button("现在交", FillReport(on.isoformat()), ButtonStyle.PRIMARY),
        Button("今天请假", OnLeaveToday(on.isoformat())),
    )
    return Card(title="📝 日报", body=f"{by}在等你 {due} 的日报。", buttons=buttons)


def _owners(occasions: Sequence[Occasion]) -> list[Person]:
    people = (o.session.get(Person, o.deadline.owner_id) for o in occasions)
    return [person for person in people if person is not None]


def _day_of(occasion: Occasion) -> tuple[date, WorkCalendar]:
    calendar = occasion.world.around(occasion.deadline.owner_id).calendar
    return date.fromisoformat(occasion.deadline.subject_id.partition(":")[2]), calendar
