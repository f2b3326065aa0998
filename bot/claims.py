"""Claims that outlive nobody: beside others a process claims for a moment and renews, so a dead one holds nothing up for long."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
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


class Keeper:
    """Renews what a process is working on just now. `holder` begins the `claimed_by` of all its claims.

    Not whatever bears its name: a claim whose end could not be written, because the database was away, must lapse like a dead one's.
    """

    def __init__(self, database: Database, holder: str) -> None:
        self._database = database
        self._holder = holder
        self._guard = threading.Lock()
        self._held: set[str] = set()

    @contextmanager
    def holding(self) -> Iterator[str]:
        """Give a token to claim with; what is claimed with it is renewed until the block ends."""
        token = f"{self._holder}:{secrets.token_hex(4)}"
        with self._guard:
            self._held.add(token)
        try:
            yield token
        finally:
            with self._guard:
                self._held.discard(token)

    def renew(self, now: datetime) -> int:
        """Renew every claim held; returns how many. A row that a turn has locked is safe without."""
        with self._guard:
            held = tuple(self._held)
        return sum(self._renew(table, held, now) for table in (InboxRow, OutboxRow)) if held else 0

    def _renew(self, table: type[InboxRow | OutboxRow], tokens: tuple[str, ...], now: datetime) -> int:
        mine = select(table.id).where(table.claimed_by.in_(tokens))
        with self._database.write() as session:
            held = session.scalars(mine.with_for_update(skip_locked=True)).all()
            if held:
                session.execute(update(table).where(table.id.in_(held)).values(claimed_until=now + SHARED))
        return len(held)
