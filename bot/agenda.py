"""A day as lines a person reads, for `/今天`, `/我的` and the morning cards: one query, one wording (P15)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.cards.digest import Agenda
from bot.cards.metric import number_line
from bot.cards.visit_review import day
from bot.catalogue import metrics_of
from bot.context import Turn
from bot.windows import month_so_far
from models import agenda as facts
from models.commitment import Commitment
from models.metric import Scope, take_snapshot
from models.person import Person, is_away, reports_of
from models.visit import NextStep, Visit, VisitPlan

LONGEST_AWAY: Final = timedelta(days=30)
"""As far back as 谁看过我 goes."""


def agenda_of(turn: Turn, person: Person, *, owners: Collection[str]) -> Agenda:
    """Return the day of a person: his own records, or a leader's with the people under him."""
    session, calendar, now = turn.session, turn.calendar, turn.now
    zone = ZoneInfo(person.zone)
    due = facts.promises(session, owners, now, calendar)
    steps = facts.steps_due(session, owners, now, calendar)
    visits = facts.visits_on(session, owners, now, calendar)
    plans = facts.plans_on(session, owners, now, calendar)
    to_confirm = facts.steps_to_confirm(session, {report.id for report in reports_of(session, person.id)})
    rows: list[Commitment | NextStep | Visit | VisitPlan] = [
        *due.today,
        *due.overdue,
        *due.tomorrow,
        *steps,
        *visits,
        *plans,
        *to_confirm,
    ]
    names = facts.names_of(
        session, {row.owner_id for row in rows}, {row.customer_id for row in rows if row.customer_id}
    )
    several = len(owners) > 1

    def who(owner_id: str) -> str:
        return f"{names.people.get(owner_id, owner_id)} " if several else ""

    def promise(row: Commitment) -> str:
        return f"{who(row.owner_id)}{row.id} {names.customers.get(row.customer_id, '')}：{row.matter}（{day(row.due_at, zone)}）"

    return Agenda(
        due_today=[promise(row) for row in due.today],
        overdue=[promise(row) for row in due.overdue],
        tomorrow=[promise(row) for row in due.tomorrow],
        steps=[
            f"{who(step.owner_id)}{names.customers.get(step.customer_id, '')}：{step.text}（{day(step.due_at, zone)}）"
            for step in steps
        ],
        visits=[f"{who(visit.owner_id)}{visit.id} {names.customers.get(visit.customer_id, '')}" for visit in visits],
        plans=[
            f"{who(plan.owner_id)}{plan.planned_at.astimezone(zone):%H:%M} {names.customers.get(plan.customer_id, '')}"
            for plan in plans
        ],
        to_confirm=[
            f"{names.people.get(step.owner_id, '')} {names.customers.get(step.customer_id, '')}：{step.text}"
            for step in to_confirm
        ],
        notes=_looks(turn, person),
    )


def numbers_of(turn: Turn, person: Person, owners: Collection[str]) -> list[str]:
    """Return the month's numbers as they will be explained by /口径; each is kept as a snapshot."""
    start, end = month_so_far(turn)
    scope = Scope(frozenset(owners), start, end)
    lines = []
    for metric in metrics_of(turn.settings).values():
        snapshot = take_snapshot(turn.session, metric.name, scope, now=turn.now, viewer_id=person.id)
        if snapshot.all_rows:
            lines.append(number_line(metric, snapshot))
    return lines


def _looks(turn: Turn, person: Person) -> list[str]:
    """Say who looked at this person's visits since the morning he was told of last (M15)."""
    calendar, today = turn.calendar, turn.calendar.local_date(turn.now)
    since = _last_morning(turn, person)
    seen = facts.looks_at(turn.session, person.id, calendar.at(since, time()), calendar.at(today, time()))
    names = facts.names_of(turn.session, seen, ())
    when = "昨天" if since == today - timedelta(days=1) else f"{since:%m-%d} 以来"
    return [f"{when}{names.people.get(actor, actor)}查看过你的 {count} 条拜访。" for actor, count in seen.items()]


def _last_morning(turn: Turn, person: Person) -> date:
    """Return the last day before today with a morning card for this person: not a free day, not one of leave."""
    today = turn.calendar.local_date(turn.now)
    on = turn.calendar.previous_workday(today)
    while today - on < LONGEST_AWAY:
        morning = turn.calendar.at(on, turn.settings.rules.digest.rep_at)
        if is_away(turn.session, person.id, morning) is None:
            break
        on = turn.calendar.previous_workday(on)
    return on
