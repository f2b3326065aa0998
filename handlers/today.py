"""/今天, /我的: what the day is about, and what one has open, with the month's numbers (D08, P15, B11)."""

from __future__ import annotations

from dataclasses import replace

from bot import Card, Context, Reply, Shelf, command
from bot.agenda import agenda_of, numbers_of
from bot.cards.digest import agenda_card
from bot.windows import today
from models.agenda import count_visits
from models.commitment import due_overview
from models.person import sight_of


def show_counts(ctx: Context) -> Reply:
    """Answer in a group: numbers and no name; the list goes to the asker alone (J6, M11)."""
    own = sight_of(ctx.session, ctx.sender)
    ctx.whisper(show_today(replace(ctx, sight=own)))
    start, end = today(ctx)
    visits = count_visits(ctx.session, own.owners, start, end)
    due = due_overview(ctx.session, own.owners, ctx.now, ctx.calendar)
    strangers = sum(1 for person in ctx.group_people if not own.owners <= sight_of(ctx.session, person).owners)
    why = f"本群有 {strangers} 位成员无权查看个人与客户明细，已私聊发你。" if strangers else "明细已私聊发你。"
    return f"{why}群内可看：今日拜访 {visits}、承诺到期 {len(due.today)}。"


@command("今天", aliases=("今日",), help="今天要紧的事", in_group=show_counts)
def show_today(ctx: Context) -> Card:
    owners = ctx.sight.owners or frozenset({ctx.sender.id})
    return agenda_card(f"今天 {ctx.now.astimezone(ctx.zone):%m-%d}", agenda_of(ctx, ctx.sender, owners=owners))


@command("我的", aliases=("我",), help="我手上的事和这个月的数字", shelf=Shelf.SELF)
def show_mine(ctx: Context) -> Reply:
    own = frozenset({ctx.sender.id})
    agenda = replace(agenda_of(ctx, ctx.sender, owners=own), numbers=numbers_of(ctx, ctx.sender, own))
    return agenda_card("我的", agenda, quiet="手上没有没完的事。")
