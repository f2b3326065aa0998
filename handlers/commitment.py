"""承诺 …: register a promise to a customer, from a command, a plain sentence or a note (P01, P02, M8); 承诺 今天 lists (P15)."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from bot import Claimed, Context, Reply, Shelf, UpdateKind, UserError, action, command, listen
from bot.cards.commitment import NotAPromise, RegisterOverheard
from bot.cards.commitment_list import Naming, day_list, open_list, whole_story
from bot.cards.commitment_told import answer_words
from bot.cards.customer import which_customer
from bot.footnote import footnotes
from bot.parse.code import find_codes
from bot.promise.draft import draft_from, show, too_full
from bot.promise.hear import SURE_ENOUGH, Heard, hear_promise, sounds_like_a_promise
from bot.promise.register import register_draft
from models.chat import masked_copy_of
from models.commitment import due_overview, moves_of, open_of
from models.commitment_told import told_of, visible
from models.customer import Customer
from models.overheard import Overheard, OverheardState
from models.person import Person, Role

TODAY = frozenset({"今天", "今日", "今天的", "清单"})
MINE = frozenset({"我的", "未结", "全部", "列表"})
WHO_PROMISES = frozenset(Role) - {Role.OUTSIDER, Role.STORE, Role.HQ}


@command(
    "承诺", aliases=("登记承诺", "promise"), help="登记对客户的承诺，到期提醒", usage="承诺 周五前给华东机械寄样品；承诺 今天；承诺 CN-…", shelf=Shelf.RECORD,
    keys={"客户": "customer", "事项": "matter", "时间": "due", "期限": "due", "依据": "basis"},
    roles=WHO_PROMISES,
)  # fmt: skip
def record_commitment(ctx: Context) -> Reply:
    said = ctx.args.rest.strip() if ctx.args else ""
    if said in TODAY:
        return day_list(due_overview(ctx.session, ctx.sight.owners, ctx.now, ctx.calendar), _naming(ctx))
    if not said or said in MINE:
        return _open_ones(ctx, explain=not said)
    code = next((code for code in find_codes(said) if code.value == said.upper()), None)
    if code is not None:
        return _story(ctx, code.value)
    return _take(ctx, hear_promise(ctx, said), explicit=True)


def _open_ones(ctx: Context, *, explain: bool) -> Reply:
    rows = open_of(ctx.session, ctx.sender.id)
    if explain and not rows:
        raise UserError("承诺什么？例：承诺 周五前给华东机械寄样品。看到期的：承诺 今天")
    return open_list("未结承诺", rows, _naming(ctx))


def _story(ctx: Context, number: str) -> Reply:
    row = visible(ctx.session, number, ctx.sight)
    if row is None:
        raise UserError(f"没有 {number}，或者它不归你看。")
    names = {person.id: person.name for person in ctx.session.scalars(select(Person))}
    told = [
        f"{names.get(one.person_id, '')} {answer_words(one, ctx.calendar.zone) or '还没回'}"
        for one in told_of(ctx.session, row.id)
    ]
    notes = footnotes(ctx, "commitment", row.id)
    naming = replace(_naming(ctx), people=names)
    card = whole_story(row, moves_of(ctx.session, row.id), told, naming, footnotes=notes)
    original = row.proof_media or row.basis_media  # others see the masked copy
    return replace(card, image=original if row.owner_id == ctx.sender.id else masked_copy_of(ctx.session, original))


def _naming(ctx: Context) -> Naming:
    """Return the names a list needs; people are named where several may appear."""
    several = len(ctx.sight.owners) > 1
    people = {person.id: person.name for person in ctx.session.scalars(select(Person))} if several else {}
    customers = {customer.id: customer.label for customer in ctx.session.scalars(select(Customer))}
    return Naming(people, customers, ctx.calendar.zone)


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
    if row is None:
        raise UserError("写这句的记录已经撤销了。")
    if row.person_id != ctx.sender.id:
        raise UserError("这句不是你写的。")
    if row.state != OverheardState.ASKED:
        raise UserError("这句已经处理过了。")
    return row
