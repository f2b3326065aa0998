"""The database: engine, sessions, column types. SQLite (WAL, FULL) by default, PostgreSQL when outgrown."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import DateTime, Engine, MetaData, create_engine, event, literal, make_url, text
from sqlalchemy.dialects.postgresql import insert as _postgres_insert
from sqlalchemy.dialects.sqlite import insert as _sqlite_insert
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from models.fair_lock import FairLock

BUSY_SECONDS: Final = 10
PATIENCE: Final = {
    "connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000,
}  # fmt: skip
"""How long PostgreSQL's client library waits for a machine that vanished without a word (seconds; the last in milliseconds)."""
TRUSTED_SECONDS: Final = 1.0
"""A connection that answered so lately is not asked again whether it lives: that question cost a tenth of a message."""


class Base(DeclarativeBase):
    """All tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant on every database; refuses naive values instead of guessing their zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware instant into UTC for storing; raises ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: instants are stored in UTC")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002  # the base class gives it
    ) -> datetime | None:
        """Return a stored instant as aware UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def is_postgres(session: Session) -> bool:
    """Whether a session speaks to PostgreSQL, where others may write at the same time."""
    return session.get_bind().dialect.name == "postgresql"


INSERTS: Final[dict[str, Any]] = {"postgresql": _postgres_insert, "sqlite": _sqlite_insert}
"""Makes an INSERT that knows `on_conflict_…`, by database."""


def insert_into(session: Session, table: type[Base]) -> Any:
    """Return an INSERT that knows `on_conflict_…` on the database of a session."""
    return INSERTS[session.get_bind().dialect.name](table)


def stored(session: Session, statement: Any) -> bool:
    """Run an INSERT … ON CONFLICT of one row; whether it wrote anything.

    Not by `rowcount`: SQLAlchemy reads the new key back on PostgreSQL, and the driver then says -1 whatever happened.
    """
    return session.execute(statement.returning(literal(1))).first() is not None


def changed(session: Session, statement: Any) -> int:
    """Run an UPDATE; return how many rows it changed. For an INSERT ask `stored`."""
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]  # a CursorResult


def one_at_a_time(session: Session, lock: int) -> None:
    """Let one transaction at a time pass under a number, until it ends (PostgreSQL; SQLite has one writer)."""
    if is_postgres(session):
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})


class DatabaseBusy(Exception):  # noqa: N818  # a state, not a mistake
    """Somebody else is writing."""


class ReadingSession(Session):
    """A session that refuses to write: on PostgreSQL it has no transaction that could be rolled back."""


@event.listens_for(ReadingSession, "before_flush")
def _refuse_to_flush(_session: Session, _context: Any, _instances: Any) -> None:
    raise RuntimeError("a session for reading was used to write")


@event.listens_for(ReadingSession, "do_orm_execute")
def _refuse_to_change(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        raise RuntimeError("a session for reading was used to write")


class Database:
    """Hands out sessions.

    On SQLite every write transaction is `BEGIN IMMEDIATE` under one process-wide lock, in order of asking: a deferred transaction that turns into a
    writer fails at once instead of waiting, and lock back-off costs half a second at p99.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.engine = _create_engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._write_lock = FairLock()
        self._reading = self.engine.execution_options(
            **({"sqlite_begin": "DEFERRED"} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"})
        )

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a session whose transaction commits at the end and rolls back on an exception."""
        if not self.is_sqlite:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                yield session
            return
        with self._write_lock, Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def write_soon(self, seconds: float) -> Iterator[Session]:
        """Open a writing session like `write`; raises DatabaseBusy when the lock is not free within some seconds."""
        if self.is_sqlite and not self._write_lock.acquire(timeout=seconds):
            raise DatabaseBusy
        try:
            with self.write() as session:
                yield session
        finally:
            if self.is_sqlite:
                self._write_lock.release()

    @contextmanager
    def write_one(self) -> Iterator[Session]:
        """Open a session for one statement that writes and is a transaction of its own: PostgreSQL then needs no BEGIN and COMMIT."""
        if self.is_sqlite:
            with self.write() as session:
                yield session
            return
        with Session(self._reading, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session for reading; raises RuntimeError when something is to be written through it.

        On PostgreSQL each statement is its own transaction: READ COMMITTED promises no more, and a ROLLBACK at the end would make
        the driver forget every statement it has prepared.
        """
        with ReadingSession(self._reading, expire_on_commit=False) as session:
            yield session

    def server_now(self) -> datetime:
        """Return the time of the database server (PostgreSQL), the one clock that all processes share."""
        with self.engine.connect() as connection:
            at: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        return at.astimezone(UTC)

    def close(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()


def _create_engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(url, pool_size=10, max_overflow=20, connect_args=dict(PATIENCE))
        event.listen(engine, "checkin", _remember_when)
        event.listen(engine, "checkout", partial(_ask_whether_it_lives, engine.dialect))
        return engine
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}, pool_size=20, max_overflow=20
    )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _remember_when(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["used_at"] = time.monotonic()


def _ask_whether_it_lives(dialect: Dialect, connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """Ask a connection that has rested whether it lives; one that does not takes all others of its age with it."""
    if time.monotonic() - record.info.get("used_at", time.monotonic()) > TRUSTED_SECONDS:
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


def _set_up_sqlite(connection: Any, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "journal_size_limit=67108864"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('sqlite_begin', 'IMMEDIATE')}")


def set_once(*attributes: Any) -> None:
    """Refuse to change columns that say when something came in (V13): set once, they stay. Raises RuntimeError."""

    def refuse(target: Any, value: Any, old: Any, _initiator: Any) -> None:
        if isinstance(old, datetime) and old != value:
            raise RuntimeError(f"{type(target).__name__}: the time of creation never changes")

    for attribute in attributes:
        event.listen(attribute, "set", refuse, active_history=True)
