"""Claims that outlive nobody: beside others a process claims for a moment and renews, so a dead one holds nothing up for long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update

from models.chat import InboxRow, OutboxRow
from models.db import Database

RENEW_SECONDS: Final = 4.0
SHARED: Final = timedelta(seconds=15)
"""How long a claim lasts where other processes wait for it (PostgreSQL); renewed every RENEW_SECONDS."""
ALONE: Final = timedelta(seconds=120)
"""How long it lasts in the one process of an SQLite database, whose next start takes all claims back anyway."""


def claim_for(database: Database) -> timedelta:
    """Return how long a claim lasts unless it is renewed."""
    return ALONE if database.is_sqlite else SHARED


@dataclass(frozen=True, slots=True)
class Keeper:
    """Renews what a process holds; `holder` begins the `claimed_by` of all its claims."""

    database: Database
    holder: str

    def renew(self, now: datetime) -> int:
        """Renew every claim held; returns how many. A row that a turn has locked is safe without."""
        return sum(self._renew(table, now) for table in (InboxRow, OutboxRow))

    def _renew(self, table: type[InboxRow | OutboxRow], now: datetime) -> int:
        mine = select(table.id).where(table.claimed_by.startswith(self.holder, autoescape=True))
        with self.database.write() as session:
            held = session.scalars(mine.with_for_update(skip_locked=True)).all()
            if held:
                session.execute(update(table).where(table.id.in_(held)).values(claimed_until=now + SHARED))
        return len(held)
