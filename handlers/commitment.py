"""承诺 …: register a promise to a customer, from a command, a plain sentence or a note (P01, P02, M8); 承诺 今天 lists (P15)."""

from __future__ import annotations

from bot import Claimed, Context, Reply, Shelf, UpdateKind, UserError, action, command, listen
from bot.cards.commitment import NotAPromise, RegisterOverheard
from bot.cards.customer import which_customer
from bot.promise.draft import draft_from, show, too_full
from bot.promise.hear import SURE_ENOUGH, Heard, hear_promise, sounds_like_a_promise
from bot.promise.register import register_draft
from models.overheard import Overheard, OverheardState
from models.person import Role

WHO_PROMISES = frozenset(Role) - {Role.OUTSIDER, Role.STORE, Role.HQ}


@command(
    "承诺", aliases=("登记承诺", "promise"), help="登记对客户的承诺，到期提醒", usage="承诺 周五前给华东机械寄样品", shelf=Shelf.RECORD,
    keys={"客户": "customer", "事项": "matter", "时间": "due", "期限": "due", "依据": "basis"},
    roles=WHO_PROMISES,
)  # fmt: skip
def record_commitment(ctx: Context) -> Reply:
    said = ctx.args.rest.strip() if ctx.args else ""
    if not said:
        raise UserError("承诺什么？例：承诺 周五前给华东机械寄样品。看到期的：承诺 今天")
    return _take(ctx, hear_promise(ctx, said), explicit=True)


@listen("commitment.sentence", kinds={UpdateKind.TEXT, UpdateKind.VOICE}, order=40)
def hear_sentence(ctx: Context) -> Claimed | None:
    if Role(ctx.sender.role) not in WHO_PROMISES or not ctx.text:
        return None
    heard = hear_promise(ctx, ctx.text)
    confidence = sounds_like_a_promise(ctx, heard)
    if confidence < SURE_ENOUGH:
        return None
    return Claimed("登记承诺", lambda: _take(ctx, heard, explicit=False), confidence)


def _take(ctx: Context, heard: Heard, *, explicit: bool) -> Reply:
    """Make a draft of what was heard; register at once what was commanded and leaves nothing to ask."""
    if heard.customer is not None and heard.customer.decided is None and heard.customer.candidates:
        start, end = heard.customer.span or (0, len(heard.text))
        return which_customer(heard.text[start:end], heard.customer, ctx.row_id)
    draft = draft_from(ctx, heard)
    if explicit and draft.is_settled and too_full(ctx, draft) is None:
        return register_draft(ctx, draft)
    return show(ctx, draft)


@action(RegisterOverheard)
def register_overheard(ctx: Context, press: RegisterOverheard) -> Reply:
    row = _overheard(ctx, press.overheard)
    draft = draft_from(ctx, hear_promise(ctx, row.sentence))
    draft.customer_id, draft.overheard_id, draft.choices = row.customer_id, row.id, []
    ctx.close_card("正在登记")
    return show(ctx, draft)


@action(NotAPromise)
def not_a_promise(ctx: Context, press: NotAPromise) -> Reply:
    row = _overheard(ctx, press.overheard)
    row.state = OverheardState.NOT_A_PROMISE
    ctx.note("promise.denied", "overheard", str(row.id))
    ctx.close_card("不是承诺")
    return "好，这句以后不再问。"


def _overheard(ctx: Context, overheard_id: int) -> Overheard:
    row = ctx.session.get(Overheard, overheard_id)
    if row is None or row.person_id != ctx.sender.id:
        raise UserError("这句不是你写的。")
    if row.state != OverheardState.ASKED:
        raise UserError("这句已经处理过了。")
    return row
