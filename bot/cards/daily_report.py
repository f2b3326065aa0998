"""The daily report in chat: reminder, receipt, the manager's one card, the group's number (J3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
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


@dataclass(frozen=True, slots=True)
class ConfirmCorrection(Action, name="report.correct"):
    """Write a correction of a handed-in report."""

    report_id: int
    wrong: str
    right: str


def day_words(on: date, calendar: WorkCalendar) -> str:
    """Say what kind of day it is when that matters."""
    return "今天是**补班日**，" if calendar.is_makeup_day(on) else ""


def line_words(line: Line, names: Mapping[str, str]) -> str:
    """Return "拜访 华东机械"."""
    action = {"客户拜访": "拜访"}.get(line.action, line.action)
    detail = f" {line.breakthrough}" if line.breakthrough else ""
    return f"{action} {names.get(line.customer_id, line.customer_id)}{detail}"


def report_reminder(
    on: date, lines: Sequence[Line], names: Mapping[str, str], calendar: WorkCalendar, due: str
) -> Card:
    """Remind the person, with what he has recorded already (D01)."""
    rows = [f"☑ {line_words(line, names)}" for line in lines]
    gathered = "我已替你攒好：\n" + "\n".join(rows) if rows else "今天还没有记录，"
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
        late = f"，其中迟交 {count.late}" if count.late else ""
        body = f"已交 {len(count.handed_in)}/{count.owed}{late}。"
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


def handed_in(report: DailyReport, took: timedelta | None, zone: ZoneInfo, warning: str = "") -> Card:
    """Receipt of a report."""
    seconds = int(took.total_seconds()) if took is not None else 0
    spent = f"（用时 {seconds} 秒）" if 0 < seconds < 600 else ""  # ten minutes
    if report.late_minutes:
        head = f"收到，标「迟交 {report.late_minutes} 分」。"
    else:
        head = f"✅ 日报已交 {report.submitted_at.astimezone(zone):%H:%M}{spent}。"
    body = f"{head}\n明日关键动作：{report.tomorrow or '无'}。需支持：{report.support or '无'}。"
    buttons = (Button("撤回修改", WithdrawReport(report.on.isoformat())),)
    return Card(title="日报", body=f"{body}\n{warning}".strip(), buttons=buttons)


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


def ask_quote(breakthrough: str) -> str:
    """Ask for the words it rests on (D03)."""
    return f"「{breakthrough}」请附一句原话。"


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


def correction_preview(report: DailyReport, before: str, after: str, wrong: str, right: str) -> Card:
    """Before and after of a correction."""
    body = f"{report.on:%m-%d} 日报\n改前：{before}\n改后：{after}"
    return Card(
        title="更正日报？", body=body,
        buttons=(Button("确认", ConfirmCorrection(report.id, wrong, right), ButtonStyle.PRIMARY),),
    )  # fmt: skip


def correction_for_manager(who: str, on: date, before: str, after: str) -> Card:
    """What the manager sees of a correction."""
    return Card(title=f"【更正】{who} {on:%m-%d} 日报", body=f"改前：{before}\n改后：{after}")


def _owners(occasions: Sequence[Occasion]) -> list[Person]:
    people = (o.session.get(Person, o.deadline.owner_id) for o in occasions)
    return [person for person in people if person is not None]


def _day_of(occasion: Occasion) -> tuple[date, WorkCalendar]:
    calendar = occasion.world.around(occasion.deadline.owner_id).calendar
    return date.fromisoformat(occasion.deadline.subject_id.partition(":")[2]), calendar
