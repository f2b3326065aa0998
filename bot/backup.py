"""`python -m bot backup` and `restore`: the database and the attachments as one folder, taken while the bot runs.

SQLite is copied by its own backup interface, PostgreSQL by pg_dump. What was acknowledged and still waits beside an SQLite database
(the spool) is copied first: an update that moves meanwhile is then in both, and its key makes it one.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import URL, make_url

from bot.settings import Settings
from models.db import Database
from models.event import verify
from models.schema import upgrade

DATABASE: Final = "bot.db"
SPOOL: Final = "bot.db.spool"
DUMP: Final = "bot.dump"
MEDIA: Final = "media"


class BackupError(Exception):
    """A backup cannot be taken or put back; the message is for an administrator."""


def back_up(settings: Settings, folder: Path) -> None:
    """Copy everything into an empty or new folder; raises BackupError."""
    url = make_url(settings.database.url)
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(f"{folder}: not empty; name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)  # customers' names and words are in it
    if url.get_backend_name() == "sqlite":
        _copy_sqlite(url, folder)
    else:
        _run("pg_dump", "--format=custom", "--no-owner", f"--file={folder / DUMP}", f"--dbname={_libpq(url)}")
    media = Path(settings.database.media_dir)
    if media.is_dir():  # after the database: every attachment a record names is there
        shutil.copytree(media, folder / MEDIA, ignore=shutil.ignore_patterns("tmp*"))


def restore(settings: Settings, folder: Path) -> None:
    """Put a backup into a database that is not there yet (PostgreSQL: an empty one) and check it; raises BackupError."""
    url = make_url(settings.database.url)
    _put_back_sqlite(url, folder) if url.get_backend_name() == "sqlite" else _put_back_postgres(url, folder)
    if (folder / MEDIA).is_dir():
        shutil.copytree(folder / MEDIA, settings.database.media_dir, dirs_exist_ok=True)
    database = Database(settings.database.url)
    try:
        upgrade(database)
        with database.read() as session:
            broken = verify(session)
    finally:
        database.close()
    if broken is not None:
        raise BackupError(f"the event log is broken at entry {broken.id}: {broken.reason}")


def _copy_sqlite(url: URL, folder: Path) -> None:
    source = Path(url.database or "")
    if not source.is_file():
        raise BackupError(f"{source}: no such database")
    spool = Path(f"{source}.spool")
    if spool.exists():
        _copy_file(spool, folder / SPOOL)
    _copy_file(source, folder / DATABASE)


def _copy_file(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        (result,) = new.execute("PRAGMA integrity_check").fetchone()
    if result != "ok":
        raise BackupError(f"{source}: {result}")


def _put_back_sqlite(url: URL, folder: Path) -> None:
    target = Path(url.database or "")
    if not (folder / DATABASE).is_file():
        raise BackupError(f"{folder}: no {DATABASE} in it")
    if target.exists():
        raise BackupError(f"{target} exists; stop the bot and move it away first")
    target.parent.mkdir(parents=True, exist_ok=True)
    if (folder / SPOOL).is_file():
        shutil.copyfile(folder / SPOOL, f"{target}.spool")
    shutil.copyfile(folder / DATABASE, target)


def _put_back_postgres(url: URL, folder: Path) -> None:
    if not (folder / DUMP).is_file():
        raise BackupError(f"{folder}: no {DUMP} in it")
    _run(
        "pg_restore",
        "--no-owner",
        "--exit-on-error",
        "--single-transaction",
        f"--dbname={_libpq(url)}",
        str(folder / DUMP),
    )


def _libpq(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _run(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own words
    except FileNotFoundError:
        raise BackupError(f"{command[0]} is not installed: it comes with PostgreSQL's client programs") from None
    if done.returncode != 0:
        raise BackupError(f"{command[0]}: {done.stderr.strip()[-500:]}")
