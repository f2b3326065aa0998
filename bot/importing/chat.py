"""A file sent in chat on its way to a batch; handlers and the scheduler take the same steps."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from bot.cards.importing import import_preview, import_told
from bot.context import Turn, UserError
from bot.importing.columns import KINDS
from bot.importing.doubts import doubts_in
from bot.importing.plan import Plan
from bot.importing.reading import Reading, read_rows
from bot.importing.run import build_plan
from bot.reply import Card
from bot.sheet import SheetError, read_sheet
from bot.understand import index_of
from models.import_batch import DraftState, ImportBatch, ImportDraft
from models.person import Person, Role
from models.register import CUSTOMERS

ROWS_A_STEP: Final = 100
"""New customers compared with those there are in one transaction (about 4 ms each): others write meanwhile."""


def reading_of(turn: Turn, draft: ImportDraft) -> Reading:
    """Read a draft's file again; raises UserError when it is gone or cannot be read."""
    data = turn.services.media.get(draft.media_key)
    if data is None:
        raise UserError("这份文件已经按期删除了，请重新发一次。")
    try:
        return read_rows(read_sheet(data, draft.file_name), KINDS[draft.kind])
    except SheetError as error:
        raise UserError(str(error)) from None


def read_on(turn: Turn, draft: ImportDraft, reading: Reading) -> bool:
    """Compare the next rows; returns whether all are compared now."""
    if draft.kind == "customers":
        known = CUSTOMERS.current(turn.session)
        index = index_of(turn) if known else None
        if index is not None:
            found, draft.compared = doubts_in(reading, index, known, start=draft.compared, count=ROWS_A_STEP)
            draft.suspects = {**draft.suspects, **found}
            if draft.compared < len(reading.rows):
                return False
    draft.state = DraftState.READY
    return True


def plan_of(turn: Turn, draft: ImportDraft, reading: Reading) -> Plan:
    """Return the plan of a draft as things are now."""
    sources = turn.settings.rules.customer.sources
    return build_plan(turn.session, reading, sources=sources, doubts=draft.suspects, decisions=draft.decisions)


def preview(turn: Turn, draft: ImportDraft, reading: Reading, *, changed: bool = False) -> Card:
    """Return the preview and remember what it said."""
    plan = plan_of(turn, draft, reading)
    draft.counts = plan.counts
    return import_preview(draft, plan, changed=changed)


def tell_admins(turn: Turn, batch: ImportBatch, who: str) -> None:
    """Tell the other administrators once; nobody hears of single rows."""
    admins = turn.session.scalars(select(Person).where(Person.role == Role.ADMIN, Person.active))
    for admin in admins:
        if admin.id != batch.by_person_id:
            turn.send(admin.id, import_told(batch, who), key=f"import:{batch.id}", subject=f"import:{batch.id}")
