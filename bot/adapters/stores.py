"""The shared halves of the adapters in the database: tokens, leases, meters and quick replies of all processes."""

from __future__ import annotations

import itertools
import json
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from secrets import token_hex
from threading import Lock, RLock
from typing import Final, TypeVar

import structlog
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.adapters.board import SWEEP_EVERY, Board, MemoryBoard, State, Work
from bot.adapters.quick_reply import LIFE, QuickReply, candidates
from bot.adapters.token import Token
from bot.clock import Clock, ServerClock, SystemClock
from models.chat import BoardRow, LeaseRow, MeterRow, QuickReplyRow, TokenRow
from models.db import Database, changed, insert_into, stored

log = structlog.get_logger(__name__)

T = TypeVar("T")

_KNOWN_SECONDS: Final = 2.0
"""How long a token is given out without asking the database: it is wanted for every message."""
_FETCH_TTL: Final = 20.0
_FETCH_POLL: Final = 0.2


class DatabaseLease:
    """Leases of all processes on one database."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def acquire(self, name: str, owner: str, ttl: float) -> bool:
        """Become or stay the owner of `name`; False while somebody else holds it."""
        now = self._now()
        until = now + timedelta(seconds=ttl)
        with self._database.write() as session:
            free = or_(LeaseRow.owner == owner, LeaseRow.until_at <= now)
            taken = (
                insert_into(session, LeaseRow)
                .values(name=name, owner=owner, until_at=until)
                .on_conflict_do_update(index_elements=["name"], set_={"owner": owner, "until_at": until}, where=free)
            )
            return stored(session, taken)

    def renew(self, name: str, owner: str, ttl: float) -> bool:
        """Stay the owner; False if the lease has lapsed or passed to somebody else."""
        now = self._now()
        mine = (LeaseRow.name == name, LeaseRow.owner == owner, LeaseRow.until_at > now)
        with self._database.write() as session:
            return bool(changed(session, update(LeaseRow).where(*mine).values(until_at=now + timedelta(seconds=ttl))))

    def release(self, name: str, owner: str) -> None:
        """Give `name` back if `owner` holds it."""
        with self._database.write() as session:
            session.execute(delete(LeaseRow).where(LeaseRow.name == name, LeaseRow.owner == owner))

    def holder(self, name: str) -> str | None:
        """Return who holds `name` now."""
        held = select(LeaseRow.owner).where(LeaseRow.name == name, LeaseRow.until_at > self._now())
        with self._database.read() as session:
            return session.scalar(held)


class DatabaseTokenStore:
    """Tokens of all processes on one database; the right to fetch is a lease, so one process fetches at a time."""

    def __init__(
        self, database: Database, lease: DatabaseLease, *, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._database = database
        self._lease = lease
        self._pause = pause
        self._guard = Lock()
        self._locks: defaultdict[str, RLock] = defaultdict(RLock)
        self._known: dict[str, tuple[float, Token]] = {}

    def get(self, name: str) -> Token | None:
        """Return the token stored under `name`, expired or not; another's newest one is seen after two seconds, or within `lock`."""
        asked_at, token = self._known.get(name, (-_KNOWN_SECONDS, None))
        if token is None or time.monotonic() - asked_at >= _KNOWN_SECONDS:
            with self._database.read() as session:
                token = _token(session.get(TokenRow, name))
            if token is not None:
                self._known[name] = (time.monotonic(), token)
        return token

    def swap(self, name: str, old: Token | None, new: Token) -> Token:
        """Store `new` if `old` is still what is stored; return what is stored afterwards."""
        values = {"value": new.value, "expires_at": new.expires_at, "fetched_at": new.fetched_at}
        self._known.pop(name, None)
        with self._database.write() as session:
            if old is None:
                session.execute(insert_into(session, TokenRow).values(name=name, **values).on_conflict_do_nothing())
            else:
                same = (TokenRow.value == old.value, TokenRow.expires_at == old.expires_at)
                session.execute(update(TokenRow).where(TokenRow.name == name, *same).values(**values))
            session.expire_all()
            return _token(session.get(TokenRow, name)) or new

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold the right to fetch `name`; one that is never given back lapses after 20 seconds."""
        with self._guard:
            lock = self._locks[name]
        lease_name, owner = f"fetch:{name}"[:120], token_hex(8)
        with lock:
            while not self._lease.acquire(lease_name, owner, _FETCH_TTL):
                self._pause(_FETCH_POLL)
            self._known.pop(name, None)
            try:
                yield
            finally:
                self._lease.release(lease_name, owner)


class DatabaseMeter:
    """Counters of all processes on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, period: str, count: int = 1) -> int:
        """Count `count` more; return the period's total."""
        with self._database.write() as session:
            counted = (
                insert_into(session, MeterRow)
                .values(name=name, period=period, count=count)
                .on_conflict_do_update(index_elements=["name", "period"], set_={"count": MeterRow.count + count})
                .returning(MeterRow.count)
            )
            return int(session.execute(counted).scalar_one())

    def total(self, name: str, period: str) -> int:
        """Return the period's total."""
        query = select(func.coalesce(func.sum(MeterRow.count), 0)).where(
            MeterRow.name == name, MeterRow.period == period
        )
        with self._database.read() as session:
            return int(session.scalar(query) or 0)


