"""/排期: how full delivery is over thirty days; delivery people say how full their own days are (P08)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from bot import Context, Reply, Shelf, UserError, command
from bot.cards.schedule import booked, thirty_days
from bot.understand import due_in
from models.capacity import book, doers, load_on, loads
from models.person import Role
from models.rules.commitment import DOERS

DAYS: Final = 30
SHARE: Final = re.compile(r"(\d{1,3})\s*[%％]|(?:^|\s)(\d{1,3})\s*$")
MOST: Final = 300
NOT_FOR: Final = {Role.OUTSIDER, Role.STORE}


@command(
    "排期", aliases=("交付排期", "schedule"), help="交付未来 30 天有多满", usage="/排期（交付自己排：排期 10-08 80%）", shelf=Shelf.ASK,
    roles=frozenset(Role) - NOT_FOR,
)  # fmt: skip
def show_schedule(ctx: Context) -> Reply:
    said = ctx.args.rest.strip() if ctx.args else ""
    if SHARE.search(said):
        return _book(ctx, said)
    people = [person for person in doers(ctx.session) if not said or said in person.name]
    if not people:
        raise UserError(f"没有叫「{said}」的交付同事。" if said else "还没有交付同事。")
    first = ctx.calendar.local_date(ctx.now)
    days = [first + timedelta(days=number) for number in range(DAYS)]
    place = ctx.settings.rules.commitment.place
    found = loads(ctx.session, [person.id for person in people], days, ctx.calendar, place=place)
    by_person = [(person.name, [load for load in found if load.person_id == person.id]) for person in people]
    return thirty_days(by_person, ctx.calendar)


def _book(ctx: Context, said: str) -> Reply:
    """Take "10-08 80%" from a delivery person as how full his own day is."""
    if ctx.sender.role not in DOERS:
        raise UserError("排期由交付自己填；你可以发「/排期」看。")
    match = SHARE.search(said)
    assert match is not None
    percent = int(match[1] or match[2])
    when = due_in(ctx, said[: match.start()])
    if when is None or when.due_at is None or when.invalid:
        raise UserError("哪天排多少？例：排期 10-08 80%")
    if percent > MOST:
        raise UserError(f"{percent}% 太多了，最多记 {MOST}%。")
    day = ctx.calendar.local_date(when.due_at)
    book(ctx.session, ctx.sender.id, day, percent / 100, now=ctx.now, by=ctx.sender.id)
    ctx.note("capacity.booked", "capacity", f"{ctx.sender.id}:{day}", share=percent / 100)
    load = load_on(ctx.session, ctx.sender.id, day, ctx.calendar, place=ctx.settings.rules.commitment.place)
    return booked(day, percent / 100, load.share, load.promises)
