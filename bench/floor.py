"""The work nobody can do without for a message: one AES decryption and one row that survives a power cut. No web, no thought."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from sqlalchemy import make_url

from tests.fakes.wecom.crypto import seal, unseal
from tests.fakes.wecom.state import CORP
from tests.fakes.wecom.vectors import OFFICIAL

SECONDS = 1.5
_BODY = ("<xml>" + "x" * 400 + "</xml>").encode()
_numbers = count(1)


def sqlite_rate(folder: Path, rows: int = 1) -> float:
    """Return messages a second with `rows` of them in a commit, WAL and FULL."""
    base = sqlite3.connect(folder / "floor.db", isolation_level=None)
    for statement in (
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "CREATE TABLE IF NOT EXISTS m (id TEXT PRIMARY KEY, body TEXT)",
    ):
        base.execute(statement)

    def store(messages: list[tuple[str, str]]) -> None:
        base.execute("BEGIN IMMEDIATE")
        base.executemany("INSERT INTO m VALUES (?, ?) ON CONFLICT DO NOTHING", messages)
        base.execute("COMMIT")

    try:
        return _rate(store, rows)
    finally:
        base.close()


def postgres_rate(url: str, rows: int = 1) -> float:
    """Return messages a second with `rows` of them in a commit."""
    import psycopg  # noqa: PLC0415  # only where there is a server

    parsed = make_url(url)
    with psycopg.connect(host=parsed.query["host"], user=parsed.username, dbname=parsed.database) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS floor (id TEXT PRIMARY KEY, body TEXT)")
        connection.commit()

        def store(messages: list[tuple[str, str]]) -> None:
            with connection.cursor() as cursor:
                cursor.executemany("INSERT INTO floor VALUES (%s, %s) ON CONFLICT DO NOTHING", messages)
            connection.commit()

        return _rate(store, rows)


def _rate(store: Callable[[list[tuple[str, str]]], None], rows: int) -> float:
    sealed, done, begun = seal(OFFICIAL[1], CORP, _BODY), 0, time.perf_counter()
    while time.perf_counter() - begun < SECONDS:
        store([(str(next(_numbers)), unseal(OFFICIAL[1], sealed)[0]) for _ in range(rows)])
        done += rows
    return done / (time.perf_counter() - begun)
