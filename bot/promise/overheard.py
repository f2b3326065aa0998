"""Promises overheard in notes: asked about once, by a card any handler may show (M8)."""

from __future__ import annotations

from bot.cards.commitment import overheard_card
from bot.context import Context
from bot.parse.signal import mine_promises
from bot.promise.meant import deeds_in
from bot.reply import Card
from models.commitment import open_of
from models.overheard import overhear


def offer_to_register(ctx: Context, text: str, customer_id: str, source: str) -> list[Card]:
    """Ask about the promises in a note that nobody registered (M8), at most three, each sentence once and never again.

    What the speaker has registered for this customer already is not asked about. `source` names the note ("visit:V-…",
    "daily_report:…"); the cards go into the handler's reply or through `ctx.whisper`.
    """
    cards = []
    known = [one for one in open_of(ctx.session, ctx.sender.id) if one.customer_id == customer_id]
    for promise in mine_promises(text)[:3]:
        if any(deeds_in(one.matter) & deeds_in(promise.text) for one in known):
            continue
        row = overhear(
            ctx.session,
            person_id=ctx.sender.id,
            customer_id=customer_id,
            sentence=promise.text,
            source=source,
            now=ctx.now,
        )
        if row is not None:
            ctx.note("promise.overheard", "overheard", str(row.id), sentence=promise.text, source=source)
            cards.append(overheard_card(row.id, promise.text))
    return cards
