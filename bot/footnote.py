"""The footnotes of a record: what was corrected, why, and who agreed; for every page that shows the record (J8)."""

from __future__ import annotations

from bot.cards.correction import footnote
from bot.context import Context
from models.correction import corrections_of
from models.person import Person


def footnotes(ctx: Context, subject_kind: str, subject_id: str) -> list[str]:
    """Return one line for every correction that took effect, the oldest first."""
    found = []
    for slip in corrections_of(ctx.session, subject_kind, subject_id):
        owner, approver = (ctx.session.get(Person, id_ or "") for id_ in (slip.owner_id, slip.decided_by))
        on = f"{(slip.decided_at or slip.asked_at).astimezone(ctx.zone):%m-%d}"
        found.append(
            footnote(owner.name if owner else "", approver.name if approver else "", on, slip.what, slip.reason)
        )
    return found
