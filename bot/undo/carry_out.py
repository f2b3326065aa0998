"""Taking a deed back with everything it caused: clocks, pushes, other people's cards, the record itself, the log (M10)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import select

from bot.context import Context
from bot.outbox import load
from bot.reply import Card, CardState
from bot.undo.deeds import undone_kind
from bot.undo.reversal import REVERSALS, Deed
from models.chat import OutboxRow, OutboxState
from models.deadline import deadlines_of, stop_deadlines
from models.person import Person
from models.rules.escalation import step_due_at
from models.world import World


@dataclass(frozen=True, slots=True)
class Effects:
    """What taking something back would do: reminders that end, pushes that stay unsent, cards that turn grey in place."""

    reminders: int
    unsent: int
    cards: tuple[tuple[str, OutboxRow], ...]  # (whose, which)


def effects_of(ctx: Context, deed: Deed, person_id: str) -> Effects:
    """Foresee what `take_back` would do; changes nothing."""
    rows = list(_rows_about(ctx, deed))
    unsent = sum(row.state == OutboxState.WAITING for row in rows)
    cards: dict[str, tuple[str, OutboxRow]] = {}
    for row in rows:
        if row.sent_at is not None and row.person_id not in {None, person_id} and isinstance(load(row), Card):
            person = ctx.session.get(Person, row.person_id)
            cards[row.person_id or ""] = (person.name if person else "", row)
    return Effects(_reminders(ctx, deed), unsent, tuple(cards.values()))


def _reminders(ctx: Context, deed: Deed) -> int:
    """Count the reminders that are still to come."""
    world, count = World(ctx.session, ctx.calendar, ctx.now), 0
    for subject in deed.subjects:
        for deadline in deadlines_of(ctx.session, subject):
            running, around = deadline.running, world.around(deadline.owner_id)
            taken = {step.number for step in running.taken}
            ahead = [n for n, step in enumerate(running.clock.steps) if step.reminder and n not in taken]
            count += sum((step_due_at(running, n, around) or ctx.now) > ctx.now for n in ahead)
    return count


def take_back(ctx: Context, deed: Deed, by: Person, note: str) -> None:
    """Take a deed back. Nobody gets a new message: what was unsent stays unsent, what was shown turns grey with `note`."""
    for subject in deed.subjects:
        stop_deadlines(ctx.session, subject, ctx.now, "undone")
        ctx.cancel(str(subject))
    for row in [*_rows_about(ctx, deed), *_own_answers(ctx, deed)]:
        _void(ctx, row, note)
    REVERSALS[deed.event.kind].apply(ctx, deed)
    ctx.record(
        undone_kind(deed.event), deed.event.subject_kind, deed.event.subject_id,
        actor_id=by.id, event=deed.event.id, of=deed.event.kind, label=deed.label,
    )  # fmt: skip


def _rows_about(ctx: Context, deed: Deed) -> Iterator[OutboxRow]:
    """Yield what the outbox holds about a deed: nothing older than it, so that an earlier call for it stays as it was."""
    for subject in deed.subjects:
        for row in ctx.cards_about(str(subject)):
            if row.created_at >= deed.event.at:
                yield row


def _own_answers(ctx: Context, deed: Deed) -> list[OutboxRow]:
    """Return the receipts the deed was answered with."""
    query = select(OutboxRow).where(OutboxRow.cause == deed.event.cause, OutboxRow.is_push.is_(False))
    return list(ctx.session.scalars(query)) if deed.subjects and deed.event.cause else []


def _void(ctx: Context, row: OutboxRow, note: str) -> None:
    content = load(row)
    if not isinstance(content, Card) or content.state is CardState.VOID:
        return
    if row.state == OutboxState.MERGED and row.merged_into is not None:
        _void_inside(ctx, row.merged_into, content, note)
        return
    ctx.change(row.key, content.closed(note, state=CardState.VOID))


def _void_inside(ctx: Context, merged_id: int, card: Card, note: str) -> None:
    """Take one matter out of a card that several were merged into over night: its words and its buttons."""
    row = ctx.session.get(OutboxRow, merged_id)
    merged = load(row) if row is not None else None
    if row is None or not isinstance(merged, Card):
        return
    dead = {button.action for button in card.buttons}
    buttons = tuple(replace(b, disabled=b.disabled or b.action in dead) for b in merged.buttons)
    body = merged.body.replace(card.as_text(), f"【{card.title}】{note}")
    ctx.change(row.key, replace(merged, body=body, buttons=buttons))
