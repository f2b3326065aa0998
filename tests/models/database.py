"""Databases for tests: SQLite in a file, and a throw-away PostgreSQL where its programs are installed."""

from __future__ import annotations

import atexit
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import create_engine, text

from models.db import Base, Database

MISSING: Final = "PostgreSQL is not installed (apt-get install postgresql): these tests ran on SQLite only"
UNSAFE: Final = " -c fsync=off -c full_page_writes=off"
"""Nobody pulls its plug: it ends with the tests."""


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
    url = shared_server().new()
    database = Database(url)
    Base.metadata.create_all(database.engine)
    try:
        yield database
    finally:
        database.close()
        shared_server().drop(url)


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL server on a unix socket in its own folder."""

    folder: Path
    programs: Path
    user: str | None
    options: str

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://bot@/{name}?host={self.folder}"

    def new(self, template: str = "template1") -> str:
        """Create a database, empty or a copy of a template; returns its URL."""
        name = f"bot_{secrets.token_hex(4)}"
        self._ask(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Drop a database, whoever is connected to it."""
        self._ask(f"DROP DATABASE IF EXISTS {name_of(url)} WITH (FORCE)")

    def start(self) -> None:
        """Start it (again) and wait until it answers."""
        _run(self.user, *self._control("-o", self.options, "-l", self.folder / "log", "-w", "start"))

    def crash(self) -> None:
        """Stop it at once, as a crash would; what was committed stays."""
        _run(self.user, *self._control("-m", "immediate", "-w", "stop"))

    def _control(self, *words: object) -> tuple[object, ...]:
        return (self.programs / "pg_ctl", "-D", self.folder / "data", *words)

    def _ask(self, statement: str) -> None:
        admin = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(statement))
        admin.dispose()


def name_of(url: str) -> str:
    """Return the database's name in a URL of ours."""
    return url.rpartition("@/")[2].partition("?")[0]


@contextmanager
def postgres_server(options: str = UNSAFE) -> Iterator[Server]:
    """Start a server of our own on a unix socket; skips with the reason where PostgreSQL is not installed."""
    programs = _programs()
    if programs is None:
        pytest.skip(MISSING)
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    user = _server_user(folder)
    try:
        _run(user, programs / "initdb", "-D", folder / "data", "-A", "trust", "-U", "bot", "--no-sync")
        options = f"-c listen_addresses='' -c max_connections=200 -k {folder}{options}"
        server = Server(folder, programs, user, options)
        server.start()
        try:
            yield server
        finally:
            server.crash()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@cache
def shared_server() -> Server:
    """Return the server of this test process, which ends with it; skips where PostgreSQL is not installed."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(postgres_server())


def why_no_postgres() -> str | None:
    """Return why no server can be started here; None if one can."""
    return None if _programs() else MISSING


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
    subprocess.run([str(part) for part in command], check=True, capture_output=True, user=user, cwd="/", timeout=60)
