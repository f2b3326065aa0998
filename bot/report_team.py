"""What a leader reads of the reports of the people under him (D04): every line, and what was corrected since."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from bot.cards.daily_report import late_words
from bot.cards.daily_report_team import Page, Without, team_reports
from bot.context import Context, UserError
from bot.footnote import footnotes
from bot.reply import Card
from bot.report_reading import day_and_rest
from bot.report_words import report_words
from models.daily_report import REPORTING_ROLES, DailyReport, report_of
from models.daily_report_version import version_of
from models.person import Concern, Person, is_away

MOST: Final = 9


def show_team(ctx: Context, said: str) -> Card:
    """Show the reports of a day, or of one person: 日报, 日报 昨天, 日报 林可. Raises UserError when nobody is under him."""
    on, name = day_and_rest(ctx, said)
    people = _people(ctx)
    chosen = [person for person in people if name and name in person.name]
    if name and not chosen:
        raise UserError(f"你这边没有「{name[:20]}」的日报。")
    found = [(person, report_of(ctx.session, person.id, on)) for person in chosen or people]
    pages = [_page(ctx, person, report) for person, report in found if report is not None]
    due_at = ctx.calendar.at(on, ctx.settings.rules.daily_report.due_at)
    without = [person for person, report in found if report is None]
    away = [person.name for person in without if is_away(ctx.session, person.id, due_at)]
    missing = [person.name for person in without if person.name not in away]
    return team_reports(on, pages[:MOST], Without(missing, away, len(pages[MOST:])))


def _people(ctx: Context) -> list[Person]:
    query = select(Person).where(Person.active, Person.role.in_(REPORTING_ROLES)).order_by(Person.id)
    people = [one for one in ctx.session.scalars(query) if ctx.sight.covers(Concern.DAILY_REPORT, one.id)]
    if not people:
        raise UserError("你不用交日报，也没有人向你交日报。")
    return people


def _page(ctx: Context, person: Person, report: DailyReport) -> Page:
    marks = [f"迟交 {late_words(report.late_minutes)}"] if report.late_minutes else []
    marks += ["更正"] if report.corrected_at is not None else []
    notes = footnotes(ctx, "daily_report", report.code) if report.corrected_at is not None else []
    return Page(person.name, report_words(ctx, version_of(ctx.session, report)), marks, notes)
