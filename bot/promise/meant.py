"""Which open promise of his a person speaks of: by number, by the card he quotes, or by customer, person and deed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from bot.context import Context
from bot.parse.action import find_actions
from bot.parse.code import CodeKind, find_codes
from bot.parse.person import calls_in, surname_of
from bot.understand import customers_in
from bot.update import UPDATE_JSON
from models.chat import InboxRow
from models.commitment import Commitment, open_of
from models.customer import Customer, contacts_of

_WORDS = re.compile(r"样品|样机|合同|发票|方案|报价|资料|调试|安装|培训|演示|发货|交货|派人|维修")


def named(ctx: Context) -> list[Commitment]:
    """Return the promises of the speaker that are named by number, in the text or on the card he quotes."""
    quoted = f"{ctx.card.subject or ''} {ctx.card.content}" if ctx.card is not None else ""
    quoted += ctx.update.quote.text if ctx.update.quote else ""
    for text in (ctx.text, quoted):
        codes = dict.fromkeys(code.value for code in find_codes(text) if code.kind is CodeKind.COMMITMENT)
        found = [ctx.session.get(Commitment, code) for code in codes]
        own = [commitment for commitment in found if commitment is not None and commitment.owner_id == ctx.sender.id]
        if own:
            return own
    return []


def meant(ctx: Context) -> list[Commitment]:
    """Return the open promises a sentence may be about: none, the one, or several to ask about."""
    if by_number := named(ctx):
        return by_number
    found = open_of(ctx.session, ctx.sender.id)
    text = ctx.text
    mentions = customers_in(ctx, text)
    customers = {res.decided.id for _, res in mentions if res.decided}
    if customers:
        found = [one for one in found if one.customer_id in customers]
    if calls := calls_in(_without(text, [span for span, _ in mentions])):
        found = [one for one in found if _has(ctx, one, calls[0].surname)]
    if deeds := deeds_in(text):
        fitting = [one for one in found if deeds_in(one.matter) & deeds]
        found = fitting or ([] if not (customers or calls) else found)
    return found


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return a text without the names of customers, so that 蓝海王总 is a 王总 and no 蓝海王."""
    signs = list(text)
    for start, end in spans:
        signs[start:end] = [" "] * (end - start)
    return "".join(signs)


def _has(ctx: Context, commitment: Commitment, surname: str) -> bool:
    """Whether the promise was made to somebody of this surname, or at least to a customer who has one."""
    contacts = contacts_of(ctx.session, commitment.customer_id)
    if commitment.contact_id is not None:
        contacts = [one for one in contacts if one.id == commitment.contact_id]
    return any(surname_of(one.name) == surname for one in contacts)


def deeds_in(text: str) -> set[str]:
    """Return the deeds and things a text names, by which a sentence is matched with a promise."""
    return {hit.action.name for hit in find_actions(text)} | set(_WORDS.findall(text))


def says_what(text: str) -> bool:
    """Whether a text names a deed, so that it can be matched with a promise."""
    return bool(deeds_in(text))


def as_said(ctx: Context, row_id: int) -> Context | None:
    """Return the turn as if its person had just said again what stands in an inbox row."""
    row = ctx.session.get(InboxRow, row_id)
    if row is None:
        return None
    said = UPDATE_JSON.validate_json(row.body)
    if (said.platform, said.sender_id) != (ctx.update.platform, ctx.update.sender_id):
        return None
    return replace(ctx, update=said, card=None)


def customers_of(ctx: Context, commitments: Iterable[Commitment]) -> list[tuple[Commitment, str]]:
    """Return each promise with its customer's label."""
    found = []
    for commitment in commitments:
        customer = ctx.session.get(Customer, commitment.customer_id)
        found.append((commitment, customer.label if customer else ""))
    return found
