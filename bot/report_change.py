"""Other words in a handed-in daily report: which report is meant, the change itself, and the way back (D13, J3)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select

from bot.cards.calendar import no_such_day
from bot.cards.correction import StartCorrection, correction_offered
from bot.cards.daily_report_change import change_preview, row_words
from bot.context import Context, UserError
from bot.parse.sentence.swap import Swap
from bot.parse.time import impossible_day
from bot.reply import Card
from bot.report_count import show_count
from bot.report_heard import signals_in
from bot.report_words import changed_rows, reworded
from bot.understand import times_in
from bot.undo import Deed, Reversal, deed_of, own_events, reversal
from models.correction import Correction, CorrectionState, corrections_of
from models.daily_report import DailyReport, Line, ReportState, report_of
from models.daily_report_version import Version, put_version, version_of
from models.deadline import Subject
from models.event import Event
from models.person import Person

SUBMITTED: Final = "daily_report.submitted"
CORRECTED: Final = "daily_report.corrected"
WORD: Final = "日报"
ON_A_CARD: Final = re.compile(r"日报\s?(\d\d-\d\d)")


# -- which report ------------------------------------------------------------------------------------------------------


def report_meant(ctx: Context, said: str) -> DailyReport:
    """Return the speaker's report that is named by its day, quoted, or his last one; raises UserError without one."""
    on = _day_said(ctx, said) or day_quoted(ctx) or _last_day(ctx)
    report = report_of(ctx.session, ctx.sender.id, on) if on else None
    if report is None:
        raise UserError(
            f"{on:%m-%d} 没有你的日报。补交发：补 {on:%m-%d} 日报 客户拜访 恒信" if on else "你还没有交过日报。"
        )
    return report


def _no_report(ctx: Context, on: date | None) -> str:
    if on is None:
        return "你还没有交过日报。"
    late = f"补交发：补 {on:%m-%d} 日报 客户拜访 恒信" if ctx.calendar.is_workday(on) else ""
    return f"{on:%m-%d} 没有你的日报。{late}"


def _day_said(ctx: Context, said: str) -> date | None:
    if wrong := impossible_day(said, now=ctx.now, calendar=ctx.calendar):
        raise UserError(no_such_day(wrong))
    times = times_in(ctx, said.replace(WORD, " "), past=True)
    return ctx.calendar.local_date(times[0].start) if times and times[0].start else None


def day_quoted(ctx: Context) -> date | None:
    """Return the day of the speaker's report whose card he quotes, if he quotes one."""
    subject = (ctx.card.subject or "") if ctx.card is not None else ""
    owed, _, day = subject.rpartition(":")
    if owed == f"daily_report:{ctx.sender.id}":
        return date.fromisoformat(day)
    cause = ctx.card.cause if ctx.card is not None else None
    sent = next((e for e in own_events(ctx, ctx.sender.id, {SUBMITTED}) if cause and e.cause == cause), None)
    if sent is not None:
        return date.fromisoformat(sent.subject_id.rpartition(":")[2])
    written = ON_A_CARD.match(ctx.update.quote.text.strip(" 【[*#")) if ctx.update.quote else None
    return _latest(ctx, written[1]) if written else None


def _latest(ctx: Context, month_day: str) -> date | None:
    """Return the last such day, today or before; a card names no year."""
    today = ctx.calendar.local_date(ctx.now)
    days = (today - timedelta(days=back) for back in range(366))
    return next((day for day in days if f"{day:%m-%d}" == month_day), None)


def _last_day(ctx: Context) -> date | None:
    query = select(DailyReport.on).where(
        DailyReport.owner_id == ctx.sender.id, DailyReport.state == ReportState.SUBMITTED
    )
    return ctx.session.scalar(query.order_by(DailyReport.on.desc()).limit(1))


# -- shown and confirmed -----------------------------------------------------------------------------------------------


