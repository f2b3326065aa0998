"""What was said with a customer last, for his card and for a daily report about him (C10)."""

from __future__ import annotations

from typing import Final

from bot.cards.visit import local
from bot.context import Context
from models.daily_report import DailyReport, DailyReportItem
from models.daily_report_customer import about_customer
from models.visit import visits_of_customer

RECENT: Final = 3
LONGEST: Final = 60
"""Characters of one contact: three lines fit a phone."""


def last_contacts(ctx: Context, customer_id: str) -> list[str]:
    """Return the last three contacts a viewer may see, newest first; undone ones are not among them (C10)."""
    visits = [
        (visit.finished_at, f"拜访：{visit.summary or visit.goal}")
        for visit in visits_of_customer(ctx.session, customer_id, ctx.sight, limit=RECENT)
        if visit.finished_at is not None
    ]
    lines = [
        (report.submitted_at, _line(report, item))
        for report, item in about_customer(ctx.session, customer_id, ctx.sight, limit=RECENT)
    ]
    newest = sorted([*visits, *lines], key=lambda pair: pair[0], reverse=True)[:RECENT]
    return [f"{local(at, ctx.zone, '%m-%d')} {_short(text)}" for at, text in newest]


def _line(report: DailyReport, item: DailyReportItem) -> str:
    mark = "（更正）" if report.corrected_at else ""
    return f"日报{mark}：{item.breakthrough or item.action} {item.quote or item.text}".strip()


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
