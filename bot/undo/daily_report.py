"""Taking back a daily report: the version before it counts again, or the day is owed once more (D05, D13, M10)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from bot.context import Context
from bot.report_count import show_count
from bot.undo.deeds import undoing_of
from bot.undo.reversal import Deed, Reversal, reversal
from models.daily_report import DailyReport, report_of
from models.daily_report_version import take_back
from models.deadline import Subject, reopen_deadline
from models.event import Event
from models.overheard import forget_asked
from models.person import Person
from models.signal import take_signals_back
from models.world import World

SUBMITTED = "daily_report.submitted"


def _submitted(ctx: Context, event: Event) -> Deed | None:
    report = _report(ctx, event)
    if report is None or _handed_in_again(ctx, event):
        return None
    before = event.data.get("before")
    also = ("恢复成改之前的那版",) if before else ("这天算没交，到点照常提醒",)
    return Deed(event, f"{report.on:%m-%d} 日报", subjects=(Subject("daily_report", report.code),), also=also)


def _report(ctx: Context, event: Event) -> DailyReport | None:
    owner_id, _, day = event.subject_id.rpartition(":")
    return report_of(ctx.session, owner_id, date.fromisoformat(day))


def _handed_in_again(ctx: Context, event: Event) -> bool:
    query = select(Event).where(Event.kind == SUBMITTED, Event.subject_id == event.subject_id, Event.id > event.id)
    return any(undoing_of(ctx, later) is None for later in ctx.session.scalars(query))


def _undo(ctx: Context, deed: Deed) -> None:
    report = _report(ctx, deed.event)
    assert report is not None
    before = deed.event.data.get("before")
    take_back(ctx.session, report, before, at=deed.event.at)
    left = " ".join(f"{row[2]} {row[4]}" for row in before["lines"]) if before else ""
    take_signals_back(ctx.session, f"daily_report:{report.code}", left=left)
    forget_asked(ctx.session, f"daily_report:{report.code}")
    if before is None:
        world = World(ctx.session, ctx.calendar, ctx.now)
        reopen_deadline(ctx.session, Subject("daily_report", report.code), "submitted", world)
    show_count(ctx, ctx.session.get_one(Person, report.owner_id), report.on)


reversal(Reversal(SUBMITTED, "日报", _submitted, _undo))
