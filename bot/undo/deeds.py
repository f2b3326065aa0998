"""Finding what a person may mean by 撤销: in the event log, his own deeds only, the newest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from bot.context import Context
from bot.undo.reversal import REVERSALS, Deed, referred_to_by
from models.event import Event

LOOK_BACK: Final = 60
"""Events looked through, the newest first."""
CONFIRM_WITHIN: Final = timedelta(minutes=2)
"""A preview asked for in time may be confirmed so much later; afterwards the window counts from the press."""


def deed_of(ctx: Context, event: Event) -> Deed | None:
    """Return what an event did, with everything that stands against taking it back; None when nothing is left of it."""
    row = REVERSALS.get(event.kind)
    deed = row.describe(ctx, event) if row and undoing_of(ctx, event) is None else None
    return replace(deed, blocked=(*deed.blocked, *referred_to_by(ctx.session, deed))) if deed else None


def undoing_of(ctx: Context, event: Event) -> Event | None:
    """Return the event by which an event was taken back, if it was; its `label` is what people called it."""
    query = select(Event).where(
        Event.subject_kind == event.subject_kind,
        Event.subject_id == event.subject_id,
        Event.kind == undone_kind(event),
        Event.id > event.id,
    )
    return next((later for later in ctx.session.scalars(query) if later.data.get("event") == event.id), None)


def undone_kind(event: Event) -> str:
    """Return the kind of event that says it was taken back: "visit.undone"."""
    return f"{event.subject_kind}.undone"


def own_events(ctx: Context, person_id: str, kinds: Iterable[str] | None = None) -> list[Event]:
    """Return what a person did that can be taken back by its kind, the newest first; undone ones are among them."""
    wanted = list(REVERSALS if kinds is None else kinds)
    query = select(Event).where(Event.actor_id == person_id, Event.kind.in_(wanted))
    return list(ctx.session.scalars(query.order_by(Event.id.desc()).limit(LOOK_BACK)))


def own_deeds(ctx: Context, person_id: str, count: int) -> list[Deed]:
    """Return the last `count` deeds of a person that are not undone, the newest first."""
    found: list[Deed] = []
    for event in own_events(ctx, person_id):
        deed = deed_of(ctx, event)
        if deed is not None:
            found.append(deed)
        if len(found) == count:
            break
    return found


def own_events_about(ctx: Context, person_id: str, number: str) -> list[Event]:
    """Return a person's own deeds about the record of a number, the newest first; empty for other people's records."""
    query = select(Event).where(
        Event.subject_id == number, Event.actor_id == person_id, Event.kind.in_(list(REVERSALS))
    )
    return list(ctx.session.scalars(query.order_by(Event.id.desc())))


def first_deed(ctx: Context, events: Sequence[Event], of: Event) -> Deed | None:
    """Return the deed that made the record of an event (`events`, the newest first): what a slip makes void is all of it."""
    about = [event for event in events if (event.subject_kind, event.subject_id) == (of.subject_kind, of.subject_id)]
    return next((deed for event in reversed(about) if (deed := deed_of(ctx, event))), None)


def in_window(ctx: Context, event: Event, asked_at: datetime | None = None) -> bool:
    """Whether it is still time: 9:59 after the deed yes, 10:00 no (`rules.undo.window`).

    What was asked for in time (`asked_at`) may be confirmed a little later.
    """
    at = asked_at if asked_at is not None and ctx.now - asked_at < CONFIRM_WITHIN else ctx.now
    return at - event.at < ctx.settings.rules.undo.window


def window_words(ctx: Context, event: Event | None = None) -> str:
    """Return why it is too late, or for an event that is still in its window, that it needs no slip."""
    minutes = int(ctx.settings.rules.undo.window.total_seconds() // 60)
    if event is not None and in_window(ctx, event):
        return f"还在 {minutes} 分钟内，回「撤销」更快"
    return f"已过 {minutes} 分钟"
