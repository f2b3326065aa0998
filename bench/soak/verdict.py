"""What a soak left behind: every message, effect, clock and card counted in the tables and on the phones."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select

from bench.house import House
from bench.platforms import Platforms
from bot.adapters.wecom.mark import mark
from bot.adapters.wecom.task import key_of
from bot.calendar import company_calendar
from bot.clock import SystemClock
from bot.outbox import WAITING_STATES
from bot.settings import load_settings
from models.chat import InboxRow, InboxState, JobRunRow, MediaRow, OutboxRow, OutboxState, put_setting
from models.deadline import Deadline, Start, Subject, start_deadline
from models.event import Event, verify
from models.rules.clocks import CLOCKS
from models.world import World
from scheduler.jobs.trimming import KEEP

CLOCK, AFTER = "quote_feedback", timedelta(hours=20)
REPLY = re.compile(r"reply:(\d+):")
ADDRESS = ("touser", "agentid", "msgtype")
NOBODYS = "nobody's"
MOST_PARTS = 9
OLD = 3_000
OLD_FILES = 20
"""Rows of each kind that are past their time when the soak begins: the retention must have removed them when it ends."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Figures of a run; all before `unknown` must be zero."""

    lost: int
    parked: int
    stuck_in: int
    stuck_out: int
    handled_twice: int
    unanswered: int
    clocks_not_fired: int
    clocks_fired_twice: int
    sent_but_not_there: int
    there_twice: int
    there_for_no_reason: int
    never_sent: int
    kept_too_long: int
    broken_chain: int
    unknown: int
    absorbed: int
    in_parts: int
    examples: tuple[str, ...]

    def faults(self) -> dict[str, int]:
        """Return what should be zero and is not."""
        names = [field.name for field in fields(self)]
        return {name: getattr(self, name) for name in names[: names.index("unknown")] if getattr(self, name)}


def plant(house: House, people: Sequence[str], seconds: float, dice: random.Random) -> None:
    """Let a clock of every person fall due at a random instant of the run, and lay out what retention should remove."""
    now = SystemClock().now()
    calendar = company_calendar(load_settings(house.folder / "config.toml"), {})
    with house.database.write() as session:
        for person in people:
            begun = now + timedelta(seconds=dice.uniform(0.05, 0.9) * seconds) - AFTER
            world = World(session, calendar, begun)
            start_deadline(session, CLOCKS[CLOCK], Subject("quote", f"Q-{person}"), Start(person, begun), world)
        old = now - KEEP - timedelta(days=1)
        common = {
            "body": "{}",
            "received_at": old,
            "state": InboxState.DONE,
            "attempts": 1,
            "platform": "wecom",
            "bot": "1",
        }
        session.execute(insert(InboxRow), [{**common, "update_id": f"old:{n}", "lane": f"old{n}"} for n in range(OLD)])
        row = {
            "recipient": "p:waibu",
            "content": '"旧"',
            "state": OutboxState.SENT,
            "not_before": old,
            "created_at": old,
        }
        session.execute(insert(OutboxRow), [{**row, "key": f"old:{n}"} for n in range(OLD)])
        runs = [{"job": "old", "occurs_at": old - timedelta(minutes=n), "ran_at": old} for n in range(OLD)]
        session.execute(insert(JobRunRow), runs)
        _old_files(house, session, now)


def _old_files(house: House, session, now) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001  # a session, an instant
    for number in range(OLD_FILES):
        key = f"{number:064x}"
        path = _media(house, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"old")
        session.add(MediaRow(key=key, created_at=now - timedelta(days=40), delete_on=now - timedelta(days=10)))
    put_setting(session, "job:retention.delete_originals", (now - timedelta(days=1)).isoformat())


def _media(house: House, key: str) -> Path:
    return house.folder / "media" / key[:2] / key


