"""The sealed paper of a signed contract: red seal there, not seen, or somebody else's; in doubt finance looks (R02, M4, J4)."""

from __future__ import annotations

from typing import Any

from bot import NOT_MINE, Claimed, Context, NotMine, Reply, UpdateKind, UserError, action, dialogue, listen
from bot.cards import contract as cards
from bot.cards.photo import COUNTED, problem_sentence
from bot.contract import boxes, finance_people, finance_words, is_of_a_visit, kept, names_of, own_contract, own_paper
from bot.form import CANCEL
from bot.parse.code import CodeKind, find_codes
from bot.photo import PhotoKind, Reading, facts_of
from bot.update import Media
from models.chat import masked_copy_of, media_key_like
from models.contract import Contract, ContractPaper, ContractState, PaperState, papers_of, put_paper, waiting_for_paper
from models.person import Person, Role
from models.photo_misread import JUDGED
from models.rules.gates import INVOICE_PAPER
from models.rules.photo import Verdict
from models.rules.sealed_paper import COUNTING, judge_paper, misjudged

A_LICENCE = 1.2
"""A licence belongs to no visit, so it is a contract's even while one is open."""
A_SEALED_PAGE = 0.75
SETTLED = {
    PaperState.VALID: "这张已经算数了。",
    PaperState.ASKED: "已经转给财务了，结果会告诉你。",
    PaperState.REFUSED: "财务看过，这张不能用，请换一张。",
    PaperState.REPLACED: "这张已经被新的替换了。",
}


@listen("contract.paper", kinds={UpdateKind.IMAGE}, order=30)
def hear_paper(ctx: Context) -> Claimed | None:
    """Take a licence, or a page that bears a seal or the customer's name, for a contract that waits for one."""
    waiting = waiting_for_paper(ctx.session, ctx.sender.id)
    readings = [reading for image in ctx.update.images if (reading := ctx.reading(image)) is not None]
    if not waiting or not readings:
        return None
    if any(reading.kind is PhotoKind.LICENCE for reading in readings):
        return Claimed("开票资料", lambda: _take_all(ctx, waiting), A_LICENCE)
    if any(_like_a_paper(ctx, waiting, reading) for reading in readings):
        return Claimed("开票资料", lambda: _take_all(ctx, waiting), A_SEALED_PAGE)
    return None


def _like_a_paper(ctx: Context, waiting: list[Contract], reading: Reading) -> bool:
    if reading.kind is not PhotoKind.OTHER or reading.problem:
        return False
    facts = facts_of(reading)
    return facts.seal == "present" or any(
        judge_paper(facts, names_of(ctx, one)).party.verdict is Verdict.AGREES for one in waiting
    )


@dialogue("contract.paper")
def take_asked(ctx: Context, state: dict[str, Any]) -> Reply | NotMine:
    """Take the picture that was asked for, whatever it shows; one of a visit is a visit's."""
    waiting = waiting_for_paper(ctx.session, ctx.sender.id)
    asked = next((one for one in waiting if one.id == state["contract"]), None)
    if asked is None:
        ctx.hang_up()
        return NOT_MINE
    if ctx.text.strip(" 。.！!") in CANCEL:
        ctx.hang_up()
        return cards.paper_put_off(asked.id)
    readings = [ctx.reading(image) for image in ctx.update.images]
    if not readings or is_of_a_visit(readings):
        return NOT_MINE
    return _take_all(ctx, waiting, asked)


def _take_all(ctx: Context, waiting: list[Contract], asked: Contract | None = None) -> Reply:
    return [_take(ctx, waiting, image, asked) for image in ctx.update.images]


def _take(ctx: Context, waiting: list[Contract], image: Media, asked: Contract | None) -> Any:
    reading: Reading | None = ctx.reading(image)
    if reading is None or image.key is None:
        return "现在读不了图片，照片已收下，请稍后再发一次。"
    if reading.problem is not None:
        return problem_sentence(reading.problem)
    contract = _meant(ctx, waiting, reading) or asked
    return judge(ctx, contract, image.key, reading) if contract else cards.which_contract(waiting[:3], image.key)


def _meant(ctx: Context, waiting: list[Contract], reading: Reading) -> Contract | None:
    """Find the contract a paper is for: named beside it, the only one, or the newest of the customer it names."""
    quoted = ctx.update.quote.text if ctx.update.quote else ""
    named = {code.value for code in find_codes(f"{ctx.text} {quoted}") if code.kind is CodeKind.CONTRACT}
    about = ctx.card.subject if ctx.card is not None else None
    chosen = [one for one in waiting if one.id in named or str(one.subject) == about]
    if len(waiting) == 1 or chosen:
        return (chosen or waiting)[0]
    facts = facts_of(reading)
    agreeing = (one for one in waiting if judge_paper(facts, names_of(ctx, one)).party.verdict is Verdict.AGREES)
    return next(agreeing, None)


