"""What the handlers of a contract share: whose it is, the names it goes by, who in finance looks, what is there."""

from __future__ import annotations

from sqlalchemy import select

from bot.context import Context, UserError
from bot.photo import Reading
from models.contract import Contract, ContractPaper, ContractState, done_of
from models.customer import Customer, aliases_by_customer
from models.person import Concern, Person, Role, is_away
from models.rules.gates import SIGNED_GATE
from models.rules.sealed_paper import legal_names

KEPT_FIELDS = ("sign_date", "customer", "contract_no", "company")
"""What is kept of a reading: nothing about a person."""
OF_A_VISIT = frozenset({"site_photo", "chat_screenshot"})
"""Kinds of pictures that are never papers of a contract."""


def own_contract(ctx: Context, number: str) -> Contract:
    """Return a contract of the sender's that was not taken back; raises UserError otherwise."""
    contract = ctx.session.get(Contract, number)
    if contract is None or contract.owner_id != ctx.sender.id:
        raise UserError("这份合同不是你登记的。")
    if contract.state == ContractState.UNDONE:
        raise UserError(f"{number} 的签署已撤销；要重新登记就再发：合同签了 {number}")
    return contract


def own_paper(ctx: Context, paper_id: int) -> tuple[ContractPaper, Contract]:
    """Return a paper and its contract when they are the sender's; raises UserError otherwise."""
    paper = ctx.session.get(ContractPaper, paper_id)
    if paper is None:
        raise UserError("这张材料已经不在了。")
    return paper, own_contract(ctx, paper.contract_id)


def names_of(ctx: Context, contract: Contract) -> tuple[str, ...]:
    """Return the legal names a paper of this contract may bear, the one on the contract first."""
    customer = ctx.session.get(Customer, contract.customer_id) if contract.customer_id else None
    if customer is None:
        return legal_names(contract.party)
    return legal_names(
        contract.party, [customer.name, *aliases_by_customer(ctx.session, [customer.id]).get(customer.id, [])]
    )


def finance_people(ctx: Context) -> list[Person]:
    """Return who in finance looks at papers; somebody who is away only when everybody is, the asker never."""
    query = (
        select(Person).where(Person.role == Role.FINANCE, Person.active, Person.id != ctx.sender.id).order_by(Person.id)
    )
    people = list(ctx.session.scalars(query))
    return [person for person in people if is_away(ctx.session, person.id, ctx.now) is None] or people


def finance_words(ctx: Context) -> str:
    """Return how finance is called on a button: by name when there is one person, empty when there is none."""
    people = finance_people(ctx)
    return people[0].name if len(people) == 1 else "财务" if people else ""


def boxes(ctx: Context, contract: Contract) -> str:
    """Return the progress of a contract's three: ☑☐☐."""
    return SIGNED_GATE.boxes(done_of(ctx.session, contract.id))


def may_see(ctx: Context, contract: Contract) -> bool:
    """Whether the sender may see a contract: its owner, the line above, finance (M11)."""
    return ctx.sight.covers(Concern.CONTRACT, contract.owner_id)


def kept(reading: Reading) -> dict[str, list[object]]:
    """Return what is stored of a reading: field -> [value, confidence]."""
    found = {
        name: [field.value, round(field.confidence, 3)] for name, field in reading.fields.items() if name in KEPT_FIELDS
    }
    return found | ({"seal": [reading.seal.text, round(reading.seal.confidence, 3)]} if reading.seal.text else {})


def is_of_a_visit(readings: list[Reading | None]) -> bool:
    """Whether every picture shows what belongs to a visit, whatever was asked for."""
    return bool(readings) and all(one is not None and one.kind in OF_A_VISIT for one in readings)
