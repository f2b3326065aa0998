"""Which database a company in a test lives on: SQLite in its folder, or a database of its own on the throw-away PostgreSQL.

Every test module that plays a company runs on both (`tests/conftest.py`); `SALES_BOT_TEST_STORE=sqlite` leaves one out.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

from models.db import Database
from models.schema import upgrade
from tests.models.database import name_of, shared_server

SQLITE: Final = "sqlite"
POSTGRES: Final = "postgres"
WANTED: Final = tuple(os.environ.get("SALES_BOT_TEST_STORE", f"{SQLITE},{POSTGRES}").split(","))

_chosen: list[str] = [SQLITE]
_made: list[str] = []


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
    """Return the URL of a database for one company: empty on SQLite, migrated on PostgreSQL."""
    if _chosen[-1] == SQLITE:
        return f"sqlite:///{folder}/bot.db"
    url = shared_server().new(_template())
    _made.append(url)
    return url


@cache
def _template() -> str:
    """Migrate once a process; a copy takes a tenth of the time."""
    url = shared_server().new()
    database = Database(url)
    upgrade(database)
    database.close()
    return name_of(url)
