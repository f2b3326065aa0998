"""The draft of a promise: answered by buttons, by words like "1，10-08", by a screenshot with 「仍登记」 (J2)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, Final

from bot import NOT_MINE, Claimed, Context, NotMine, Reply, UpdateKind, UserError, action, dialogue, listen
from bot.cards.commitment import DropDraft, OtherWhen, PickWhen, PickWho, RegisterDraft
from bot.promise.answer import settle, take_basis, take_words
from bot.promise.draft import DRAFT, DRAFT_FOR, show
from bot.promise.register import register_if_shown
from models.commitment_draft import CommitmentDraft, draft_of

YES: Final = re.compile(
    r"(?i)^(?:仍|还是|就|先|直接)?(?:登记|确认|确定|好的?|对的?|都对|是的?|可以|行|没问题|继续|ok)(?:吧|了|啊|呀)?(?:并问\w+)?[。.!！]?$"
)
NO: Final = re.compile(r"^(?:取消|算了|不登记|不用登记|不是承诺|不用了|先不)(?:了|吧)?[。.!！]?$")
OTHER: Final = re.compile(r"^(?:改期|换个?时间|改时间)[。.!！]?$")
PICK: Final = re.compile(r"^[1-9①②③④⑤⑥⑦⑧⑨](?:[\s,，、;；]|$)")
LATE: Final = timedelta(minutes=30)
WHEN: Final = "几号几点之前？例：10-09 15:00"


@dialogue(DRAFT)
def answer_draft(ctx: Context, state: dict[str, Any]) -> Reply | NotMine:
    """Take words and pictures as answers about the open draft."""
    draft = ctx.session.get(CommitmentDraft, state["draft"])
    if draft is None or not draft.is_open:
        ctx.hang_up()
        return NOT_MINE
    return _answer(ctx, draft)


@listen("commitment.draft", kinds={UpdateKind.TEXT, UpdateKind.VOICE}, order=30)
def hear_late_answer(ctx: Context) -> Claimed | None:
    """Take an answer to a draft that was begun in a group, or interrupted by something else."""
    draft = draft_of(ctx.session, ctx.sender.id, ctx.now - LATE)
    text = ctx.text.strip()
    plain_yes = YES.match(text) and "登记" in text  # a bare 好的 half an hour later may be about anything
    if draft is None or not (plain_yes or (draft.choices and PICK.match(text))):
        return None

    def run() -> Reply:
        reply = _answer(ctx, draft)
        return None if isinstance(reply, NotMine) else reply

    return Claimed("承诺草稿", run, 0.8)


def _answer(ctx: Context, draft: CommitmentDraft) -> Reply | NotMine:
    text = ctx.text.strip()
    if NO.match(text):
        return _drop(ctx, draft)
    if OTHER.match(text):
        return WHEN
    took_basis = take_basis(ctx, draft)
    wants = bool(YES.match(text))
    took = wants or take_words(ctx, draft, text)
    if not (took or took_basis):
        return NOT_MINE
    return register_if_shown(ctx, draft) if wants and draft.is_settled else show(ctx, draft)


@action(PickWho)
def pick_who(ctx: Context, press: PickWho) -> Reply:
    draft = _pressed(ctx, press.draft)
    if not 0 <= press.place < len(draft.choices):
        return "请看最新的卡片。"
    draft.customer_id, draft.contact_id = draft.choices[press.place]
    ctx.close_card("已选")
    return show(ctx, draft)


@action(PickWhen)
def pick_when(ctx: Context, press: PickWhen) -> Reply:
    draft = _pressed(ctx, press.draft)
    if 0 <= press.place < len(draft.offers):
        settle(draft, datetime.fromisoformat(draft.offers[press.place]))
    elif press.place < 0 and draft.due_at is not None:
        settle(draft, draft.due_at)
    ctx.close_card("已选")
    return show(ctx, draft)


@action(OtherWhen)
def other_when(ctx: Context, press: OtherWhen) -> Reply:
    draft = _pressed(ctx, press.draft)
    ctx.talk(DRAFT, {"draft": draft.id}, timeout=DRAFT_FOR)
    return WHEN


@action(RegisterDraft)
def register_pressed(ctx: Context, press: RegisterDraft) -> Reply:
    draft = _pressed(ctx, press.draft)
    if not draft.is_settled:
        return show(ctx, draft)
    reply = register_if_shown(ctx, draft)
    ctx.close_card("已登记" if draft.commitment_id else "请看新卡片")
    return reply


@action(DropDraft)
def drop_draft(ctx: Context, press: DropDraft) -> Reply:
    return _drop(ctx, _pressed(ctx, press.draft))


def _drop(ctx: Context, draft: CommitmentDraft) -> Reply:
    draft.dropped = True
    ctx.close_card("不登记")
    ctx.hang_up()
    return "好，不登记。"


def _pressed(ctx: Context, draft_id: int) -> CommitmentDraft:
    draft = ctx.session.get(CommitmentDraft, draft_id)
    if draft is None or draft.owner_id != ctx.sender.id:
        raise UserError("这条草稿不是你的。")
    if draft.commitment_id:
        raise UserError(f"已经登记过了：{draft.commitment_id}。")
    if draft.dropped:
        raise UserError("这条草稿已经作废，请再说一次。")
    return draft
