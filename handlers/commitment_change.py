"""改期 in words: "跟王总说好了改到周五下班前" → repeated, confirmed, old reminders gone, everybody's card changed (J2, P05)."""

from __future__ import annotations

import re
from typing import Any, Final

from bot import NOT_MINE, Claimed, Context, NotMine, Reply, UpdateKind, UserError, action, dialogue, listen
from bot.cards.commitment_change import REASONS, ConfirmMove, PickMoved, move_asked, moved, which_promise
from bot.parse.time import TimeMatch
from bot.promise.meant import as_said, customers_of, meant
from bot.promise.told import grey_reminders, refresh_told
from bot.understand import due_in
from models.commitment import Commitment, CommitmentMove, CommitmentState, reminders, reschedule, start_clock
from models.commitment_told import Answer, told_of
from models.world import World

MOVED: Final = re.compile(
    r"改到|延到|延期到?|推迟|挪到|顺延|提前到|改期|往后推|(?:说好|同意|商量|谈好|约好).{0,6}改(?:成|为)"
)
REASON: Final = re.compile(r"(?:因为|原因[是:：]?|由于)\s*([^,，。;；]+)")
YES: Final = re.compile(r"^(?:确认|确定|对的?|好的?|是的?|可以|行|没错)(?:改期|改)?(?:吧|了)?[。.!！]?$")
NO: Final = re.compile(r"^(?:取消|算了|不改了?|先不改)[。.!！]?$")
BY_ROLE: Final = {"delivery": "交付排期", "presales": "售前排期"}


@listen("commitment.move", kinds={UpdateKind.TEXT, UpdateKind.VOICE, UpdateKind.IMAGE}, order=20)
def hear_move(ctx: Context) -> Claimed | None:
    if not MOVED.search(ctx.text):
        return None
    when = due_in(ctx, ctx.text)
    found = [one for one in meant(ctx) if one.state == CommitmentState.OPEN]
    if when is None or not found:
        return None
    return Claimed("承诺改期", lambda: _which(ctx, found, when), 1.8)


def _which(ctx: Context, found: list[Commitment], when: TimeMatch) -> Reply:
    if len(found) > 1:
        return which_promise(customers_of(ctx, found), lambda one: PickMoved(ctx.row_id, one.id), ctx.calendar.zone)
    return _ask(ctx, found[0], when)


def _ask(ctx: Context, promise: Commitment, when: TimeMatch) -> Reply:
    if when.invalid or when.due_at is None:
        raise UserError(f"「{when.text}」是哪天几点？例：改到 10-09 15:00")
    if when.due_at <= ctx.now:
        raise UserError(f"「{when.text}」已经过了，改到什么时候？")
    move = CommitmentMove(
        commitment_id=promise.id, old_due_at=promise.due_at, new_due_at=when.due_at, said=when.text.strip()[:60],
        reason=_reason(ctx, promise), asked_at=ctx.now,
    )  # fmt: skip
    ctx.session.add(move)
    ctx.session.flush()
    _take_consent(ctx, move)
    return _show(ctx, move, promise)


def _show(ctx: Context, move: CommitmentMove, promise: Commitment) -> Reply:
    ctx.talk("commitment.move", {"move": move.id})
    return move_asked(move, promise, ctx.calendar.zone)


def _reason(ctx: Context, promise: Commitment) -> str:
    """Take the reason from the words, else from who said that it cannot be done."""
    said = REASON.search(ctx.text)
    if said:
        return said[1].strip()[:100]
    refused = (told for told in told_of(ctx.session, promise.id) if told.answer == Answer.NO)
    return next((BY_ROLE.get(told.role, "") for told in refused), "")


def _take_consent(ctx: Context, move: CommitmentMove) -> bool:
    for image in ctx.update.images:
        move.consent_media = image.key
    return bool(ctx.update.images)


@dialogue("commitment.move")
def answer_move(ctx: Context, state: dict[str, Any]) -> Reply | NotMine:
    """Take a yes, a screenshot of the customer's agreement, a reason, or another time."""
    move, promise = _open_move(ctx, state["move"])
    text = ctx.text.strip()
    if NO.match(text):
        ctx.hang_up()
        return f"好，{promise.id} 不改，仍是原来的时间。"
    got_picture = _take_consent(ctx, move)
    chosen = next((reason for reason in REASONS if text and text in reason), "")
    if not move.reason and chosen:
        move.reason = chosen
        return _confirm(ctx, move, promise)
    if YES.match(text) and move.reason:
        return _confirm(ctx, move, promise)
    return _show(ctx, move, promise) if got_picture or YES.match(text) else NOT_MINE


@action(ConfirmMove)
def confirm_move(ctx: Context, press: ConfirmMove) -> Reply:
    move, promise = _open_move(ctx, press.move)
    if 0 <= press.reason < len(REASONS):
        move.reason = REASONS[press.reason]
    ctx.close_card("已确认")
    return _confirm(ctx, move, promise)


@action(PickMoved)
def pick_moved(ctx: Context, press: PickMoved) -> Reply:
    """Handle the sentence with the promise that was picked."""
    said = as_said(ctx, press.row_id)
    promise = ctx.session.get(Commitment, press.commitment)
    when = due_in(said, said.text) if said else None
    if said is None or when is None or promise is None or promise.owner_id != ctx.sender.id:
        return "这句已经处理过了。"
    if promise.state != CommitmentState.OPEN:
        return "这条承诺已经处理过了。"
    ctx.close_card(f"已选 {promise.id}")
    return _ask(said, promise, when)


def _open_move(ctx: Context, move_id: int) -> tuple[CommitmentMove, Commitment]:
    move = ctx.session.get(CommitmentMove, move_id)
    promise = ctx.session.get(Commitment, move.commitment_id) if move else None
    if move is None or promise is None or promise.owner_id != ctx.sender.id:
        raise UserError("这条承诺不是你的。")
    if move.confirmed_at is not None or promise.state != CommitmentState.OPEN:
        ctx.hang_up()
        raise UserError("这次改期已经处理过了。")
    return move, promise


def _confirm(ctx: Context, move: CommitmentMove, promise: Commitment) -> Reply:
    ctx.hang_up()
    if move.new_due_at <= ctx.now:
        raise UserError("这个时间已经过了，改到什么时候？")
    old = promise.due_at
    reschedule(ctx.session, move, now=ctx.now)
    grey_reminders(ctx, promise, "已改期")
    world = World(ctx.session, ctx.calendar, ctx.now)
    clock = start_clock(ctx.session, ctx.settings.rules.clocks["commitment_due"], promise, ctx.now, world)
    refresh_told(ctx, promise, moved_from=old)
    ctx.note(
        "commitment.rescheduled", "commitment", promise.id, old=old.isoformat(), new=promise.due_at.isoformat(),
        reason=move.reason, count=promise.reschedules,
    )  # fmt: skip
    return moved(promise, move, reminders(clock, world), ctx.calendar.zone)
