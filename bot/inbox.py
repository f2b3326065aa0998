"""Durable in: an update is committed before its platform is answered, handled once, and in order within its lane.

One writer thread commits many updates at a time (group commit): on every disk that is faster than a commit per message, and its
slowest acknowledgement is ten times quicker (reliability goals).
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Literal

import structlog
from sqlalchemy import Boolean, Compiled, Dialect, and_, bindparam, exists, func, literal_column, or_, select, update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.dml import ReturningUpdate

from bot.claims import claim_for
from bot.rush import Rush
from bot.spool import Spool
from bot.update import UPDATE_JSON, Update
from models.chat import InboxRow, InboxState
from models.db import INSERTS, Database, DatabaseBusy, changed

log = structlog.get_logger(__name__)

BATCH: Final = 64
MAX_WAITING: Final = 2_000
"""Updates waiting for the writer before new ones are refused: back-pressure before memory."""
COMMIT_TIMEOUT: Final = 3.5
"""Seconds a platform is kept waiting; later is a refusal, and the platform delivers again."""
GATHER: Final = 0.0015
"""Seconds the writer waits for company where the last commit had SEVERAL: a commit costs the same for one message and for many."""
SEVERAL: Final = 4
LOCK_WAIT: Final = 0.05
"""Seconds the writer waits for the database before it stores what came in beside it."""
MOVE_EVERY: Final = 0.1
SPOOL_BATCH: Final = 256
MAX_ATTEMPTS: Final = 5


_Waiting = tuple[Update, Future[bool]]
_Key = tuple[str, str, str]


class InboxUnavailable(Exception):  # noqa: N818  # reads as a state, not a mistake of ours
    """An update could not be stored; the platform must not be told that it was."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An update a worker holds; `token` fences its transaction."""

    row_id: int
    token: str
    update: Update
    attempts: int
    more: bool = False
    """Whether another one waited that nobody held: somebody should look again."""


