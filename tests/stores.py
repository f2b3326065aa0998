"""Which database a company in a test lives on: SQLite in its folder, or a database of its own on the throw-away PostgreSQL.

Every test that plays a company runs on SQLite, and one in seven on PostgreSQL too (`tests/conftest.py`): CI has twelve minutes.
`make test-stores` plays all of them on both; `SALES_BOT_TEST_STORE=sqlite` leaves one out.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from models.db import Database
from models.schema import upgrade
from tests.models.database import name_of, shared_server

SQLITE: Final = "sqlite"
POSTGRES: Final = "postgres"
WANTED: Final = os.environ.get("SALES_BOT_TEST_STORE", "")
SHARE: Final = 7

_chosen: list[str] = [SQLITE]
_made: list[str] = []


def stores_for(test: str) -> list[str]:
    """Return what a test is played on: what was asked for, else SQLite and for every seventh test PostgreSQL, always the same ones."""
    if WANTED:
        return WANTED.split(",")
    return [SQLITE] if zlib.crc32(test.encode()) % SHARE else [SQLITE, POSTGRES]


@contextmanager
def choose(store: str) -> Iterator[None]:
    """Let companies made inside live on this store; what was made goes at the end."""
    _chosen.append(store)
    try:
        yield
    finally:
        _chosen.pop()
        while _made:
            shared_server().drop(_made.pop())


def fresh_url(folder: Path) -> str:
    """Return the URL of a migrated database for one company: the folder's own on SQLite, a new one on PostgreSQL."""
    if _chosen[-1] == SQLITE:
        file = folder / "bot.db"
        if not file.exists():
            folder.mkdir(parents=True, exist_ok=True)
            file.write_bytes(_migrated_file())
        return f"sqlite:///{file}"
    url = shared_server().new(_template())
    _made.append(url)
    return url


@cache
def _migrated_file() -> bytes:
    """Migrate once a process: the migrations have tests of their own."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "bot.db"
        database = Database(f"sqlite:///{file}")
        upgrade(database)
        database.close()
        return file.read_bytes()


@cache
def _template() -> str:
    """Migrate once a process; a copy takes a tenth of the time."""
    url = shared_server().new()
    database = Database(url)
    upgrade(database)
    database.close()
    return name_of(url)