class DatabaseBoard:
    """The board of all processes on one database: a note is a row, locked while it is changed.

    It only keeps us below limits: while the database cannot be asked, each process keeps its own count instead of stopping.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._alone = MemoryBoard()
        self._changes = itertools.count(1)

    def change(self, names: Collection[str], work: Work[T], *, now: float, keep: float) -> T:
        """Let `work` change some notes: one statement locks them, one writes what changed."""
        done: list[T] = []
        try:
            with self._database.write() as session:
                notes = _notes(session, names, now + keep)
                before = {name: json.dumps(note) for name, note in notes.items()}
                done.append(work(notes))
                _keep_notes(
                    session,
                    {name: note for name, note in notes.items() if json.dumps(note) != before[name]},
                    now + keep,
                )
            if next(self._changes) % SWEEP_EVERY == 0:
                self._sweep(now)
        except SQLAlchemyError as error:
            log.warning("board_not_reached", error=type(error).__name__)
            return done[0] if done else self._alone.change(names, work, now=now, keep=keep)
        return done[0]

    def read(self, name: str) -> State:
        """Return a note."""
        try:
            with self._database.read() as session:
                row = session.get(BoardRow, name)
                return dict(row.note) if row is not None else {}
        except SQLAlchemyError as error:
            log.warning("board_not_reached", error=type(error).__name__)
            return self._alone.read(name)

    def _sweep(self, now: float) -> None:
        """Forget what has had its time; what somebody is changing just now stays."""
        with self._database.write() as session:
            old = select(BoardRow.name).where(BoardRow.until <= now).with_for_update(skip_locked=True)
            session.execute(delete(BoardRow).where(BoardRow.name.in_(old)))


def board_of(database: Database) -> Board:
    """Return the board to send by: the processes of one PostgreSQL share it, the one of an SQLite needs no other."""
    return MemoryBoard() if database.is_sqlite else DatabaseBoard(database)


def clock_of(database: Database) -> Clock:
    """Return real time as all processes on a database have it."""
    return SystemClock() if database.is_sqlite else ServerClock(database.server_now)


class DatabaseQuickReplies:
    """Quick replies of all processes on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, chat_id: str, reply: QuickReply, now: datetime) -> str:
        """Return the code of `reply` in this chat; what has expired goes on the way."""
        with self._database.write() as session:
            session.execute(delete(QuickReplyRow).where(QuickReplyRow.expires_at <= now))
            for code in candidates(reply):
                row = session.get(QuickReplyRow, (chat_id, code))
                if row is None:
                    row = QuickReplyRow(chat_id=chat_id, code=code, buttons=dict(reply.buttons))
                    session.add(row)
                if row.buttons == reply.buttons:
                    row.message_key, row.expires_at = reply.message_key, now + LIFE
                    return code
        raise RuntimeError("no free code")  # pragma: no cover - 31^12 of them

    def find(self, chat_id: str, code: str, now: datetime) -> QuickReply | None:
        """Return what the code stands for in this chat."""
        with self._database.read() as session:
            row = session.get(QuickReplyRow, (chat_id, code.lower()))
            return QuickReply(row.message_key, row.buttons) if row is not None and now < row.expires_at else None


def _notes(session: Session, names: Collection[str], until: float) -> dict[str, State]:
    """Lock the notes of some names, in one order for everybody, making those that are not there."""
    wanted = insert_into(session, BoardRow).values([{"name": n, "note": {}, "until": until} for n in sorted({*names})])
    kept = wanted.on_conflict_do_update(index_elements=["name"], set_={"until": until})
    found = session.execute(kept.returning(BoardRow.name, BoardRow.note))
    return {name: dict(note) for name, note in found.tuples()}


def _keep_notes(session: Session, notes: Mapping[str, State], until: float) -> None:
    if not notes:
        return
    session.execute(update(BoardRow), [{"name": name, "note": note, "until": until} for name, note in notes.items()])


def _token(row: TokenRow | None) -> Token | None:
    return Token(row.value, row.expires_at, row.fetched_at) if row is not None else None
