"""Read a promise in a sentence: who, what, by when, on what ground (P01, M18)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select

from bot.context import Context
from bot.parse import person
from bot.parse.action import By, find_actions
from bot.parse.customer import Resolution
from bot.parse.signal import Strength, mine_promises
from bot.parse.text import clean
from bot.parse.time import Kind, TimeMatch
from bot.understand import customers_in, due_in
from models.customer import Contact, Customer
from models.person import Person
from models.visit import Visit, VisitState

_GAP: Final = "\x00"
_LEAD: Final = re.compile(
    rf"(?:答应了?|承诺了?|保证|许诺了?|说好了?|约好了?|我们?|咱们?|跟|给|向|为|帮|替|对|和|与|在|于|到|赶在)*{_GAP}+"
    r"(?:那边的?|这边的?|他们的?|的)?(?!\w{0,1}后)"
)
_OPENING: Final = re.compile(
    r"^(?:登记|记一下|记下|一下|已经?|我们?|咱们?|答应了?|承诺了?|保证|许诺了?|说好了?|会|要|得|将|需要?|必须|一定|务必|尽快|客户|他们|对方|给客户|给他们?|[\s,，。.:：;；、!！前内])+"
)
_CLOSING: Final = re.compile(r"[\s,，。.;；、!！~～]+$|(?:啊|呀|吧|哈|哦|了)$")
RECORDING: Final = re.compile(
    r"(?:依据\s?[:：是为]?\s?)?(?:通话|电话)?录音(?:编号|号)?\s?[:：]?\s?([A-Za-z0-9][A-Za-z0-9_-]{1,39})"
)
_QUESTION: Final = re.compile(r"[?？]|吗[。!！]?$|呢$|是否|能不能|要不要|什么时候")
_MOVED: Final = re.compile(r"改到|改成|改为|延到|延期|推迟|挪到|顺延|提前到|改期")
_DONE: Final = re.compile(
    r"(?:寄|发|送|交|装|做|开|付|调试|完成|办)(?:好|完|出|过去|出去)?了|已经?(?:寄|发|送|交|装|做|开|付|完成)|搞定"
)
_OTHERS_TURN: Final = re.compile(
    r"^\s*(?:客户|对方|他们?|她们?|[一-龥]{1,3}(?:总|经理|工))(?:说|要|会|让|答应|承诺|想|希望|计划|打算|明天|下周|\d)"
)
SURE_ENOUGH: Final = 0.5
SPOKEN: Final = re.compile(r"答应|承诺|保证|许诺|说好|约好")
_TO_SOMEBODY: Final = re.compile(r"(?:给|跟|向|为|帮|替)(?:客户|他们?|她们?|对方|甲方)")


@dataclass(frozen=True, slots=True)
class Heard:
    """What a sentence says of a promise; anything may be missing."""

    text: str
    customer: Resolution | None
    called: str
    person: person.PersonResolution
    due: TimeMatch | None
    matter: str
    recording: str


def hear_promise(ctx: Context, said: str) -> Heard:
    """Read a promise; nothing is decided here that needs a question."""
    text = clean(said)
    recording = RECORDING.search(text)
    plain = _blank(text, [recording.span()]) if recording else text
    mentions = customers_in(ctx, plain)
    due = due_in(ctx, plain)
    calls = person.calls_in(plain)
    customer = mentions[0][1] if mentions else None
    somebody = _person_in(ctx, plain, customer.decided.id if customer and customer.decided else None)
    spans = [span for span, _ in mentions[:1]] + ([due.span] if due else []) + [call.span for call in calls[:1]]
    spans += [(at.start(), at.end()) for one in somebody.candidates for at in re.finditer(re.escape(one.name), plain)]
    return Heard(
        text=text,
        customer=customer,
        called=plain[slice(*calls[0].span)] if calls else "",
        person=somebody,
        due=due,
        matter=matter_in(plain, spans),
        recording=recording[1] if recording else "",
    )


def matter_in(text: str, spans: list[tuple[int, int]]) -> str:
    """Return what is promised: the sentence without the time, the customer, the person and the words around them."""
    marked = _blank(text, spans)
    bare = _LEAD.sub("", marked).replace(_GAP, "")
    bare = re.sub(r"\s+", " ", bare).strip()
    before = None
    while bare != before:
        before = bare
        bare = _CLOSING.sub("", _OPENING.sub("", bare)).strip()
    return bare[:200]


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    signs = list(text)
    for start, end in spans:
        signs[start:end] = [_GAP] * (end - start)
    return "".join(signs)


def sounds_like_a_promise(ctx: Context, heard: Heard) -> float:
    """Return how surely a plain sentence is a promise of ours to a customer, 0 to 1; below 0.5 it is not taken."""
    text = heard.text
    if _QUESTION.search(text) or _MOVED.search(text) or _DONE.search(text) or heard.due is None:
        return 0.0
    if heard.due.kind in {Kind.RECURRING, Kind.DURATION} or (_OTHERS_TURN.search(text) and not SPOKEN.search(text)):
        return 0.0
    mined = mine_promises(text)
    if any(promise.strength is Strength.SAID for promise in mined):
        return 0.95
    ours = any(hit.action.by is By.US and hit.action.outward for hit in find_actions(text))
    to_somebody = bool(heard.called or heard.customer or _TO_SOMEBODY.search(text))
    if not (ours and to_somebody):
        return 0.0
    return 0.6 if _has_open_visit(ctx) else 0.9


def _has_open_visit(ctx: Context) -> bool:
    since = ctx.now - timedelta(days=1)
    query = select(Visit.id).where(
        Visit.owner_id == ctx.sender.id, Visit.state == VisitState.OPEN, Visit.started_at > since
    )
    return ctx.session.scalar(query.limit(1)) is not None


# -- people at customers -----------------------------------------------------------------------------------------------


def _person_in(ctx: Context, text: str, customer_id: str | None) -> person.PersonResolution:
    pool = _contacts(ctx, customer_id)
    seen = last_seen(ctx, {one.customer_id for one in pool})
    by_contact = {one.id: seen[one.customer_id] for one in pool if one.customer_id in seen}
    return person.find_contact(text, pool, customer=customer_id, last_seen=by_contact)


def _contacts(ctx: Context, customer_id: str | None) -> list[person.Contact]:
    """Contacts of one customer, or of everybody this person and his colleagues look after, his own customers first."""
    query = (
        select(Contact, Customer.owner_id).join(Customer).where(Contact.left.is_(False), Customer.archived.is_(False))
    )
    if customer_id is not None:
        query = query.where(Contact.customer_id == customer_id)
    else:
        team = select(Person.id).where(Person.manager_id == ctx.sender.manager_id) if ctx.sender.manager_id else ()
        query = query.where((Customer.owner_id == ctx.sender.id) | Customer.owner_id.in_(team))
    found = ctx.session.execute(query).all()
    rows = sorted(found, key=lambda row: (row[1] != ctx.sender.id, row[0].id))
    return [
        person.Contact(f"{place:06d}:{row.id}", row.customer_id, row.name, row.title, row.role)
        for place, (row, _) in enumerate(rows)
    ]


def contact_row_id(contact: person.Contact) -> int:
    """Return the row of a contact that `hear_promise` found."""
    return int(contact.id.partition(":")[2])


def last_seen(ctx: Context, customers: set[str]) -> dict[str, datetime]:
    """Return when the speaker last visited each of the customers (aware UTC)."""
    query = (
        select(Visit.customer_id, func.max(Visit.happened_at))
        .where(Visit.owner_id == ctx.sender.id, Visit.customer_id.in_(customers), Visit.state == VisitState.DONE)
        .group_by(Visit.customer_id)
    )
    return {customer: at for customer, at in ctx.session.execute(query)}  # noqa: C416  # rows are not pairs to mypy