def offer_change(ctx: Context, report: DailyReport, swaps: Sequence[Swap]) -> Card:
    """Show a report before and after; what others count on already takes a slip for the manager instead."""
    before, found = version_of(ctx.session, report), reworded(ctx, report, swaps)
    rows = changed_rows(ctx, before, found.version)
    event = submission_of(ctx, report)
    deed = deed_of(ctx, event) if event is not None else None
    if deed is None:
        raise UserError("这份日报已经撤回了。")
    if deed.blocked:
        return correction_offered(StartCorrection(deed.event.id), row_words(rows), deed.blocked)
    slip = Correction(
        event_id=deed.event.id, subject_kind="daily_report", subject_id=report.code, label=deed.label, owner_id=ctx.sender.id,
        approver_id=ctx.sender.manager_id or ctx.sender.id, swaps=[[swap.wrong, swap.right] for swap in swaps],
        what=row_words([(swap.wrong, swap.right) for swap in swaps])[:300], reason="", state=CorrectionState.SHOWN, asked_at=ctx.now,
    )  # fmt: skip
    ctx.session.add(slip)
    ctx.session.flush()
    return change_preview(slip.id, report.on, rows, found.notes)


def make_change(ctx: Context, slip: Correction) -> tuple[DailyReport, list[tuple[str, str]]]:
    """Make a shown change; returns the report and the rows that changed. Raises UserError when it fits no more."""
    report = report_of(ctx.session, slip.owner_id, date.fromisoformat(slip.subject_id.rpartition(":")[2]))
    if report is None:
        raise UserError("这份日报已经撤回了，不用改。")
    before = version_of(ctx.session, report)
    after = reworded(ctx, report, [Swap(*pair) for pair in slip.swaps]).version
    _put(ctx, report, after)
    slip.state, slip.decided_at = CorrectionState.MADE, ctx.now
    report.corrected_at = ctx.now
    ctx.note(CORRECTED, "daily_report", report.code, before=before, after=after, correction=slip.id)
    _show(ctx, report)
    return report, changed_rows(ctx, before, after)


# -- and back ----------------------------------------------------------------------------------------------------------


def submission_of(ctx: Context, report: DailyReport) -> Event | None:
    """Return the event by which a report came in as it counts now."""
    events = own_events(ctx, report.owner_id, {SUBMITTED})
    return next((event for event in events if event.subject_id == report.code), None)


def _put(ctx: Context, report: DailyReport, version: Version) -> None:
    event = submission_of(ctx, report)
    put_version(ctx.session, report, version, at=event.at if event is not None else report.submitted_at)
    signals_in(ctx, report, [Line(*row) for row in version["lines"]])


def _show(ctx: Context, report: DailyReport) -> None:
    show_count(ctx, ctx.session.get_one(Person, report.owner_id), report.on)


def _corrected(ctx: Context, event: Event) -> Deed | None:
    report = _report(ctx, event)
    if report is None or version_of(ctx.session, report) != event.data["after"]:
        return None
    subject = Subject("correction", str(event.data["correction"]))
    return Deed(event, f"{report.on:%m-%d} 日报的更正", subjects=(subject,), also=("恢复成更正之前的那版",))


def _report(ctx: Context, event: Event) -> DailyReport | None:
    owner_id, _, day = event.subject_id.rpartition(":")
    return report_of(ctx.session, owner_id, date.fromisoformat(day))


def _back(ctx: Context, deed: Deed) -> None:
    report, data = _report(ctx, deed.event), deed.event.data
    assert report is not None
    _put(ctx, report, data["before"])
    ctx.session.get_one(Correction, data["correction"]).state = CorrectionState.UNDONE
    ctx.session.flush()
    made = [slip.decided_at for slip in corrections_of(ctx.session, "daily_report", report.code) if slip.swaps]
    report.corrected_at = made[-1] if made else None
    _show(ctx, report)


reversal(Reversal(CORRECTED, "更正", _corrected, _back))
