"""Registering a settled draft: the number, the clock, and everybody who is told (P02, P03, M9)."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards.commitment import registered
from bot.cards.commitment_told import TellingCard, told_card
from bot.context import Context
from bot.promise.draft import customer_of, show, to_tell, too_full
from bot.reply import Reply
from bot.understand import speak_of
from models.commitment import Commitment, reminders, start_clock
from models.commitment_draft import CommitmentDraft, register, same_open
from models.commitment_told import CommitmentTold
from models.overheard import Overheard, OverheardState
from models.world import World


def register_if_shown(ctx: Context, draft: CommitmentDraft) -> Reply:
    """Register, unless the day filled up since the draft was shown: whoever comes second sees the warning (M9)."""
    warned = too_full(ctx, draft)
    if warned is not None and warned.share > draft.seen_load:
        return show(ctx, draft)
    return register_draft(ctx, draft)


def register_draft(ctx: Context, draft: CommitmentDraft) -> Reply:
    """Register a settled draft; the same promise again only names the one there is."""
    known = same_open(ctx.session, draft)
    ctx.hang_up()
    if known is not None:
        draft.dropped = True
        return f"这条已经登记过了：{known.id}。"
    made = register(ctx.session, draft, now=ctx.now, day=ctx.calendar.local_date(ctx.now))
    if draft.overheard_id is not None:
        overheard = ctx.session.get(Overheard, draft.overheard_id)
        if overheard is not None:
            overheard.state = OverheardState.REGISTERED
    speak_of(ctx, made.customer_id)
    ctx.note(
        "commitment.registered", "commitment", made.id,
        customer=made.customer_id, matter=made.matter, due_at=made.due_at.isoformat(), complete=made.is_complete,
    )  # fmt: skip
    world = World(ctx.session, ctx.calendar, ctx.now)
    clock = start_clock(ctx.session, ctx.settings.rules.clocks["commitment_due"], made, ctx.now, world)
    told = _tell(ctx, made)
    return registered(made, customer_of(ctx, made), told, reminders(clock, world), ctx.calendar.zone)


def _tell(ctx: Context, made: Commitment) -> Sequence[str]:
    """Tell every role the matter concerns, each once (P03); returns the names."""
    names = []
    for role, person in to_tell(ctx, made.matter):
        told = CommitmentTold(commitment_id=made.id, role=role, person_id=person.id)
        ctx.session.add(told)
        ctx.session.flush()
        card = told_card(TellingCard(made, told, ctx.sender.name, customer_of(ctx, made), ctx.calendar.zone))
        told.card_key = ctx.send(
            person.id, card, key=f"P03:{made.id}:{role}", subject=f"commitment:{made.id}", rule="P03"
        )
        names.append(person.name)
    return names
