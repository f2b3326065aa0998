"""/帮助: what a person can say here, from the registry."""

from __future__ import annotations

from bot import Context, Reply, Shelf, command
from bot.cards.help import help_overview


@command("帮助", aliases=("help", "菜单", "怎么用", "你好"), help="看我能做什么", shelf=Shelf.SELF)
def show_help(ctx: Context) -> Reply:
    return help_overview(ctx.sender.name, ctx.services.registry.visible_to(ctx.sender.role))
