"""A promise between the sentence and its registration: what is known, what is asked, and whether the day is too full."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.cards.commitment import Warned, Who, customer_words, draft_card, questions
from bot.context import Context
from bot.parse.time import Kind, Note, TimeMatch
from bot.promise.hear import Heard, contact_row_id, last_seen
from bot.reply import Reply
from models.capacity import load_on
from models.commitment import Commitment
from models.commitment_draft import CommitmentDraft
from models.commitment_told import person_for
from models.customer import Contact, Customer, contacts_of
from models.person import ROLE_NAMES, Person, Role
from models.rules.commitment import DOERS, is_too_full, roles_for

DRAFT: Final = "commitment.draft"
DRAFT_FOR: Final = timedelta(hours=4)


def draft_from(ctx: Context, heard: Heard) -> CommitmentDraft:
    """Store what was heard as a draft; of several people that fit none is chosen (C04)."""
    draft = CommitmentDraft(
        owner_id=ctx.sender.id, said=heard.text, called=heard.called[:40], matter=heard.matter, basis_note=heard.recording,
        created_at=ctx.now, choices=[], offers=[], doubt="", when_said="", seen_load=0.0,
    )  # fmt: skip
    person = heard.person.decided
    if heard.customer is not None and heard.customer.decided:
        draft.customer_id = heard.customer.decided.id
        draft.contact_id = contact_row_id(person) if person else None
    elif person is not None:
        draft.customer_id, draft.contact_id = person.customer_id, contact_row_id(person)
    else:
        draft.choices = [[one.customer_id, contact_row_id(one)] for one in heard.person.candidates]
    put_time(draft, heard.due, ctx.now)
    ctx.session.add(draft)
    ctx.session.flush()
    return draft


def show(ctx: Context, draft: CommitmentDraft) -> Reply:
    """Ask what is open, or repeat the draft; the next words of this person are about it."""
    ctx.talk(DRAFT, {"draft": draft.id}, timeout=DRAFT_FOR)
    if not draft.is_settled:
        return questions(draft, people(ctx, draft), ctx.calendar)
    warned = too_full(ctx, draft)
    draft.seen_load = max(draft.seen_load, warned.share) if warned else draft.seen_load
    told = [(ROLE_NAMES[Role(role)], person.name) for role, person in to_tell(ctx, draft.matter)]
    return draft_card(draft, customer_of(ctx, draft), told, warned, ctx.calendar.zone)


def people(ctx: Context, draft: CommitmentDraft) -> list[Who]:
    """Return who may be meant, as the question lists them."""
    seen = last_seen(ctx, {customer for customer, _ in draft.choices})
    found = []
    for customer_id, contact_id in draft.choices:
        customer, contact = ctx.session.get(Customer, customer_id), ctx.session.get(Contact, contact_id)
        if customer is not None and contact is not None:
            hint = _ago(seen[customer_id], ctx) if customer_id in seen else ""
            found.append(Who(contact.name, customer.label, hint))
    return found


def _ago(at: datetime, ctx: Context) -> str:
    days = (ctx.calendar.local_date(ctx.now) - ctx.calendar.local_date(at)).days
    return "你今天见过" if days <= 0 else f"你 {days} 天前见过"


def customer_of(ctx: Context, row: CommitmentDraft | Commitment) -> str:
    """Return "华东机械（王建国）": the contact that was named, else the first one of the customer."""
    assert row.customer_id is not None
    contact = ctx.session.get(Contact, row.contact_id) if row.contact_id else None
    if contact is None:
        contact = next(iter(contacts_of(ctx.session, row.customer_id)), None)
    return customer_words(ctx.session.get(Customer, row.customer_id), contact)


def to_tell(ctx: Context, matter: str) -> list[tuple[str, Person]]:
    """Return whom a promise is told to: one person a role, nobody twice (P03)."""
    found: dict[str, tuple[str, Person]] = {}
    for role in roles_for(matter):
        person = person_for(ctx.session, role, ctx.sender.id)
        if person is not None:
            found.setdefault(person.id, (role, person))
    return list(found.values())


def too_full(ctx: Context, draft: CommitmentDraft) -> Warned | None:
    """Return the warning that the doer's day is too full, if it is (P08, M9)."""
    assert draft.due_at is not None
    rules = ctx.settings.rules.commitment
    day = ctx.calendar.local_date(draft.due_at)
    for role, person in to_tell(ctx, draft.matter):
        if role not in DOERS:
            continue
        load = load_on(ctx.session, person.id, day, ctx.calendar, place=rules.place)
        if is_too_full(load.share, rules.place, rules.full_load):
            return Warned(person.name, draft.due_at, load.share)
    return None


def put_time(draft: CommitmentDraft, match: TimeMatch | None, now: datetime) -> None:
    """Write a time into a draft: settled, or in doubt with what may be picked instead."""
    draft.offers, draft.doubt = [], ""
    if match is None:
        draft.due_at, draft.doubt = None, "missing"
        return
    draft.when_said = match.text.strip()[:60]
    if match.invalid or match.kind in {Kind.VAGUE, Kind.RECURRING} or match.due_at is None:
        draft.due_at, draft.doubt = None, "invalid" if match.invalid else "vague"
        return
    draft.due_at = match.due_at
    others = [other.due_at for other in match.alternatives if other.due_at and other.due_at > now]
    if match.note is Note.RELATIVE:
        draft.doubt = "relative"
    elif match.due_at <= now:
        draft.doubt = "past"
    elif match.note is Note.HOLIDAY:
        draft.doubt = "holiday"
    elif match.ambiguous:
        draft.doubt = "several"
    if draft.doubt:
        draft.offers = [at.isoformat() for at in others[:2]]
