"""A side door for what comes in while the one writer of SQLite is busy: a small durable file of its own.

A platform waits for our answer while a turn may hold the database's write lock. What cannot be written at once is committed here,
acknowledged, and moved into the inbox by the next write, before anything newer; its unique key absorbs a second move.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL

from bot.update import UPDATE_JSON, Update


class Spool:
    """Updates that are stored and not yet in the inbox, in order of arrival."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute("CREATE TABLE IF NOT EXISTS spool (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")
        self._count: int = self._connection.execute("SELECT count(*) FROM spool").fetchone()[0]

    @classmethod
    def beside(cls, url: URL) -> Spool | None:
        """Return the spool of an SQLite database file; None for a database in memory or on a server."""
        if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
            return None
        return cls(Path(f"{url.database}.spool"))

    @property
    def count(self) -> int:
        """How many updates wait to be moved."""
        return self._count

    def put(self, updates: Iterable[Update]) -> None:
        """Store updates durably, in one commit."""
        rows = [(UPDATE_JSON.dump_json(update).decode(),) for update in updates]
        with self._writing():
            self._connection.executemany("INSERT INTO spool (body) VALUES (?)", rows)
        self._count += len(rows)

    def waiting(self, limit: int) -> list[tuple[int, Update]]:
        """Return the oldest updates with their numbers."""
        with self._lock:
            rows = self._connection.execute("SELECT id, body FROM spool ORDER BY id LIMIT ?", (limit,)).fetchall()
        return [(number, UPDATE_JSON.validate_json(body)) for number, body in rows]

    def forget(self, numbers: Sequence[int]) -> None:
        """Delete updates that have been moved."""
        with self._writing():
            self._connection.executemany("DELETE FROM spool WHERE id = ?", [(number,) for number in numbers])
        self._count -= len(numbers)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Commit what happens inside; a full disk leaves nothing half done and the next attempt free."""
        with self._lock, self._connection:  # which ends what was begun, one way or the other
            self._connection.execute("BEGIN IMMEDIATE")
            yield

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
