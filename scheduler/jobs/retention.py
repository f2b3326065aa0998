"""Originals of photos and files go on their day (appendix 4 #14); what was read in them stays with the record."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Final

from sqlalchemy import select

from models.chat import MediaRow
from scheduler.job import JobTurn, at_times, every_day

A_DAY: Final = timedelta(days=1)
"""Nobody writes a file for so long."""


@at_times(every_day(lambda _: time(3, 10)))
def delete_originals(turn: JobTurn) -> None:
    """Delete the files whose day has come, and what was never finished; a file that is gone already does no harm."""
    due = select(MediaRow).where(MediaRow.delete_on <= turn.now, MediaRow.deleted_at.is_(None))
    for row in turn.session.scalars(due.order_by(MediaRow.key)):
        turn.services.media.delete(row.key)
        row.deleted_at = turn.now
    turn.services.media.sweep(turn.now - A_DAY)
