"""The signature page of a contract: what is read on it, what is said about it, and the question whether it is so (R01, J4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.cards import contract as cards
from bot.cards.photo import OF_THE_FILE, problem_sentence
from bot.context import Context, UserError
from bot.contract import kept
from bot.masking import cut_out_of
from bot.parse.customer import Resolution
from bot.parse.time import Grain
from bot.photo import Reading, facts_of
from bot.reply import Card, Reply
from bot.understand import customers_in, find_customer, speak_of, times_in
from bot.update import Media
from models.contract import SIGNATURE_PAGE, Contract, ContractPaper, PaperState, papers_of, put_paper
from models.customer import Customer, aliases_by_customer
from models.person import Concern
from models.rules.photo import READABLE, SURE, PhotoFacts, ReadField, Verdict
from models.rules.photo_paper import check_date, check_number, check_party
from models.rules.sealed_paper import legal_names

CHECK: Final = "contract.check"
READ_OFF: Final = ("sign_date", "customer")
SIGNED_ON, PARTY = "signed_on", "party"
MOST: Final = 3


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look (or sentence) leaves to ask about, besides what now stands on the contract."""

    candidates: tuple[tuple[str, str], ...] = ()
    doubt: str = ""
    other_number: str = ""
    image: str | None = None


def take_page(ctx: Context, contract: Contract, image: Media) -> Reply:
    """Read a picture as the signature page and show what stands on it; a file that does not open is asked for again."""
    ctx.talk(CHECK, {"contract": contract.id})
    reading: Reading | None = ctx.reading(image)
    if image.key is None:
        return "图片没取到，请再发一次。"
    if reading is not None and reading.problem in OF_THE_FILE:
        return problem_sentence(reading.problem)
    reading = reading or Reading()
    paper = ContractPaper(
        contract_id=contract.id, kind=SIGNATURE_PAGE, state=PaperState.WAITING, verdict=Verdict.CANNOT_READ,
        read=kept(reading), media_key=image.key, received_at=ctx.update.at,
    )  # fmt: skip
    put_paper(ctx.session, paper)
    facts = facts_of(reading)
    candidates, doubt = _fill(ctx, contract, facts)
    number = check_number(facts, contract.id, names=("contract_no",))
    ctx.note("contract.page", "contract", contract.id, media=image.key, read=paper.read, shows=reading.kind)
    other = number.read or "" if number.verdict is Verdict.DIFFERS else ""
    cut = cut_out_of(ctx, image.key, reading, READ_OFF, subject=contract.subject)
    return show(ctx, contract, Seen(candidates, doubt, other, cut))


def _fill(ctx: Context, contract: Contract, facts: PhotoFacts) -> tuple[tuple[tuple[str, str], ...], str]:
    """Take date and customer over from a reading; returns customers to choose from and what is doubtful, in words."""
    doubt = cards.page_doubt(facts)
    day, party = facts.fields.get("sign_date"), facts.fields.get("customer")
    if day is not None and day.confidence >= READABLE and SIGNED_ON not in contract.told:
        contract.signed_on = date.fromisoformat(day.value)
        if contract.signed_on > ctx.calendar.local_date(ctx.now):
            doubt += f"读到的日期 {contract.signed_on} 还没到，"
            contract.signed_on = None
        elif day.confidence < SURE:
            doubt += "签约日看得不太清，"
    if party is None or party.confidence < READABLE or PARTY in contract.told:
        return (), doubt
    return _party_read(ctx, contract, party), doubt


def _party_read(ctx: Context, contract: Contract, read: ReadField) -> tuple[tuple[str, str], ...]:
    """Find the customer a page names: sure only when the legal names agree; else those it may mean."""
    contract.party, contract.customer_id = read.value[:200], None
    resolution = find_customer(ctx, read.value)
    for customer in _own(ctx, resolution):
        if (
            check_party(PhotoFacts("contract_page", {"customer": read}), _names(ctx, customer)).verdict
            is Verdict.AGREES
        ):
            contract.customer_id = customer.id
            return ()
    return tuple((customer.id, customer.label) for customer in _own(ctx, resolution)[:MOST])


def _own(ctx: Context, resolution: Resolution) -> list[Customer]:
    """Return the customers a name may mean that the sender may see, likeliest first (M11)."""
    ids = [one.id for one in (resolution.decided, *resolution.candidates) if one is not None]
    found = [ctx.session.get(Customer, id_) for id_ in dict.fromkeys(ids)]
    return [one for one in found if one is not None and ctx.sight.covers(Concern.CUSTOMER, one.owner_id)]


def _names(ctx: Context, customer: Customer) -> tuple[str, ...]:
    return legal_names(customer.name, aliases_by_customer(ctx.session, [customer.id]).get(customer.id, ()))


def take_party(ctx: Context, contract: Contract, customer_id: str) -> None:
    """Note which customer it is, said by the person; raises UserError for a customer that is not his."""
    customer = ctx.session.get(Customer, customer_id)
    if customer is None or not ctx.sight.covers(Concern.CUSTOMER, customer.owner_id):
        raise UserError("这家不在你的客户里，请找负责人。")
    contract.customer_id, contract.party = customer.id, customer.name
    contract.told = sorted({*contract.told, PARTY})
    speak_of(ctx, customer.id)


def take_words(ctx: Context, contract: Contract, said: str) -> Seen | None:
    """Take date and customer over from a sentence; None when it names neither. Raises UserError for a day to come."""
    day = next((t.start_on for t in times_in(ctx, said, past=True) if t.grain is Grain.DAY and not t.invalid), None)
    if day is not None:
        if day > ctx.calendar.local_date(ctx.now):
            raise UserError(cards.not_due_yet(day.isoformat()))
        contract.signed_on, contract.told = day, sorted({*contract.told, SIGNED_ON})
    named = [resolution for _, resolution in customers_in(ctx, said)]
    if named and named[0].decided is not None:
        take_party(ctx, contract, named[0].decided.id)
    elif named:
        return Seen(tuple((one.id, one.label) for one in _own(ctx, named[0])[:MOST]))
    return Seen() if day is not None or named else None


def show(ctx: Context, contract: Contract, seen: Seen) -> Card:
    """Show what is known and ask whether it is right; the next words and pictures are the answer (J4)."""
    page = cards.PageRead(
        contract.id, contract.signed_on.isoformat() if contract.signed_on else "", contract.party, known=contract.customer_id is not None,
        told=contract.told, doubt=seen.doubt, other_number=seen.other_number, candidates=seen.candidates, image=seen.image,
    )  # fmt: skip
    ctx.talk(CHECK, {"contract": contract.id, "asked": bool(page.missing)}, free_text=bool(page.missing))
    return cards.page_read(page)


def settle_page(ctx: Context, contract: Contract) -> Verdict:
    """Compare the page with what its owner confirmed and let it count; what cannot be read differs from nothing (R13)."""
    assert contract.signed_on is not None
    paper = next(iter(papers_of(ctx.session, contract.id, SIGNATURE_PAGE)))
    fields = {name: ReadField(str(value), float(sure)) for name, (value, sure) in paper.read.items()}
    facts = PhotoFacts("contract_page", fields)
    customer = ctx.session.get_one(Customer, contract.customer_id)
    verdicts = {check_date(facts, contract.signed_on).verdict, check_party(facts, _names(ctx, customer)).verdict}
    order = (Verdict.DIFFERS, Verdict.CANNOT_READ, Verdict.AGREES)
    paper.verdict, paper.state = next(one for one in order if one in verdicts), PaperState.VALID
    return Verdict(paper.verdict)
