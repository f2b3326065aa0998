"""Taking back a confirmed list of requirements: the one before it is quoted again (P04, M10)."""

from __future__ import annotations

from bot.context import Context
from bot.undo.reversal import Deed, Reversal, reversal
from models.customer import Customer
from models.deadline import Subject
from models.event import Event
from models.requirement import RequirementList


def _recorded(ctx: Context, event: Event) -> Deed | None:
    made = ctx.session.get(RequirementList, event.subject_id)
    if made is None or made.undone:
        return None
    customer = ctx.session.get(Customer, made.customer_id)
    label = f"{made.id} {customer.label if customer else ''}的需求清单"
    return Deed(event, label, subjects=(Subject("requirement", made.id),))


def _undo(ctx: Context, deed: Deed) -> None:
    ctx.session.get_one(RequirementList, deed.event.subject_id).undone = True


reversal(Reversal("requirement.recorded", "需求清单", _recorded, _undo))
