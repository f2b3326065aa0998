"""Taking back leave: what was held back for it is planned anew (J3, M10)."""

from __future__ import annotations

from bot.context import Context
from bot.undo.reversal import Deed, Reversal, reversal
from models.deadline import Subject, reschedule
from models.event import Event
from models.person import Leave
from models.world import World


def _taken(ctx: Context, event: Event) -> Deed | None:
    leave = ctx.session.get(Leave, event.data["leave"])
    if leave is None or leave.cancelled:
        return None
    zone = ctx.calendar.zone
    label = f"{leave.from_at.astimezone(zone):%m-%d} 起的请假"
    return Deed(event, label, subjects=(Subject("leave", str(leave.id)),), also=("提醒照常",))


def _undo(ctx: Context, deed: Deed) -> None:
    leave = ctx.session.get_one(Leave, deed.event.data["leave"])
    leave.cancelled = True
    ctx.session.flush()
    reschedule(ctx.session, World(ctx.session, ctx.calendar, ctx.now), leave.person_id)


reversal(Reversal("leave.taken", "请假", _taken, _undo))