class Inbox:
    """Stores updates and hands them to workers."""

    def __init__(self, database: Database, *, wake: Callable[[], None] = lambda: None) -> None:
        self._database = database
        self._wake = wake
        self._queue: queue.Queue[_Waiting | None] = queue.Queue(MAX_WAITING)
        self._thread: threading.Thread | None = None
        self._spool = Spool.beside(database.url)
        self.rush = Rush()

    @property
    def spooled(self) -> int:
        """How many stored updates still wait to be moved into the inbox."""
        return self._spool.count if self._spool else 0

    def start(self) -> None:
        """Start the writer thread; what a process before us had to set aside is moved first."""
        if self._spool is None:
            self._spool = Spool.beside(self._database.url)
        self._thread = threading.Thread(target=self._write_forever, name="inbox-writer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Commit what is waiting and end the writer."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(10)
            self._thread = None
        if self._spool is not None:
            self._spool.close()
            self._spool = None

    def receive(self, incoming: Update) -> bool:
        """Store an update; True if it was new. Returns after the commit; raises InboxUnavailable."""
        result: Future[bool] = Future()
        try:
            with self.rush.one_more():
                self._queue.put_nowait((incoming, result))
                return result.result(COMMIT_TIMEOUT)
        except queue.Full:
            raise InboxUnavailable("too many updates are waiting") from None
        except TimeoutError:  # the row may still commit; its unique key absorbs the next delivery
            raise InboxUnavailable("the database is too slow") from None

    def _next(self) -> _Waiting | Literal["move"] | None:
        """Return what arrives next; "move" when nothing does for a moment and the spool waits."""
        try:
            return self._queue.get(timeout=MOVE_EVERY if self.spooled else None)
        except queue.Empty:
            return "move"

    def _write_forever(self) -> None:
        size = 0
        while (first := self._next()) is not None:
            if first == "move":
                self._write([])
                continue
            if size >= SEVERAL:
                time.sleep(GATHER)
            batch = [first]
            stop = False
            while len(batch) < BATCH and not self._queue.empty():
                item = self._queue.get()
                if item is None:
                    stop = True
                    break
                batch.append(item)
            size = len(batch)
            self._write(batch)
            if stop:
                return

    def _write(self, batch: list[_Waiting]) -> None:
        """Commit a batch. The writer survives whatever happens; who was not stored is told so, alone where he alone is at fault."""
        try:
            self._store(batch)
        except Exception as error:  # noqa: BLE001  # a writer that died of one message would take no other
            untold = [one for one in batch if not one[1].done()]
            if len(untold) > 1 and not isinstance(error, OperationalError | InterfaceError):
                for one in untold:
                    self._write([one])
                return
            log.error("inbox_write_failed", error=type(error).__name__, count=len(untold))  # noqa: TRY400  # no values in logs
            for _, result in untold:
                result.set_exception(InboxUnavailable("the database refused the write"))

    def _store(self, batch: list[_Waiting]) -> None:
        """Commit what was spooled and then a batch; spool it when somebody holds the one writer's lock."""
        moved = self._spool.waiting(SPOOL_BATCH) if self._spool and self.spooled else []
        if batch and self.spooled > len(moved):  # older ones wait: keep the order
            self._set_aside(batch)
            return
        try:
            with self._database.write_soon(LOCK_WAIT) as session:
                new = _insert(session, [incoming for _, incoming in moved] + [incoming for incoming, _ in batch])
        except DatabaseBusy:
            self._set_aside(batch)
            return
        for (_, result), is_new in zip(batch, new[len(moved) :], strict=True):
            result.set_result(is_new)
        self._wake()
        if self._spool and moved:
            self._spool.forget([number for number, _ in moved])

    def _set_aside(self, batch: list[_Waiting]) -> None:
        """Store a batch beside the database; every update is acknowledged as durable."""
        if self._spool is None or not batch:
            return
        known = self._known([incoming for incoming, _ in batch])
        self._spool.put([incoming for incoming, _ in batch])
        for incoming, result in batch:
            result.set_result(_key(incoming) not in known)

    def _known(self, updates: list[Update]) -> set[_Key]:
        """Return which of some updates are in the inbox already; reading never waits for the writer."""
        with self._database.read() as session:
            rows = session.execute(
                select(InboxRow.platform, InboxRow.bot, InboxRow.update_id).where(
                    InboxRow.update_id.in_([update.id for update in updates])
                )
            )
            return {(platform, bot, update_id) for platform, bot, update_id in rows}


def _key(incoming: Update) -> _Key:
    return incoming.platform, incoming.bot, incoming.id


def _row(incoming: Update) -> dict[str, Any]:
    return {
        "platform": incoming.platform, "bot": incoming.bot, "update_id": incoming.id, "lane": incoming.lane,
        "body": UPDATE_JSON.dump_json(incoming).decode(), "received_at": incoming.received_at,
        "state": InboxState.NEW, "attempts": 0,
    }  # fmt: skip


_COLUMNS: Final = ("platform", "bot", "update_id", "lane", "body", "received_at", "state", "attempts")
_KEY: Final = _COLUMNS[:3]


@lru_cache(8)
def _statement(dialect: Dialect) -> Compiled:
    """Return the INSERT of many rows, in the order given. Compiled once: SQLAlchemy never keeps one with ON CONFLICT itself."""
    table = InboxRow.metadata.tables[InboxRow.__tablename__]
    statement = INSERTS[dialect.name](table).on_conflict_do_nothing(index_elements=_KEY)
    returning = statement.returning(*(table.c[name] for name in _KEY))
    compiled: Compiled = returning.compile(dialect=dialect, column_keys=_COLUMNS, for_executemany=True)
    return compiled


def _insert(session: Session, incoming: list[Update]) -> list[bool]:
    """Store updates in their order; True for each that was new, also among themselves."""
    if not incoming:
        return []
    connection = session.connection()
    found = connection.execute(_statement(connection.dialect), [_row(one) for one in incoming])  # type: ignore[call-overload]  # compiled
    new = {(platform, bot, update_id) for platform, bot, update_id in found}
    result = []
    for one in incoming:
        result.append(_key(one) in new)
        new.discard(_key(one))
    return result


_OTHERS: Final = literal_column(
    "EXISTS (SELECT 1 FROM inbox AS other WHERE other.state = 'new' AND other.claimed_until IS NULL AND other.id <> inbox.id)",
    Boolean,
)
"""Whether another one waits. In letters: SQLAlchemy takes the tables' names out of what an UPDATE returns on SQLite."""


def _take_first() -> ReturningUpdate[tuple[int, str, int, bool]]:
    """Return the statement that takes the oldest update whose lane is free; built once, asked for every update."""
    earlier, now = aliased(InboxRow), bindparam("now", type_=InboxRow.received_at.type)
    blocked = exists().where(
        and_(earlier.lane == InboxRow.lane, earlier.state == InboxState.NEW, earlier.id < InboxRow.id)
    )
    free = or_(InboxRow.claimed_until.is_(None), InboxRow.claimed_until <= now)
    claimable = select(InboxRow.id).where(InboxRow.state == InboxState.NEW, free, ~blocked).order_by(InboxRow.id)
    first = claimable.limit(1).with_for_update(skip_locked=True).scalar_subquery()
    held = {"claimed_by": bindparam("token"), "claimed_until": bindparam("until", type_=InboxRow.received_at.type)}
    taken = update(InboxRow).where(InboxRow.id == first).values(attempts=InboxRow.attempts + 1, **held)
    found = taken.returning(InboxRow.id, InboxRow.body, InboxRow.attempts, _OTHERS)
    return found.execution_options(synchronize_session=False)


_TAKE_FIRST: Final = _take_first()


def claim(database: Database, *, token: str, now: datetime) -> Claim | None:
    """Take the oldest update whose lane is free; None when there is nothing to do.

    A lane's first unhandled row is the only one that may be taken, so a chat is handled in order even by many workers.
    """
    with database.write_one() as session:
        values = {"now": now, "token": token, "until": now + claim_for(database)}
        taken = session.execute(_TAKE_FIRST, values).first()
    if taken is None:
        return None
    row_id, body, attempts, more = taken
    return Claim(row_id, token, UPDATE_JSON.validate_json(body), attempts, bool(more))


def finish(session: Session, held: Claim, *, now: datetime) -> bool:
    """Mark a claimed update as handled, in the transaction of its effects; False when the claim was lost meanwhile."""
    statement = (
        update(InboxRow)
        .where(InboxRow.id == held.row_id, InboxRow.claimed_by == held.token, InboxRow.state == InboxState.NEW)
        .values(state=InboxState.DONE, handled_at=now, claimed_by=None, claimed_until=None)
    )
    return bool(changed(session, statement))


def release(session: Session, held: Claim, *, retry_at: datetime, tried: bool = True) -> None:
    """Give a claimed update back; it is taken again after `retry_at`. Without `tried` the attempt does not count."""
    session.execute(
        update(InboxRow)
        .where(InboxRow.id == held.row_id, InboxRow.claimed_by == held.token)
        .values(claimed_by=None, claimed_until=retry_at, attempts=InboxRow.attempts if tried else InboxRow.attempts - 1)
    )


def park(session: Session, held: Claim, *, now: datetime, error: str) -> bool:
    """Set a poisoned update aside so that its lane moves on; the caller tells the sender and the administrator.

    False when the claim was lost meanwhile.
    """
    statement = (
        update(InboxRow)
        .where(InboxRow.id == held.row_id, InboxRow.claimed_by == held.token)
        .values(state=InboxState.PARKED, handled_at=now, error=error[:2000], claimed_by=None, claimed_until=None)
    )
    return bool(changed(session, statement))


def depth(session: Session) -> tuple[int, datetime | None]:
    """Return how many updates wait and since when the oldest does."""
    query = select(func.count(), func.min(InboxRow.received_at)).where(InboxRow.state == InboxState.NEW)
    count, oldest = session.execute(query).one()
    return count, oldest
