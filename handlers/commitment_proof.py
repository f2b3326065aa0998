"""Pictures and numbers that come after the words: basis of a promise, agreement to a move, proof of its keeping (P01, P05)."""

from __future__ import annotations

from typing import Any

from bot import NOT_MINE, Claimed, Context, NotMine, Reply, UpdateKind, UserError, action, dialogue, listen
from bot.cards.commitment import AddBasis, basis_added
from bot.cards.photo import problem_sentence
from bot.promise.hear import RECORDING
from bot.promise.meant import deeds_in, named
from bot.promise.proof import waits_for_basis, waits_for_consent, waits_for_proof, waybill_in
from models.commitment import Commitment, CommitmentMove, CommitmentState

QUOTED = 0.95
SHORTLY_AFTER = 0.8


@listen("commitment.picture", kinds={UpdateKind.IMAGE}, order=45)
def hear_picture(ctx: Context) -> Claimed | None:
    """Take a picture for what was asked for a moment ago, or for the promise on the card that is quoted."""
    quoted = [one for one in named(ctx) if not (one.basis_media or one.basis_note)]
    if quoted:
        return Claimed("补承诺依据", lambda: _add_basis(ctx, quoted[0]), QUOTED)
    closed = waits_for_proof(ctx.session, ctx.sender.id, ctx.now)
    if closed is not None:
        return Claimed("补闭环凭证", lambda: _add_proof(ctx, closed), SHORTLY_AFTER)
    move = waits_for_consent(ctx.session, ctx.sender.id, ctx.now)
    if move is not None:
        return Claimed("补改期截图", lambda: _add_consent(ctx, move), SHORTLY_AFTER)
    fresh = waits_for_basis(ctx.session, ctx.sender.id, ctx.now)
    if fresh is not None:
        return Claimed("补承诺依据", lambda: _add_basis(ctx, fresh), SHORTLY_AFTER)
    return None


@listen("commitment.waybill", kinds={UpdateKind.TEXT, UpdateKind.VOICE}, order=45)
def hear_waybill(ctx: Context) -> Claimed | None:
    """Take a parcel number for the promise closed a moment ago, unless it is said of something else."""
    closed = waits_for_proof(ctx.session, ctx.sender.id, ctx.now)
    deeds = deeds_in(ctx.text)
    if closed is None or not waybill_in(ctx.text) or (deeds and not deeds & deeds_in(closed.matter)):
        return None
    return Claimed("补闭环凭证", lambda: _add_proof(ctx, closed), SHORTLY_AFTER)


@action(AddBasis)
def ask_basis(ctx: Context, press: AddBasis) -> Reply:
    promise = _own(ctx, press.commitment)
    if promise.is_complete:
        return f"{promise.id} 的依据已经有了。"
    ctx.talk("commitment.basis", {"commitment": promise.id})
    return "发一张与客户的聊天截图，或回录音编号（例：录音 A12）。"


@dialogue("commitment.basis")
def take_basis(ctx: Context, state: dict[str, Any]) -> Reply | NotMine:
    if not (ctx.update.images or RECORDING.search(ctx.text)):
        return NOT_MINE
    ctx.hang_up()
    return _add_basis(ctx, _own(ctx, state["commitment"]))


def _add_basis(ctx: Context, promise: Commitment) -> Reply:
    promise.basis_media = _picture(ctx) or promise.basis_media
    recording = RECORDING.search(ctx.text)
    if recording:
        promise.basis_note = recording[1]
    if promise.state == CommitmentState.UNDONE:
        raise UserError(f"{promise.id} 已经撤销了。")
    ctx.note("commitment.basis", "commitment", promise.id, media=promise.basis_media, recording=promise.basis_note)
    return basis_added(promise)


def _add_consent(ctx: Context, move: CommitmentMove) -> Reply:
    move.consent_media = _picture(ctx)
    ctx.note("commitment.consent", "commitment", move.commitment_id, media=move.consent_media)
    return f"✅ {move.commitment_id} 客户同意改期的截图已补。"


def _add_proof(ctx: Context, promise: Commitment) -> Reply:
    promise.proof_media = _picture(ctx)
    promise.waybill = waybill_in(ctx.text)
    ctx.note("commitment.proof", "commitment", promise.id, media=promise.proof_media, waybill=promise.waybill)
    what = f"单号 {promise.waybill} 已识别" if promise.waybill else "凭证已存"
    return f"✅ {promise.id} {what}，计入闭环率。" if promise.kept else f"✅ {promise.id} {what}。"


def _picture(ctx: Context) -> str | None:
    """Return the key of the picture that was sent; raises UserError when it cannot be opened."""
    for image in ctx.update.images:
        reading = ctx.reading(image)
        if reading is not None and reading.problem is not None:
            raise UserError(problem_sentence(reading.problem))
        return image.key
    return None


def _own(ctx: Context, commitment_id: str) -> Commitment:
    promise = ctx.session.get(Commitment, commitment_id)
    if promise is None or promise.owner_id != ctx.sender.id:
        raise UserError("这条承诺不是你的。")
    return promise
