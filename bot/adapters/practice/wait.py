"""`?wait=1`: answer when the bot has handled an update and what follows from it has arrived."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.adapters.practice.bell import Bell
from bot.outbox import WAITING_STATES
from models import practice
from models.chat import InboxRow, InboxState, OutboxRow, OutboxState
from models.db import Database
from models.practice import BOT, PLATFORM, Place, PracticeMessage

LONGEST: Final = 60.0
SHORTEST_LOOK: Final = 0.01
LONGEST_LOOK: Final = 0.1


class Waiter:
    """Waits for updates to be handled."""

    def __init__(self, database: Database, bell: Bell, now: Callable[[], datetime]) -> None:
        self._database = database
        self._bell = bell
        self._now = now

    def handled(self, update_id: str) -> bool:
        """Wait until an update is handled and delivered; False when that takes longer than a minute."""
        end = time.monotonic() + LONGEST
        look = SHORTEST_LOOK
        while time.monotonic() < end and not self._bell.stopped:
            with self._database.read() as session:
                if self._is_done(session, update_id):
                    return True
            self._bell.wait(look)
            look = min(look * 1.5, LONGEST_LOOK)
        return False

    def _is_done(self, session: Session, update_id: str) -> bool:
        row = _inbox_row(session, update_id)
        if row is None or row.state == InboxState.NEW:
            return False
        follows = or_(OutboxRow.cause == _cause(row), OutboxRow.state == OutboxState.CHANGED)
        query = select(OutboxRow.id).where(
            follows, OutboxRow.state.in_(WAITING_STATES), OutboxRow.not_before <= self._now()
        )
        return session.scalar(query.limit(1)) is None


def replies(session: Session, update_id: str, places: Sequence[Place]) -> list[PracticeMessage]:
    """Return what the bot sent to these chats because of an update, oldest first; the same whenever it is asked for."""
    row = _inbox_row(session, update_id)
    if row is None:
        return []
    keys = session.scalars(select(OutboxRow.key).where(OutboxRow.cause == _cause(row)))
    return practice.answers(session, keys, places)


def _inbox_row(session: Session, update_id: str) -> InboxRow | None:
    query = select(InboxRow).where(
        InboxRow.platform == PLATFORM, InboxRow.bot == BOT, InboxRow.update_id == update_id
    )  # fmt: skip
    return session.scalars(query).one_or_none()


def _cause(row: InboxRow) -> str:
    return f"inbox:{row.id}"
