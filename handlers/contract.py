"""合同签了 HT-…: the signature page is read, its owner says that it is so, the checklist of three begins (R01, J4)."""

from __future__ import annotations

import re
from typing import Any, Final

from bot import (
    NOT_MINE,
    Claimed,
    Context,
    NotMine,
    Reply,
    Shelf,
    UpdateKind,
    UserError,
    action,
    command,
    dialogue,
    listen,
)
from bot.cards import contract as cards
from bot.contract import is_of_a_visit, may_see, own_contract
from bot.contract_page import CHECK, Seen, settle_page, show, take_page, take_party, take_words
from bot.form import CANCEL
from bot.parse.code import CodeKind, find_codes
from models.contract import SIGNATURE_PAGE, Contract, ContractState, PaperState, contracts_of, done_of, papers_of
from models.person import Person, Role
from models.rules.gates import INVOICE_PAPER
from models.rules.sealed_paper import PaperOutcome

SELLERS: Final = frozenset({Role.REP, Role.MANAGER, Role.DIRECTOR, Role.VP})
SIGNED: Final = re.compile(r"合同.{0,12}签|签.{0,6}合同|签约")
YES: Final = frozenset({"对", "对的", "是", "是的", "没错", "正确", "确认", "嗯", "好", "好的", "ok"})
WRONG: Final = frozenset({"改", "不对", "错了", "不是", "要改"})
AMENDS: Final = re.compile(r"改|不对|错|应该?是|签约日|日期|客户|甲方")
SURE: Final = 1.5
"""A sentence with a contract's number in it is about the contract."""
PAPER: Final = "contract.paper"
SHOWN: Final = 10


@command(
    "合同签了", aliases=("合同已签", "签约了"), help="合同签好了：发编号和签字页照片", usage="合同签了 HT-20261102-01",
    shelf=Shelf.ADVANCE, roles=SELLERS,
)  # fmt: skip
def sign(ctx: Context) -> Reply:
    said = ctx.args.rest if ctx.args else ""
    number = _number(said)
    if number is None:
        raise UserError("合同编号是？例：合同签了 HT-20261102-01，附签字页照片。")
    return begin(ctx, number, said)


@listen("contract.signed", kinds={UpdateKind.TEXT, UpdateKind.VOICE, UpdateKind.IMAGE}, order=12)
def hear_signed(ctx: Context) -> Claimed | None:
    """Hear 「蓝海的合同签了 HT-20261102-01」, where the command does not come first."""
    number = _number(ctx.text)
    if number is None or ctx.sender.role not in SELLERS or not SIGNED.search(ctx.text):
        return None
    return Claimed("登记签约", lambda: begin(ctx, number, ctx.text), SURE)


def _number(text: str) -> str | None:
    return next((code.value for code in find_codes(text) if code.kind is CodeKind.CONTRACT), None)


def begin(ctx: Context, number: str, said: str) -> Reply:
    """Begin (or go on with) a contract; what was signed already is shown as it stands, never begun anew (R01)."""
    contract = ctx.session.get(Contract, number)
    if contract is not None and contract.state == ContractState.SIGNED:
        if contract.owner_id != ctx.sender.id:
            raise UserError("这个编号已经登记过，不是你登记的。编号没写错的话请找主管。")
        return cards.contract_signed(contract, done_of(ctx.session, number), again=True)
    contract = _fresh(ctx, contract, number)
    take_words(ctx, contract, _without_numbers(said))
    if ctx.update.images:
        return take_page(ctx, contract, ctx.update.images[0])
    ctx.talk(CHECK, {"contract": number})
    return cards.ask_page(number)


def _fresh(ctx: Context, contract: Contract | None, number: str) -> Contract:
    """Return the row of a number as the sender begins it; what nobody confirmed belongs to whoever says it last."""
    if contract is not None and contract.owner_id == ctx.sender.id and contract.state == ContractState.READ:
        return contract
    made = contract or Contract(id=number)
    made.owner_id, made.state, made.begun_at = ctx.sender.id, ContractState.READ, ctx.now
    made.customer_id, made.party, made.signed_on, made.told, made.signed_at = None, "", None, [], None
    ctx.session.add(made)
    ctx.session.flush()
    ctx.note("contract.begun", "contract", number)
    return made


def _without_numbers(said: str) -> str:
    for code in reversed(find_codes(said)):
        said = f"{said[: code.span[0]]} {said[code.span[1] :]}"
    return said


# -- is it so? ---------------------------------------------------------------------------------------------------------


