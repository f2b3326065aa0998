"""Versions of a daily report: what was handed in before, kept in the event log, and put back when the newer is undone (M10)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from models.daily_report import CompetitorMove, DailyReport, Line, ReportState, items_of, put_lines


def version_of(session: Session, report: DailyReport) -> dict[str, Any]:
    """Return a report as JSON, to be put back when what replaced it is taken back (M10)."""
    rows = [[i.action, i.customer_id, i.text, i.breakthrough, i.quote] for i in items_of(session, report.id)]
    return {
        "submitted_at": report.submitted_at.isoformat(), "late": report.late_minutes, "lines": rows,
        "tomorrow": report.tomorrow, "support": report.support,
    }  # fmt: skip


def take_back(session: Session, report: DailyReport, before: dict[str, Any] | None, *, at: datetime) -> None:
    """Take back the report that was handed in at `at`: the version before it counts again, or none (M10, D13)."""
    session.execute(
        delete(CompetitorMove).where(
            CompetitorMove.owner_id == report.owner_id, CompetitorMove.at == at, CompetitorMove.source == "日报"
        )
    )
    if before is None:
        report.state = ReportState.WITHDRAWN
        session.flush()
        return
    report.submitted_at, report.late_minutes = datetime.fromisoformat(before["submitted_at"]), before["late"]
    report.tomorrow, report.support = before["tomorrow"], before["support"]
    put_lines(session, report, [Line(*row) for row in before["lines"]])
