"""Taking back a promise: its number stays unused, its reminders end, it leaves load and closing rate (P02, P05, M10)."""

from __future__ import annotations

from sqlalchemy import select

from bot.cards.commitment import customer_words, due_words
from bot.context import Turn
from bot.undo.reversal import Deed, Reversal, reversal
from models.commitment import Commitment, CommitmentDraft, CommitmentState, undo_commitment
from models.customer import Contact, Customer
from models.event import Event
from models.overheard import Overheard, OverheardState


def _registered(turn: Turn, event: Event) -> Deed | None:
    promise = turn.session.get(Commitment, event.subject_id)
    if promise is None or promise.state == CommitmentState.UNDONE:
        return None
    ended = {CommitmentState.CLOSED: "已经闭环", CommitmentState.MISSED: "已经告知做不到"}.get(
        CommitmentState(promise.state)
    )
    return Deed(
        event, promise_words(turn, promise), subjects=(promise.subject,), blocked=(ended,) if ended else (),
    )  # fmt: skip


def promise_words(turn: Turn, promise: Commitment) -> str:
    """Return "CN-20261117-006 蓝海包装（王丽），11-18 周三 18:00 前发合同"."""
    customer = turn.session.get(Customer, promise.customer_id)
    contact = turn.session.get(Contact, promise.contact_id) if promise.contact_id else None
    due = due_words(promise.due_at, turn.calendar.zone)
    return f"{promise.id} {customer_words(customer, contact)}，{due} 前{promise.matter}"


def _undo(turn: Turn, deed: Deed) -> None:
    undo_commitment(turn.session, deed.event.subject_id, turn.now)
    query = (
        select(Overheard)
        .join(CommitmentDraft, CommitmentDraft.overheard_id == Overheard.id)
        .where(CommitmentDraft.commitment_id == deed.event.subject_id)
    )
    for heard in turn.session.scalars(query):
        heard.state = OverheardState.ASKED
    turn.session.flush()


reversal(Reversal("commitment.registered", "承诺", _registered, _undo))
