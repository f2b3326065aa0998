"""/拜访: begin a visit, whose three pieces of evidence are place, photo and screenshot (V01, C09, M5)."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from bot import Context, Reply, Shelf, UserError, command
from bot.cards.customer import which_customer
from bot.cards.visit import Opening, local, visit_started
from bot.evidence import place_asked
from bot.understand import find_customer, speak_of
from models.customer import Customer, contacts_of
from models.person import Sight
from models.rules.code_word import word_of
from models.rules.gates import VISIT_GATE
from models.visit import done_kinds, open_visit, start_visit, visits_of_customer

CODE_FOR: Final = timedelta(minutes=10)


@command(
    "拜访", aliases=("开始拜访", "visit"), help="登记一次拜访：位置、照片、截图", usage="拜访 华东机械", shelf=Shelf.RECORD,
    positional=("customer",),
)  # fmt: skip
def record_visit(ctx: Context) -> Reply:
    said = ctx.args.rest.strip() if ctx.args else ""
    if not said:
        raise UserError("拜访哪家？例：拜访 华东机械")
    resolution = find_customer(ctx, said)
    if resolution.decided is None:
        return which_customer(said, resolution, ctx.row_id)
    customer = ctx.session.get(Customer, resolution.decided.id)
    assert customer is not None
    return _open(ctx, customer)


def _open(ctx: Context, customer: Customer) -> Reply:
    running = open_visit(ctx.session, ctx.sender.id, now=ctx.now)
    if running is not None and running.customer_id == customer.id:
        there = done_kinds(ctx.session, running.id)
        missing = "、".join(item.label for item in VISIT_GATE.missing(there)) or "复盘"
        return f"{running.id} 还开着，还差：{missing}。 {VISIT_GATE.boxes(there)}"
    day = ctx.calendar.local_date(ctx.now)
    visit = start_visit(ctx.session, owner_id=ctx.sender.id, customer_id=customer.id, now=ctx.now, day=day)
    visit.code_word, visit.code_until = _code_word(ctx, visit.id)
    speak_of(ctx, customer.id)
    ctx.note("visit.started", "visit", visit.id, customer=customer.id)
    return visit_started(
        Opening(
            visit_id=visit.id,
            customer=customer.label,
            contacts=[(contact.name, contact.title) for contact in contacts_of(ctx.session, customer.id)],
            last_time=_last_time(ctx, customer),
            code_word=visit.code_word,
            address_known=customer.lat is not None,
            asked=place_asked(ctx, visit.id),
        )
    )


def _code_word(ctx: Context, visit_id: str) -> tuple[str, datetime | None]:
    """Ask a share of the visits for a code word in the picture (M5).

    Which visits anybody can recompute from the number; the word itself nobody knows before the visit begins.
    """
    if int.from_bytes(sha256(visit_id.encode()).digest()[:4]) / 2**32 >= ctx.settings.rules.visit.code_rate:
        return "", None
    word = word_of(hmac.digest(ctx.services.secret, visit_id.encode(), "sha256"))
    return word, ctx.now + CODE_FOR


def _last_time(ctx: Context, customer: Customer) -> str:
    """One line about the visit before, if the speaker may see it (C09)."""
    sight = Sight(ctx.sender.id, ctx.sight.owners, ctx.sight.concerns)
    before = visits_of_customer(ctx.session, customer.id, sight, limit=1)
    if not before or before[0].finished_at is None:
        return ""
    about = "、".join(before[0].objections) or before[0].breakthrough or before[0].goal
    return f"{local(before[0].finished_at, ctx.zone, '%m-%d')} 谈到「{about}」"
