"""/今天, /我的: what the day is about, and what one has open, with the month's numbers (D08, P15, B11)."""

from __future__ import annotations

from dataclasses import replace

from bot import Context, Reply, Shelf, command
from bot.agenda import agenda_of, numbers_of
from bot.cards.digest import agenda_card


@command("今天", aliases=("今日",), help="今天要紧的事")
def show_today(ctx: Context) -> Reply:
    owners = ctx.sight.owners or frozenset({ctx.sender.id})
    return agenda_card(f"今天 {ctx.now.astimezone(ctx.zone):%m-%d}", agenda_of(ctx, ctx.sender, owners=owners))


@command("我的", aliases=("我",), help="我手上的事和这个月的数字", shelf=Shelf.SELF)
def show_mine(ctx: Context) -> Reply:
    own = frozenset({ctx.sender.id})
    agenda = replace(agenda_of(ctx, ctx.sender, owners=own), numbers=numbers_of(ctx, ctx.sender, own))
    return agenda_card("我的", agenda, quiet="手上没有没完的事。")
