"""Compares the rows of a long file with the customers there are, some at a time, and sends the preview (J12)."""

from __future__ import annotations

from sqlalchemy import select

from bot.context import UserError
from bot.importing.chat import preview, read_on, reading_of
from models.import_batch import DraftState, ImportDraft, drafts_being_read
from scheduler.job import JobTurn, when_due


@when_due(drafts_being_read)
def read_drafts(turn: JobTurn) -> None:
    """Take the next rows of the oldest draft; send the preview when all are compared."""
    query = select(ImportDraft).where(ImportDraft.state == DraftState.READING).order_by(ImportDraft.id).limit(1)
    draft = turn.session.scalars(query).first()
    if draft is None:
        return
    try:
        reading = reading_of(turn, draft)
    except UserError as gone:
        draft.state = DraftState.DROPPED
        turn.send(draft.person_id, str(gone), key=f"import:draft:{draft.id}")
        return
    if read_on(turn, draft, reading):
        turn.send(draft.person_id, preview(turn, draft, reading), key=f"import:draft:{draft.id}", priority=1)
