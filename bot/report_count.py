"""The manager's card of a day's reports, kept true in place: whoever hands in or takes back changes it (J3)."""

from __future__ import annotations

from datetime import date

from bot.cards.daily_report import missing_for_manager
from bot.context import Turn
from models.daily_report import report_code, team_count
from models.deadline import Subject, deadlines_of
from models.person import Person


def show_count(turn: Turn, person: Person, on: date) -> None:
    """Bring the card of a person's manager up to date in place; no new message (J3)."""
    if person.manager_id is None:
        return
    due_at = turn.calendar.at(on, turn.settings.rules.daily_report.due_at)
    count = team_count(turn.session, person.manager_id, on, at=due_at)
    known = {
        missing.id: "已知晓，稍后交"
        for missing in count.missing
        for deadline in deadlines_of(turn.session, Subject("daily_report", report_code(missing.id, on)))
        if deadline.acknowledged_at
    }
    card = missing_for_manager(on, count, f"{due_at.astimezone(turn.calendar.zone):%H:%M}", known)
    for row in turn.cards_about(f"daily_report:daily_report_missing:{due_at.isoformat()}"):
        if row.person_id == person.manager_id:
            turn.change(row.key, card)
