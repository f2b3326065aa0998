"""Customers and times in what a person says, seen from that person: own customers first, the customer spoken of last."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.context import Context, Turn
from bot.parse.customer import CustomerIndex, CustomerName, Resolution
from bot.parse.time import TimeMatch, parse_time, parse_times
from models.customer import Customer, aliases_by_customer, focus_of, names_version, set_focus
from models.person import Person

INDEX = "customer_index"


@dataclass(slots=True)
class SharedIndex:
    """One index a process, refreshed when a name changed anywhere."""

    index: CustomerIndex
    version: tuple[int, int]
    lock: threading.Lock


def index_of(ctx: Turn) -> CustomerIndex:
    """Return the index of customer names, fresh for this turn."""
    shared: SharedIndex | None = ctx.services.extras.get(INDEX)
    version = names_version(ctx.session)
    if shared is None or shared.version != version:
        shared = SharedIndex(build_index(ctx.session), version, threading.Lock())
        ctx.services.extras[INDEX] = shared
    return shared.index


def build_index(session: Session) -> CustomerIndex:
    """Return a new index of all customers there are."""
    aliases = aliases_by_customer(session)
    teams = {person_id: manager_id for person_id, manager_id in session.execute(select(Person.id, Person.manager_id))}  # noqa: C416  # rows are not pairs to mypy
    names = (
        CustomerName(
            id=customer.id,
            name=customer.name,
            aliases=(*([customer.short_name] if customer.short_name else []), *aliases.get(customer.id, ())),
            owner=customer.owner_id,
            team=teams.get(customer.owner_id or ""),
        )
        for customer in session.scalars(select(Customer).where(Customer.archived.is_(False)))
    )
    return CustomerIndex.build(names)


def _circles(ctx: Context) -> tuple[list[str], list[str]]:
    own = list(ctx.session.scalars(select(Customer.id).where(Customer.owner_id == ctx.sender.id)))
    if ctx.sender.manager_id is None:
        return own, []
    peers = select(Person.id).where(Person.manager_id == ctx.sender.manager_id)
    team = list(ctx.session.scalars(select(Customer.id).where(Customer.owner_id.in_(peers))))
    return own, team


def find_customer(ctx: Context, text: str) -> Resolution:
    """Resolve a customer a person names; decided only when no question is needed (C04)."""
    own, team = _circles(ctx)
    context = focus_of(ctx.session, ctx.sender.id, ctx.now)
    return index_of(ctx).find(text, own=own, team=team, context=context)


def customers_in(ctx: Context, text: str) -> tuple[tuple[tuple[int, int], Resolution], ...]:
    """Return the customers named inside a sentence, in order."""
    own, team = _circles(ctx)
    context = focus_of(ctx.session, ctx.sender.id, ctx.now)
    return index_of(ctx).mentions(text, own=own, team=team, context=context)


def speak_of(ctx: Context, customer_id: str) -> None:
    """Remember the customer this person is speaking of."""
    set_focus(ctx.session, ctx.sender.id, customer_id, ctx.now)


def times_in(ctx: Context, text: str, *, past: bool = False) -> tuple[TimeMatch, ...]:
    """Return every time expression; names of customers are masked first (convention 10)."""
    return parse_times(text, now=ctx.now, calendar=ctx.calendar, names=_names_in(ctx, text), past=past)


def due_in(ctx: Context, text: str) -> TimeMatch | None:
    """Return the deadline a sentence sets, if it sets one."""
    return parse_time(text, now=ctx.now, calendar=ctx.calendar, names=_names_in(ctx, text))


def _names_in(ctx: Context, text: str) -> tuple[str, ...]:
    return tuple(text[start:end] for (start, end), _ in customers_in(ctx, text))
