"""Keeping a promise: "样品寄了 SF1390021" with a screenshot, 已完成, 再给我2小时, 做不到了 (P05, J2)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final

from bot import NOT_MINE, Claimed, Context, NotMine, Reply, UpdateKind, UserError, action, dialogue, listen
from bot.cards.commitment import short_words
from bot.cards.commitment_change import PickClosed, closed_words, given_up_for_manager, nothing_open, which_promise
from bot.cards.commitment_due import CannotDo, MarkDone, TwoMoreHours
from bot.promise.draft import customer_of
from bot.promise.meant import as_said, customers_of, meant, named, says_what
from bot.promise.proof import waybill_in
from bot.promise.told import grey_reminders, refresh_told
from bot.windows import month_so_far
from models.commitment import Commitment, CommitmentState, close, give_up, open_of
from models.deadline import change_deadline, deadlines_of
from models.metric import Scope, take_snapshot
from models.person import managers_of
from models.rules.running import pause
from models.world import World

DONE: Final = re.compile(
    r"(?:寄|发|送|交|装|做|开|付|办|修|换|派|调试|安装|培训|演示|完成|交付)(?:好|完|出|过去|出去|到|掉)*了|已经?(?:寄|发|送|交|装|做|开|付|完成|办)"
    r"|搞定|已闭环|闭环了?$|都?弄好了|完成了?$|(?:寄|发|送|交|开|派|装)(?:好|出|过)?(?:给|到|去)[^,，。；;、！!？?\s]{1,16}了(?=$|[,，。！!\s])"
)
NOT_DONE: Final = re.compile(r"[?？]|吗|没有?(?:寄|发|送|交|装|做|开|付|办|完成)|还没|未|客户(?:已经?)?(?:寄|发|付|签)")
GRACE: Final = timedelta(hours=2)
REMIND_BEFORE: Final = timedelta(minutes=15)
MIN_REASON: Final = 2
SHORT: Final = 12
SENTENCE: Final = 30
UNLIKELY: Final = 0.3
"""How sure it is that a sentence about something done is meant for promises when none fits: anything else goes first."""
ENDED_WORDS: Final = {
    CommitmentState.CLOSED: "已经闭环了，不用再管。",
    CommitmentState.MISSED: "已经记为做不到了。",
    CommitmentState.UNDONE: "已经撤销了。",
}


@listen("commitment.close", kinds={UpdateKind.TEXT, UpdateKind.VOICE, UpdateKind.IMAGE}, order=25)
def hear_done(ctx: Context) -> Claimed | None:
    text = ctx.text
    if not DONE.search(text) or NOT_DONE.search(text) or not (says_what(text) or named(ctx)):
        return None
    found = [one for one in meant(ctx) if one.state == CommitmentState.OPEN]
    if not found:
        return Claimed("承诺闭环", lambda: _nothing_open(ctx), UNLIKELY) if len(ctx.text) <= SENTENCE else None
    return Claimed("承诺闭环", lambda: _which(ctx, found), _confidence(ctx))


def _nothing_open(ctx: Context) -> Reply:
    """Say that nothing promised fits what was done, and what is open."""
    ended = [one for one in named(ctx) if one.state != CommitmentState.OPEN]
    if ended:
        return f"{ended[0].id} {ENDED_WORDS[CommitmentState(ended[0].state)]}"
    return nothing_open(customers_of(ctx, open_of(ctx.session, ctx.sender.id)), ctx.calendar.zone)


def _confidence(ctx: Context) -> float:
    """Say how surely a sentence is about a promise: a short one, or one with a number, even while a visit is open."""
    plain = len(ctx.text) <= SHORT or bool(waybill_in(ctx.text)) or bool(named(ctx))
    return 1.8 if plain else 0.9


def _which(ctx: Context, found: list[Commitment]) -> Reply:
    if len(found) > 1:
        return which_promise(customers_of(ctx, found), lambda one: PickClosed(ctx.row_id, one.id), ctx.calendar.zone)
    return _close(ctx, found[0])


@action(PickClosed)
def pick_closed(ctx: Context, press: PickClosed) -> Reply:
    """Handle the sentence with the promise that was picked."""
    said = as_said(ctx, press.row_id)
    if said is None:
        return "这句已经处理过了。"
    promise = _own_open(ctx, press.commitment)
    ctx.close_card(f"已选 {promise.id}")
    return _close(said, promise)


@action(MarkDone)
def mark_done(ctx: Context, press: MarkDone) -> Reply:
    return _close(ctx, _own_open(ctx, press.commitment))


def _close(ctx: Context, promise: Commitment) -> Reply:
    """Close a promise with what proves it; everybody's cards follow."""
    promise.waybill = waybill_in(ctx.text)
    for image in ctx.update.images:
        promise.proof_media = image.key
    close(ctx.session, promise, at=ctx.update.at)
    grey_reminders(ctx, promise, "已闭环")
    refresh_told(ctx, promise)
    ctx.note(
        "commitment.closed", "commitment", promise.id,
        waybill=promise.waybill, media=promise.proof_media, in_time=ctx.update.at <= promise.due_at,
    )  # fmt: skip
    scope = Scope(frozenset({ctx.sender.id}), *month_so_far(ctx))
    rate = take_snapshot(ctx.session, "promise_kept", scope, now=ctx.now, viewer_id=ctx.sender.id)
    return closed_words(promise, rate.fraction)


