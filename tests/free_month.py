"""A month of a free organisation on DingTalk: its people over the real Stream, inbox, outbox and sender, on a compressed clock."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.adapters.dingtalk.quota import Kind
from bot.outbox import Address, Note
from bot.sim.cast import Cast, load_company
from models.chat import GroupRow, OutboxRow, OutboxState
from models.person import Account
from tests.chat import shanghai
from tests.stream_company import StreamCompany

FOREIGN = re.compile(r"按目前速度 (\d+) 月 (\d+) 日用完")


@dataclass
class Habits:
    """What a rep writes on a working day, and what else the company pushes to him (of low priority)."""

    messages: int = 1
    news: int = 0
    forgets: float = 0.1  # share of reports that never come: the clock escalates them
    urgent: int = 1  # escalations a day that may not wait


@dataclass
class Escalation:
    """Something that must reach somebody."""

    key: str
    who: str
    words: str


@dataclass
class FreeMonth:
    """November 2026 of a company with `reps` reps and a share of the free allowance that fits its size."""

    folder: Path
    reps: int
    habits: Habits
    calls: int = 5_000
    messages: int = 3_000
    escalations: list[Escalation] = field(default_factory=list)

    def __post_init__(self) -> None:
        month = self

        class Organisation(StreamCompany):
            def load(self, session: Session) -> None:
                month.cast = load_company(session, people=month.reps, seed=4, now=self.now)
                session.execute(update(Account).values(platform="dingtalk"))
                session.execute(update(GroupRow).values(platform="dingtalk"))

        self.cast: Cast
        limits: dict[str, Any] = {"monthly_api_limit": self.calls, "monthly_message_limit": self.messages}
        self.company = Organisation(self.folder, at="2026-11-02 07:30", **limits)
        self.company.ding.state.monthly_calls = self.calls
        self._random = Random(4)  # a play, no secret

    def close(self) -> None:
        self.company.close()

    def run(self, until: date = date(2026, 12, 1)) -> None:
        """Play every day up to `until`, and after a pause (when that is earlier) the morning of the next month."""
        day = date(2026, 11, 2)
        while day < until:
            if self.company.app.services.calendar.is_workday(day):
                self._workday(day)
            day += timedelta(days=1)
        self.company.advance_to(f"{until} 00:30")

    def next_month(self) -> None:
        """Come back when the allowance is whole again."""
        self.company.clock.move_to(max(self.company.now, shanghai("2026-12-01 08:10")))
        self.company.advance_to("2026-12-01 10:10")

    def _workday(self, day: date) -> None:
        self.company.advance_to(f"{day} 09:20")
        for number, rep in enumerate(self.cast.reps):
            for news in range(self.habits.news):
                self._owe(
                    f"news:{day}:{news}:{rep.id}", rep.id, f"{day:%m-%d} {rep.name} 第 {news} 条小消息", priority=8
                )
            for extra in range(self.habits.messages - 1):
                self.company.say(rep.id, f"客户 {rep.clients[extra % len(rep.clients)].name}")
            if number < self.habits.urgent:
                self._escalate(day, rep.id)
        self.company.runtime.settle()
        self.company.advance_to(f"{day} 17:35")
        for rep in self.cast.reps:
            if self._random.random() > self.habits.forgets:
                self.company.say(rep.id, f"日报 客户拜访 {rep.clients[0].name}")

    def _escalate(self, day: date, who: str) -> None:
        words = f"{day:%m-%d} {who} 的火线线索 2 小时没人接"
        self.escalations.append(Escalation(f"fire:{day}:{who}", who, words))
        self._owe(f"fire:{day}:{who}", who, words, priority=1)

    def _owe(self, key: str, who: str, words: str, *, priority: int) -> None:
        services = self.company.app.services
        with services.database.write() as session:
            note = Note(f"{key}@p:{who}", words, priority=priority)
            services.outbox.owe(session, Address(person_id=who), note, self.company.now)

    # -- what it came to -----------------------------------------------------------------------------------------------

    def used(self, kind: Kind, month: date = date(2026, 11, 1)) -> int:
        """What the bot has counted."""
        at = datetime(month.year, month.month, 15, tzinfo=UTC)
        return self.company.adapter._quota.quota(kind, at).used

    @property
    def charged(self) -> int:
        """What the platform has counted of paid calls in November."""
        return self.company.ding.state.used_calls["2026-11"]

    def foretold(self) -> list[tuple[int, int]]:
        """Month and day of every end the administrator was told of, in order."""
        return [(int(m), int(d)) for m, d in FOREIGN.findall(self.company.said("admin"))]

    def lost(self) -> list[str]:
        """Escalations that reached nobody: the scenario's own, and every one of the clocks to those above."""
        heard = {rep.id: self.company.said(rep.id) for rep in self.cast.reps}
        own = [each.key for each in self.escalations if each.words not in heard[each.who]]
        with self.company.session() as session:
            above = [*self.cast.managers, "director", "vp"]
            dead = (OutboxState.NEVER, OutboxState.UNKNOWN)
            rows = select(OutboxRow).where(OutboxRow.person_id.in_(above), OutboxRow.is_push, OutboxRow.state.in_(dead))
            return own + [row.key for row in session.scalars(rows)]

    def waiting(self) -> int:
        """Pushes that have not gone out."""
        with self.company.session() as session:
            rows = select(OutboxRow.id).where(OutboxRow.state == OutboxState.WAITING, OutboxRow.is_push)
            return len(list(session.scalars(rows)))