@dialogue(CHECK)
def hear_check(ctx: Context, state: dict[str, Any]) -> Reply | NotMine:
    """Hear 对, another picture, or what is right instead."""
    contract = ctx.session.get(Contract, state["contract"])
    if contract is None or contract.owner_id != ctx.sender.id or contract.state != ContractState.READ:
        ctx.hang_up()
        return NOT_MINE
    if ctx.update.images:
        if is_of_a_visit([ctx.reading(image) for image in ctx.update.images]):
            return NOT_MINE
        return take_page(ctx, contract, ctx.update.images[0])
    return _answered(ctx, contract, asked=bool(state.get("asked")))


def _answered(ctx: Context, contract: Contract, *, asked: bool) -> Reply | NotMine:
    """Take what was said to the question: yes, no, not now, or what is right instead."""
    word = ctx.text.strip(" 。.！!~").lower()
    if word in YES:
        return _confirm(ctx, contract)
    if word in WRONG:
        return _ask_amendment(ctx, contract)
    if word in CANCEL:
        ctx.hang_up()
        return cards.put_off(contract.id)
    seen = take_words(ctx, contract, ctx.text) if asked or AMENDS.search(ctx.text) else None
    if seen is None:
        return cards.not_understood() if asked else NOT_MINE
    ctx.note(
        "contract.amended", "contract", contract.id,
        signed_on=str(contract.signed_on), customer=contract.customer_id, told=contract.told,
    )  # fmt: skip
    return show(ctx, contract, seen)


def _ask_amendment(ctx: Context, contract: Contract) -> Reply:
    ctx.talk(CHECK, {"contract": contract.id, "asked": True}, free_text=True)
    return cards.ask_amendment(contract.id)


@action(cards.ConfirmPage)
def confirm_pressed(ctx: Context, press: cards.ConfirmPage) -> Reply:
    return _confirm(ctx, own_contract(ctx, press.contract))


def _confirm(ctx: Context, contract: Contract) -> Reply:
    """Sign a contract once; pressed again it shows what is there (R01)."""
    done = done_of(ctx.session, contract.id)
    if contract.state == ContractState.SIGNED:
        return cards.contract_signed(contract, done, again=True)
    if not papers_of(ctx.session, contract.id, SIGNATURE_PAGE):
        return cards.ask_page(contract.id)
    if contract.signed_on is None or contract.customer_id is None:
        return show(ctx, contract, Seen())
    verdict = settle_page(ctx, contract)
    contract.state, contract.signed_at = ContractState.SIGNED, ctx.now
    ctx.close_card("已签署")
    ctx.note(
        "contract.signed", "contract", contract.id,
        customer=contract.customer_id, signed_on=contract.signed_on.isoformat(), told=contract.told, page=verdict,
    )  # fmt: skip
    ctx.hang_up()
    if INVOICE_PAPER not in done:
        ctx.talk(PAPER, {"contract": contract.id})
    return cards.contract_signed(contract, done)


@action(cards.AmendPage)
def amend(ctx: Context, press: cards.AmendPage) -> Reply:
    contract = own_contract(ctx, press.contract)
    if contract.state == ContractState.SIGNED:
        return cards.signed_already(contract.id)
    return _ask_amendment(ctx, contract)


@action(cards.PickParty)
def pick_party(ctx: Context, press: cards.PickParty) -> Reply:
    contract = own_contract(ctx, press.contract)
    if contract.state == ContractState.SIGNED:
        return cards.signed_already(contract.id)
    take_party(ctx, contract, press.customer_id)
    ctx.close_card(f"是 {contract.party}")
    return show(ctx, contract, Seen())


# -- looking it up -----------------------------------------------------------------------------------------------------


@command("查合同", help="已签署的合同和三件事的进度", usage="查合同 HT-20261102-01", shelf=Shelf.ASK)
def look_up(ctx: Context) -> Reply:
    number = _number(ctx.args.rest if ctx.args else "")
    if number is None:
        found = contracts_of(ctx.session, ctx.sight)
        rows = [(one, len(done_of(ctx.session, one.id))) for one in found[:SHOWN]]
        return cards.contract_list(rows, len(found) - len(rows))
    contract = ctx.session.get(Contract, number)
    if contract is None or contract.state != ContractState.SIGNED or not may_see(ctx, contract):
        ctx.note("contract.refused", "contract", number[:32])
        raise UserError("没有这份合同，或你无权查看。")
    owner = ctx.session.get_one(Person, contract.owner_id)
    if owner.id != ctx.sender.id:
        ctx.note("contract.viewed", "contract", contract.id, owner=owner.id)
    papers = papers_of(ctx.session, contract.id, INVOICE_PAPER)
    unproven = any(one.state == PaperState.VALID and one.outcome == PaperOutcome.NOT_WHOSE for one in papers)
    note = cards.NOT_WHOSE if unproven else ""
    return cards.contract_page(contract, owner.name, done_of(ctx.session, contract.id), paper_note=note)
