"""Looks whether everything else works: what is late although nothing should be late is told to the administrators, once.

Each check remembers up to which instant it has told, and keeps quiet for half an hour after telling: a company that stands still
gets one message about it, not one for every record.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.dispatch import alarm_admins
from bot.outbox import WAITING_STATES
from models.chat import InboxRow, InboxState, OutboxRow, get_setting, put_setting
from models.deadline import Deadline
from scheduler.job import JobTurn, when_due

log = structlog.get_logger(__name__)
QUIET_FOR: Final = timedelta(minutes=30)
OWN: Final = "alarm:audit:"


@dataclass(frozen=True, slots=True)
class Check:
    """`column` is when a row should have been dealt with; later than `limit` is a finding.

    `states` are looked at one by one: each is then one step into an index, however many rows wait for a later time.
    """

    name: str
    column: InstrumentedAttribute[Any]
    limit: timedelta
    words: str
    states: tuple[ColumnElement[bool], ...] = (true(),)
    besides: ColumnElement[bool] = field(default_factory=true)

    def oldest(self, session: Session, since: datetime | None) -> datetime | None:
        """Return the oldest instant after `since` that an open row has waited since."""
        found = (self._oldest(session, state, since) for state in self.states)
        return min((at for at in found if at is not None), default=None)

    def late(self, session: Session, since: datetime | None, until: datetime) -> tuple[int, datetime | None]:
        """Return how many rows wait since an instant in (since, until], and the oldest such instant."""
        query = select(func.count()).where(or_(*self.states), self.besides, self.column <= until)
        count = session.scalar(query if since is None else query.where(self.column > since)) or 0
        return count, self.oldest(session, since)

    def _oldest(self, session: Session, state: ColumnElement[bool], since: datetime | None) -> datetime | None:
        query = select(self.column).where(state, self.besides, self.column.is_not(None))
        if since is not None:
            query = query.where(self.column > since)
        return session.scalar(query.order_by(self.column).limit(1))


CHECKS: Final = (
    Check(
        "inbox", InboxRow.received_at, timedelta(seconds=60),
        "有 {count} 条消息收到了还没处理，最早的是 {at:%H:%M}。", (InboxRow.state == InboxState.NEW,),
    ),
    Check("deadline", Deadline.next_at, timedelta(seconds=60), "有 {count} 个到点的提醒没有发出，最早该在 {at:%H:%M}。"),
    Check(
        "outbox", OutboxRow.not_before, timedelta(minutes=5), "有 {count} 条该发的消息没发出去，最早该在 {at:%H:%M}。",
        tuple(OutboxRow.state == state for state in WAITING_STATES), ~OutboxRow.key.startswith(OWN),
    ),
)  # fmt: skip


def _told(session: Session, check: Check) -> tuple[datetime | None, datetime | None]:
    """Return up to which instant a check has told, and when it did."""
    stored = get_setting(session, f"audit:{check.name}")
    if stored is None:
        return None, None
    return datetime.fromisoformat(stored["until"]), datetime.fromisoformat(stored["told"])


def _due_at(session: Session, check: Check) -> datetime | None:
    until, told = _told(session, check)
    oldest = check.oldest(session, until)
    if oldest is None:
        return None
    late_at = oldest + check.limit
    return late_at if told is None else max(late_at, told + QUIET_FOR)


def next_finding_at(session: Session) -> datetime | None:
    """Return when a check would find something if nothing changed until then."""
    return min((at for check in CHECKS if (at := _due_at(session, check)) is not None), default=None)


@when_due(next_finding_at)
def look(turn: JobTurn) -> None:
    """Tell every finding that has not been told."""
    for check in CHECKS:
        due_at = _due_at(turn.session, check)
        if due_at is not None and due_at <= turn.now:
            _tell(turn, check)


def _tell(turn: JobTurn, check: Check) -> None:
    since, _ = _told(turn.session, check)
    until = turn.now - check.limit
    count, oldest = check.late(turn.session, since, until)
    assert oldest is not None
    log.error("audit_finding", check=check.name, count=count, oldest=oldest.isoformat())
    text = "自检：" + check.words.format(count=count, at=oldest.astimezone(turn.calendar.zone))
    alarm_admins(turn.services, turn.session, f"audit:{check.name}:{turn.now:%Y%m%d%H%M}", text, turn.now)
    put_setting(turn.session, f"audit:{check.name}", {"until": until.isoformat(), "told": turn.now.isoformat()})
