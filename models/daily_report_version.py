"""Versions of a daily report: what was handed in before, kept in the event log, and put back when the newer is undone (M10)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from models.daily_report import COMPETITOR, CompetitorMove, DailyReport, Line, ReportState, items_of, put_lines

Version = dict[str, Any]
"""A report as JSON: "lines" (rows of `Line`), "tomorrow", "support", "submitted_at" (ISO), "late" (minutes)."""


def version_of(session: Session, report: DailyReport) -> Version:
    """Return a report as JSON, to be put back when what replaced it is taken back (M10)."""
    rows = [[i.action, i.customer_id, i.text, i.breakthrough, i.quote] for i in items_of(session, report.id)]
    return {
        "submitted_at": report.submitted_at.isoformat(), "late": report.late_minutes, "lines": rows,
        "tomorrow": report.tomorrow, "support": report.support,
    }  # fmt: skip


def take_back(session: Session, report: DailyReport, before: Version | None, *, at: datetime) -> None:
    """Take back the report that was handed in at `at`: the version before it counts again, or none (M10, D13)."""
    _drop_moves(session, report, at)
    if before is None:
        report.state = ReportState.WITHDRAWN
        session.flush()
        return
    _write(session, report, before)


def put_version(session: Session, report: DailyReport, version: Version, *, at: datetime) -> None:
    """Give a report that was handed in at `at` other words; what it says of competitors follows (C14, D13)."""
    _write(session, report, version)
    _drop_moves(session, report, at)
    session.add_all(
        CompetitorMove(
            customer_id=item.customer_id, owner_id=report.owner_id, text=item.text[:300], at=at, source="日报"
        )
        for item in items_of(session, report.id)
        if item.action == COMPETITOR and item.text
    )
    session.flush()


def _write(session: Session, report: DailyReport, version: Version) -> None:
    report.submitted_at, report.late_minutes = datetime.fromisoformat(version["submitted_at"]), version["late"]
    report.tomorrow, report.support = version["tomorrow"], version["support"]
    put_lines(session, report, [Line(*row) for row in version["lines"]])


def _drop_moves(session: Session, report: DailyReport, at: datetime) -> None:
    session.execute(
        delete(CompetitorMove).where(
            CompetitorMove.owner_id == report.owner_id, CompetitorMove.at == at, CompetitorMove.source == "日报"
        )
    )