def is_quiet(house: House) -> bool:
    """Whether everything is handled and everything due is sent."""
    now = SystemClock().now()
    with house.database.read() as session:
        new = session.scalar(select(func.count()).where(InboxRow.state == InboxState.NEW))
        owed = session.scalar(
            select(func.count()).where(OutboxRow.state.in_(WAITING_STATES), OutboxRow.not_before <= now)
        )
    return not new and not owed


def verdict(house: House, platforms: Platforms, accepted: int) -> Verdict:
    """Count; call it when everything has come to rest."""
    now = SystemClock().now()
    with house.database.read() as session:
        inbox = session.execute(select(InboxRow.id, InboxRow.state).where(InboxRow.received_at > now - KEEP)).all()
        rows = session.execute(
            select(
                OutboxRow.id,
                OutboxRow.key,
                OutboxRow.state,
                OutboxRow.not_before,
                OutboxRow.created_at,
                OutboxRow.sent_at,
            )
        ).all()
        visits = Counter(session.scalars(select(Event.cause).where(Event.kind == "visit.started")))
        fired = Counter(
            event.data["key"] for event in session.scalars(select(Event).where(Event.kind == "deadline_due"))
        )
        clocks = set(session.scalars(select(Deadline.key).where(Deadline.clock == CLOCK)))
        media = (
            session.scalar(select(func.count()).where(MediaRow.delete_on <= now, MediaRow.deleted_at.is_(None))) or 0
        )
        ended = session.scalar(select(func.count()).where(InboxRow.update_id.startswith("old:"))) or 0
        runs = session.scalar(select(func.count()).where(JobRunRow.job == "old")) or 0
        chain = verify(session)
    states = Counter(state for _, state in inbox)
    answered = {int(found[1]) for row in rows if (found := REPLY.match(row.key))}
    recent = [row for row in rows if row.created_at > now - KEEP]
    shown = shown_parts(platforms, rows)
    there = {key for key, _ in shown}
    return Verdict(
        lost=max(0, accepted - len(inbox)),
        parked=states[InboxState.PARKED],
        stuck_in=states[InboxState.NEW],
        stuck_out=sum(row.state in WAITING_STATES and row.not_before <= now for row in rows),
        handled_twice=sum(count - 1 for count in visits.values()),
        unanswered=sum(state == InboxState.DONE and number not in answered for number, state in inbox),
        clocks_not_fired=sum(not any(key.startswith(clock) for key in fired) for clock in clocks),
        clocks_fired_twice=sum(count - 1 for count in fired.values()),
        sent_but_not_there=sum(row.sent_at is not None and row.key not in there for row in recent),
        there_twice=sum(count - 1 for count in shown.values()),
        there_for_no_reason=sum(key == NOBODYS for key, _ in shown),
        never_sent=sum(row.state == OutboxState.NEVER for row in rows),
        kept_too_long=ended + runs + media + sum(row.created_at <= now - KEEP for row in rows),
        broken_chain=int(chain is not None),
        unknown=sum(row.state == OutboxState.UNKNOWN for row in rows),
        absorbed=platforms.repeats,
        in_parts=sum(count > 1 for count in Counter(key for key, _ in shown).values()),
        examples=tuple(
            f"{count} × {key} {part}" for (key, part), count in shown.items() if count > 1 or key == NOBODYS
        )[:9],
    )


def shown_parts(platforms: Platforms, rows: Sequence[Any]) -> Counter[tuple[str, str]]:
    """Count what arrived by the outbox key and the part: a card bears its key, and any other message the mark of its row."""
    marks = {
        frozenset(mark(row.id, place).items()): (row.key, f"part {place}")
        for row in rows
        for place in range(MOST_PARTS)
    }
    shown: Counter[tuple[str, str]] = Counter()
    for _, raw in platforms.log or ():
        body = json.loads(raw)
        kind = body["msgtype"]
        task = body[kind].get("task_id", "")
        known_by = frozenset((name, value) for name, value in body.items() if name not in {*ADDRESS, kind})
        shown[(key_of(task), "card") if task else marks.get(known_by, (NOBODYS, raw))] += 1
    return shown