# -- more time ---------------------------------------------------------------------------------------------------------


@action(TwoMoreHours)
def two_more_hours(ctx: Context, press: TwoMoreHours) -> Reply:
    """Hold the escalation back for two hours, once; what the customer was told stays what it was."""
    promise = _own_open(ctx, press.commitment)
    if promise.grace_until is not None:
        return "已经延过一次了。做完回我一句；做不到就点「做不到了」，早点告诉客户。"
    promise.grace_until = ctx.now + GRACE
    world = World(ctx.session, ctx.calendar, ctx.now)
    span = (ctx.now, promise.grace_until)
    for deadline in deadlines_of(ctx.session, promise.subject):
        if len(deadline.running.taken) < len(deadline.running.clock.steps):
            change_deadline(
                ctx.session, deadline, lambda running: pause(running, span, ctx.sender.id, "再给2小时"), world
            )
    ctx.close_card("再给 2 小时")
    ctx.note("commitment.grace", "commitment", promise.id, until_at=promise.grace_until.isoformat())
    until = short_words(promise.grace_until, ctx.calendar.zone)
    ctx.send(
        ctx.sender.id, f"⏰ {promise.id} {promise.matter}：你说 {until} 前完成，还有 15 分钟。", key=f"P05:grace:{promise.id}",
        subject=str(promise.subject), rule="P05", at=promise.grace_until - REMIND_BEFORE,
    )  # fmt: skip
    return f"好，{until} 前完成。对客户的期限没有变，按逾期记；到点没闭环会请主管看。"


# -- not kept ----------------------------------------------------------------------------------------------------------


@action(CannotDo)
def cannot_do(ctx: Context, press: CannotDo) -> Reply:
    promise = _own_open(ctx, press.commitment)
    ctx.talk("commitment.cannot", {"commitment": promise.id}, free_text=True)
    return f"{promise.id} 做不到了，原因是？（一句话，主管可见；只是要晚几天就回「改到…」）"


@dialogue("commitment.cannot")
def take_reason(ctx: Context, state: dict[str, Any]) -> Reply | NotMine:
    """Take the reason why a promise will not be kept; a new time instead is a move, not a reason."""
    text = ctx.text.strip()
    if ctx.update.kind not in {UpdateKind.TEXT, UpdateKind.VOICE} or re.search(r"改到|延到|推迟|改期", text):
        return NOT_MINE
    if text in {"取消", "算了"}:
        ctx.hang_up()
        return "好，这条还算着。"
    if len(text) < MIN_REASON:
        return "再多说两个字，比如「客户停产了，不要了」。"
    promise = _own_open(ctx, state["commitment"])
    ctx.hang_up()
    give_up(ctx.session, promise, text[:200], now=ctx.now)
    grey_reminders(ctx, promise, "做不到了")
    refresh_told(ctx, promise)
    ctx.note("commitment.missed", "commitment", promise.id, reason=promise.reason)
    for manager in managers_of(ctx.session, ctx.sender.id)[:1]:
        card = given_up_for_manager(ctx.sender.name, promise, customer_of(ctx, promise), ctx.calendar.zone)
        ctx.send(manager.id, card, key=f"P05:missed:{promise.id}", subject=str(promise.subject), rule="P05")
    return f"已记：{promise.id} 做不到，原因已给主管。别忘了跟客户说一声。"


def _own_open(ctx: Context, commitment_id: str) -> Commitment:
    promise = ctx.session.get(Commitment, commitment_id)
    if promise is None or promise.owner_id != ctx.sender.id:
        raise UserError("这条承诺不是你的。")
    words = ENDED_WORDS.get(CommitmentState(promise.state))
    if words:
        ctx.close_card(words)
        raise UserError(f"{promise.id} {words}")
    return promise
