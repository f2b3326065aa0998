"""/绑定本群: the group one stands in becomes a place for announcements."""

from __future__ import annotations

from typing import Final

from bot import Context, Reply, Shelf, command
from bot.cards.group import ONLY_IN_A_GROUP, group_bound, purpose_wanted
from models.group import bind_group, group_of
from models.person import LEADERS, Role

PURPOSES: Final = {"销售": "sales", "总部": "hq"}


@command(
    "绑定本群",
    aliases=("绑定群",),
    help="让群通知发到本群",
    usage="/绑定本群 销售",
    positional=("purpose",),
    roles=(*LEADERS, Role.ADMIN),
    shelf=Shelf.SELF,
)
def bind_this_group(ctx: Context) -> Reply:
    if not ctx.is_group:
        return ONLY_IN_A_GROUP
    update = ctx.update
    known = group_of(ctx.session, update.platform, update.chat.id)
    said = ctx.args.rest.strip() if ctx.args else ""
    purpose = PURPOSES.get(said) or (known.purpose if known and not said else None)
    if purpose is None:
        return purpose_wanted(PURPOSES)
    row = bind_group(ctx.session, update.platform, update.chat.id, update.reply_to.get("title", ""), purpose)
    ctx.note("group_bound", "group", row.id, platform=update.platform, purpose=purpose)
    shown = next(word for word, meant in PURPOSES.items() if meant == purpose)
    return group_bound(row.name, shown, row.conversation_id)
