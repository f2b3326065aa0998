"""Tells the administrators when a platform's monthly allowance runs low, before the platform does."""

from __future__ import annotations

from datetime import time

from sqlalchemy import select

from bot.adapters.base import Metered
from bot.outbox import URGENT
from models.person import Person, Role
from scheduler.job import JobTurn, at_times, every_day


def tell(turn: JobTurn) -> None:
    """Tell every administrator each notice once."""
    notices = {
        f"allowance:{key}": words
        for adapter in turn.services.adapters.values()
        if isinstance(adapter, Metered)
        for key, words in adapter.notices().items()
    }
    admins = turn.session.scalars(select(Person).where(Person.role == Role.ADMIN, Person.active)).all()
    for key, words in notices.items():
        for admin in admins:
            turn.send(admin.id, f"⚠ {words}", key=key, priority=URGENT)


@at_times(every_day(lambda _: time(9, 10)))
def tell_in_the_morning(turn: JobTurn) -> None:
    """Look once in the morning, past the full hour."""
    tell(turn)


@at_times(every_day(lambda _: time(15, 10)))
def tell_in_the_afternoon(turn: JobTurn) -> None:
    """And once in the afternoon."""
    tell(turn)
