"""Keeping everybody's cards about a promise true: told people see it moved or ended in place, reminders turn grey."""

from __future__ import annotations

from datetime import datetime

from bot.cards.commitment_told import TellingCard, told_card
from bot.context import Context
from bot.outbox import load
from bot.promise.draft import customer_of
from bot.reply import Card
from models.commitment import Commitment
from models.commitment_told import Answer, CommitmentTold, told_of
from models.person import Person


def telling(ctx: Context, promise: Commitment, told: CommitmentTold, moved_from: datetime | None = None) -> TellingCard:
    """Collect what cards about a promise say."""
    owner = ctx.session.get(Person, promise.owner_id)
    name = owner.name if owner else promise.owner_id
    return TellingCard(promise, told, name, customer_of(ctx, promise), ctx.calendar.zone, moved_from)


def refresh_told(ctx: Context, promise: Commitment, moved_from: datetime | None = None) -> None:
    """Change the cards of everybody who was told in place; one that never went out is sent anew while it matters."""
    for told in told_of(ctx.session, promise.id):
        if moved_from is not None:
            _weigh_answer(told, promise, moved_from)
        card = told_card(telling(ctx, promise, told, moved_from))
        if not ctx.change(told.card_key, card) and moved_from is not None:
            key = f"P03:{promise.id}:{told.role}:{promise.reschedules}"
            told.card_key = ctx.send(told.person_id, card, key=key, subject=str(promise.subject), rule="P03")


def _weigh_answer(told: CommitmentTold, promise: Commitment, moved_from: datetime) -> None:
    """Keep an answer that still holds for the new time; ask again (on the same card) where it does not."""
    if told.answer == Answer.NO and told.earliest_at is not None and told.earliest_at <= promise.due_at:
        told.answer = Answer.YES
    elif promise.due_at < moved_from or told.answer == Answer.NO:
        told.answer, told.earliest_at = Answer.WAITING, None


def grey_reminders(ctx: Context, promise: Commitment, note: str) -> None:
    """Cancel what has not gone out about a promise and grey what has, but for the cards of those who were told."""
    ctx.cancel(str(promise.subject))
    told = {row.card_key for row in told_of(ctx.session, promise.id)}
    for row in ctx.cards_about(str(promise.subject)):
        content = load(row)
        if row.key not in told and isinstance(content, Card) and any(not button.disabled for button in content.buttons):
            ctx.change(row.key, content.closed(note))
