"""Taking back what was done with a promise: its registration, a new time, its end (P02, P05, M10)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from bot.cards.commitment import customer_words, due_words, short_words
from bot.context import Context
from bot.promise.told import refresh_told
from bot.undo.reversal import Deed, Reversal, reversal
from models.commitment import (
    Commitment,
    CommitmentState,
    undo_close,
    undo_commitment,
    undo_reschedule,
)
from models.commitment_draft import CommitmentDraft
from models.customer import Contact, Customer
from models.deadline import reopen_deadline
from models.event import Event
from models.overheard import Overheard, OverheardState
from models.world import World

ENDED = {CommitmentState.CLOSED: "已经闭环", CommitmentState.MISSED: "已经告知做不到"}


def promise_words(ctx: Context, promise: Commitment) -> str:
    """Return "CN-20261117-006 蓝海包装（王丽），11-18 周三 18:00 前发合同"."""
    customer = ctx.session.get(Customer, promise.customer_id)
    contact = ctx.session.get(Contact, promise.contact_id) if promise.contact_id else None
    due = due_words(promise.due_at, ctx.calendar.zone)
    return f"{promise.id} {customer_words(customer, contact)}，{due} 前{promise.matter}"


def _blocked(promise: Commitment) -> tuple[str, ...]:
    ended = ENDED.get(CommitmentState(promise.state))
    return (ended,) if ended else ()


def _registered(ctx: Context, event: Event) -> Deed | None:
    promise = ctx.session.get(Commitment, event.subject_id)
    if promise is None or promise.state == CommitmentState.UNDONE:
        return None
    return Deed(event, promise_words(ctx, promise), subjects=(promise.subject,), blocked=_blocked(promise))


def _moved(ctx: Context, event: Event) -> Deed | None:
    promise = ctx.session.get(Commitment, event.subject_id)
    if promise is None or promise.state == CommitmentState.UNDONE:
        return None
    old, new = (short_words(_instant(event.data[name]), ctx.calendar.zone) for name in ("old", "new"))
    label = f"{promise.id} 的改期（{old} → {new}）"
    also = (f"期限回到 {old}，改期少计一次",)
    return Deed(event, label, subjects=(promise.subject,), also=also, blocked=_blocked(promise))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _ended(ctx: Context, event: Event) -> Deed | None:
    promise = ctx.session.get(Commitment, event.subject_id)
    if promise is None or promise.state not in ENDED:
        return None
    what = "闭环" if promise.state == CommitmentState.CLOSED else "「做不到」"
    label = f"{promise.id} {promise.matter} 的{what}"
    return Deed(event, label, subjects=(promise.subject,), also=("承诺重新打开，提醒照旧",))


def _undo_registered(ctx: Context, deed: Deed) -> None:
    undo_commitment(ctx.session, deed.event.subject_id, ctx.now)
    query = (
        select(Overheard)
        .join(CommitmentDraft, CommitmentDraft.overheard_id == Overheard.id)
        .where(CommitmentDraft.commitment_id == deed.event.subject_id)
    )
    for heard in ctx.session.scalars(query):
        heard.state = OverheardState.ASKED
    ctx.session.flush()


def _undo_moved(ctx: Context, deed: Deed) -> None:
    promise = ctx.session.get_one(Commitment, deed.event.subject_id)
    undo_reschedule(ctx.session, promise, ctx.now)
    _run_again(ctx, promise, "rescheduled")


def _undo_ended(ctx: Context, deed: Deed) -> None:
    promise = ctx.session.get_one(Commitment, deed.event.subject_id)
    reason = "closed" if promise.state == CommitmentState.CLOSED else "missed"
    undo_close(ctx.session, promise)
    _run_again(ctx, promise, reason)


def _run_again(ctx: Context, promise: Commitment, stopped_for: str) -> None:
    """Let the clock that was stopped run on, and show everybody who was told what is true again."""
    reopen_deadline(ctx.session, promise.subject, stopped_for, World(ctx.session, ctx.calendar, ctx.now))
    refresh_told(ctx, promise)


reversal(Reversal("commitment.registered", "承诺", _registered, _undo_registered))
reversal(Reversal("commitment.rescheduled", "改期", _moved, _undo_moved))
reversal(Reversal("commitment.closed", "闭环", _ended, _undo_ended))
reversal(Reversal("commitment.missed", "做不到", _ended, _undo_ended))