def judge(ctx: Context, contract: Contract, key: str, reading: Reading) -> Any:
    """Judge a picture as the sealed paper of a contract; only a sealed one counts by itself (R02)."""
    facts = facts_of(reading)
    found = judge_paper(facts, names_of(ctx, contract))
    sealed = found.outcome in COUNTING
    words = cards.paper_words(facts, found)
    for older in papers_of(ctx.session, contract.id, INVOICE_PAPER):
        _close_asked(ctx, older, "已换了一张")
    paper = put_paper(ctx.session, ContractPaper(
        contract_id=contract.id, kind=INVOICE_PAPER, state=PaperState.VALID if sealed else PaperState.WAITING,
        verdict=found.deciding.verdict, outcome=found.outcome, read=kept(reading), words=words[:300],
        seal_place=facts.seal_place, media_key=key, received_at=ctx.update.at,
    ))  # fmt: skip
    ctx.note(
        "contract.paper", "contract", contract.id,
        paper=paper.id, element=INVOICE_PAPER, media=key, shows=reading.kind, outcome=found.outcome, verdict=found.deciding.verdict, reason=found.deciding.reason,
    )  # fmt: skip
    if not sealed:
        ctx.talk("contract.paper", {"contract": contract.id})
        return cards.paper_doubtful(paper.id, words, found.outcome, finance_words(ctx))
    ctx.hang_up()
    return cards.paper_accepted(words, boxes(ctx, contract))


@action(cards.PickContract)
def pick_contract(ctx: Context, press: cards.PickContract) -> Reply:
    contract = own_contract(ctx, press.contract)
    if contract.state != ContractState.SIGNED:
        return f"{contract.id} 还没签署，先确认签字页。"
    key = media_key_like(ctx.session, press.media_key)
    data = ctx.services.media.get(key) if key else None
    if key is None or data is None or ctx.services.reader is None:
        return "这张照片已经不在了，请再发一次。"
    ctx.close_card(f"是 {contract.id}")
    reply: Reply = judge(ctx, contract, key, ctx.services.reader.read(data))
    return reply


@action(cards.ChangePaper)
def change_paper(ctx: Context, press: cards.ChangePaper) -> Reply:
    paper, contract = own_paper(ctx, press.paper_id)
    if paper.state not in {PaperState.WAITING, PaperState.REFUSED}:
        return SETTLED[PaperState(paper.state)]
    ctx.talk("contract.paper", {"contract": contract.id})
    return f"好，把 {contract.id} 盖了公章的那张直接发我，以新的为准。"


# -- a person looks ----------------------------------------------------------------------------------------------------


@action(cards.AskFinance)
def ask_finance(ctx: Context, press: cards.AskFinance) -> Reply:
    """Put a paper to finance: masked copy and machine reading side by side (R02, M4)."""
    paper, contract = own_paper(ctx, press.paper_id)
    if paper.state != PaperState.WAITING:
        return SETTLED[PaperState(paper.state)]
    people = finance_people(ctx)
    if not people:
        return "名单里还没有财务，请找管理员。"
    paper.state, paper.claim = PaperState.ASKED, press.why
    card = cards.paper_for_finance(cards.PaperAsked(
        paper.id, contract.id, contract.party, ctx.sender.name, press.why, paper.words, masked_copy_of(ctx.session, paper.media_key)
    ))  # fmt: skip
    for person in people:
        ctx.send(person.id, card, key=_key(paper), subject=str(contract.subject), rule="R02")
    ctx.close_card(f"已转{finance_words(ctx)}")
    ctx.note(
        "contract.paper_asked", "contract", contract.id, paper=paper.id, why=press.why, of=[one.id for one in people]
    )
    return f"已把打码图和机器读数发给{finance_words(ctx)}，结果会告诉你。"


@action(cards.JudgePaper)
def judge_pressed(ctx: Context, press: cards.JudgePaper) -> Reply:
    """Take the verdict of finance: the first answer counts, and its owner hears it."""
    paper = ctx.session.get(ContractPaper, press.paper_id)
    contract = ctx.session.get(Contract, paper.contract_id) if paper else None
    if paper is None or contract is None or ctx.sender.role != Role.FINANCE or contract.owner_id == ctx.sender.id:
        raise UserError("这张不归你判断。")
    if paper.state != PaperState.ASKED or contract.state != ContractState.SIGNED:
        return "这张已经有结果了，或者他换了一张，不用处理。"
    paper.state = PaperState.VALID if press.accept else PaperState.REFUSED
    paper.judged_by, paper.judged_at = ctx.sender.id, ctx.now
    verdict = "认可" if press.accept else "不认可"
    _close_asked(ctx, paper, f"{ctx.sender.name}：{verdict}")
    misread = misjudged(paper.verdict, paper.claim, accepted=press.accept)
    ctx.note(
        JUDGED, "contract", contract.id,
        paper=paper.id, element=paper.kind, accept=press.accept, machine=paper.outcome, claim=paper.claim, misread=misread,
    )  # fmt: skip
    told = cards.paper_judged(contract.id, ctx.sender.name, boxes(ctx, contract), accept=press.accept)
    ctx.send(contract.owner_id, told, key=f"{_key(paper)}:judged", subject=str(contract.subject), rule="R02")
    owner = ctx.session.get_one(Person, contract.owner_id)
    return f"已记：{verdict}，已告诉{owner.name}。" + (COUNTED if misread else "")


def _key(paper: ContractPaper) -> str:
    return f"R02:paper:{paper.id}"


def _close_asked(ctx: Context, paper: ContractPaper, note: str) -> None:
    """Grey out the cards finance was sent about a paper."""
    for row in ctx.cards_about(f"contract:{paper.contract_id}"):
        if row.key.startswith(f"{_key(paper)}@"):
            ctx.close(row, note)
