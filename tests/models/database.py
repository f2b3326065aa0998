"""Databases for tests: SQLite in a file, and a throw-away PostgreSQL where its programs are installed."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from models.db import Base, Database


@contextmanager
def sqlite(folder: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{folder / 'test.db'}")
    Base.metadata.create_all(database.engine)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def postgres() -> Iterator[Database]:
    """A database with all tables on a server of our own; skips with the reason where PostgreSQL is not installed."""
    with postgres_server() as server:
        database = Database(server.url("postgres"))
        Base.metadata.create_all(database.engine)
        try:
            yield database
        finally:
            database.close()


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL server on a unix socket in its own folder."""

    folder: Path

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://bot@/{name}?host={self.folder}"

    def new(self) -> str:
        """Create an empty database; returns its URL."""
        name = f"bot_{secrets.token_hex(4)}"
        admin = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        admin.dispose()
        return self.url(name)


@contextmanager
def postgres_server() -> Iterator[Server]:
    """Start a server of our own on a unix socket; skips with the reason where PostgreSQL is not installed."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    user = _server_user(folder)
    try:
        _run(user, programs / "initdb", "-D", folder / "data", "-A", "trust", "-U", "bot", "--no-sync")
        options = f"-c listen_addresses='' -k {folder} -c fsync=off"
        _run(user, programs / "pg_ctl", "-D", folder / "data", "-o", options, "-l", folder / "log", "-w", "start")
        try:
            yield Server(folder)
        finally:
            _run(user, programs / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    found = shutil.which("initdb")
    candidates = [Path(found).resolve().parent] if found else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in candidates if (folder / "pg_ctl").exists()), None)


def _server_user(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: then it runs as `nobody`, who owns the folder."""
    if os.getuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return "nobody"


def _run(user: str | None, *command: object) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True, user=user, cwd="/")
