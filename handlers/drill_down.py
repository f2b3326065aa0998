"""/穿透 V-…: originals and machine readings of a visit for the line above, audited (V08); /谁看过我 shows it to the rep (M15)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import select

from bot import Context, Document, Reply, Shelf, UserError, command
from bot.cards.drill_down import audited, viewers_of_me, visit_opened_up
from bot.footnote import footnotes
from models.chat import masked_copy_of
from models.customer import Customer
from models.event import Event
from models.person import Concern, Person
from models.visit import Visit, evidence_of

LOOK_BACK: Final = timedelta(days=30)


@command(
    "穿透", aliases=("看原件",), help="看一次拜访的原件和机器读数", usage="/穿透 V-20261116-004", positional=("visit",)
)
def open_up(ctx: Context) -> Reply:
    wanted = (ctx.args.rest if ctx.args else "").strip().upper()
    visit = ctx.session.get(Visit, wanted) if wanted else None
    if visit is None or not ctx.sight.covers(Concern.VISIT, visit.owner_id):
        ctx.note("visit.refused", "visit", wanted[:32])
        raise UserError("没有这次拜访，或你无权查看。" if wanted else "哪次拜访？例：/穿透 V-20261116-004")
    owner = ctx.session.get(Person, visit.owner_id)
    customer = ctx.session.get(Customer, visit.customer_id)
    assert owner is not None
    assert customer is not None
    evidence = evidence_of(ctx.session, visit.id)
    notes = footnotes(ctx, "visit", visit.id)
    card = visit_opened_up(visit, owner.name, customer.label, evidence, ctx.zone, footnotes=notes)
    if owner.id != ctx.sender.id:
        ctx.note("visit.viewed", "visit", visit.id, owner=owner.id)
        card = audited(card, owner.name)
    originals = [
        Document(key, f"{visit.id}-{item.kind}.jpg", is_image=True)
        for item in evidence
        if (key := _still_there(ctx, item.media_key)) is not None
    ]
    return [card, *originals]


def _still_there(ctx: Context, key: str | None) -> str | None:
    """Return the original, or its masked copy once the original was deleted by schedule."""
    candidates = (key, masked_copy_of(ctx.session, key))
    return next((one for one in candidates if one and ctx.services.media.get(one) is not None), None)


@command("谁看过我", aliases=("谁查过我",), help="谁调阅过我的拜访", shelf=Shelf.SELF)
def who_viewed_me(ctx: Context) -> Reply:
    views = [e for e in views_since(ctx, ctx.now - LOOK_BACK) if e.data.get("owner") == ctx.sender.id]
    names = {person.id: person.name for person in ctx.session.scalars(select(Person))}
    rows = [(e.at, names.get(e.actor_id or "", "系统"), e.subject_id) for e in views]
    return viewers_of_me(rows, ctx.zone)


def views_since(ctx: Context, since: object) -> list[Event]:
    """Return every look at somebody's record since an instant."""
    query = select(Event).where(Event.kind == "visit.viewed", Event.at >= since)
    return list(ctx.session.scalars(query.order_by(Event.id.desc())))
