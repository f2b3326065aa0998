"""What a rep sees from 合同签了 to the sealed paper (J4, R01, R02), and what finance is asked. Never an accusation."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.action import Action
from bot.cards.photo import seal_read
from bot.photo import KIND_NAMES, PhotoKind
from bot.reply import Button, ButtonStyle, Card
from models.contract import Contract
from models.rules.alike import company_core
from models.rules.gates import INVOICE_PAPER, SIGNED_GATE
from models.rules.photo import PhotoFacts, Reason, Verdict
from models.rules.sealed_paper import Claim, PaperFindings, PaperOutcome

EXAMPLE: Final = "例：11月2日 蓝海包装"
SPOILT: Final = {Reason.BLURRED: "照片有点糊，", Reason.DARK: "照片有点暗，"}


@dataclass(frozen=True, slots=True)
class ConfirmPage(Action, name="contract.ok"):
    """What was read on the signature page is right."""

    contract: str


@dataclass(frozen=True, slots=True)
class AmendPage(Action, name="contract.amend"):
    """Something read on the signature page is wrong; the person says what is right."""

    contract: str


@dataclass(frozen=True, slots=True)
class PickParty(Action, name="contract.party"):
    """Which customer of the list the name on the page means."""

    contract: str
    customer_id: str


@dataclass(frozen=True, slots=True)
class PickContract(Action, name="contract.pick"):
    """Which contract a paper belongs to."""

    contract: str
    media_key: str


@dataclass(frozen=True, slots=True)
class ChangePaper(Action, name="contract.change_paper"):
    """The person sends another picture."""

    paper_id: int


@dataclass(frozen=True, slots=True)
class AskFinance(Action, name="contract.ask_finance"):
    """A person of finance looks; `why` is a `Claim`."""

    paper_id: int
    why: str


@dataclass(frozen=True, slots=True)
class JudgePaper(Action, name="contract.judge"):
    """What finance says of a paper."""

    paper_id: int
    accept: bool


WHYS: Final[Mapping[str, str]] = {
    Claim.LOOK: "请你看一眼",
    Claim.BLACK_AND_WHITE: "说是黑白章",
    Claim.RELATED: "说是关联公司",
    Claim.MISREAD: "说机器看错了",
}

# -- the signature page ------------------------------------------------------------------------------------------------


def ask_page(number: str) -> str:
    """Ask for the signature page."""
    return f"{number}：把签字页拍照发我，要看得到甲方、签约日。"


def page_doubt(facts: PhotoFacts) -> str:
    """Say what is the matter with a picture that should be a signature page; empty when nothing is."""
    if facts.spoilt:
        return SPOILT.get(facts.spoilt, "")
    known = {PhotoKind.CONTRACT_PAGE, PhotoKind.OTHER}
    return "" if PhotoKind(facts.kind) in known else f"识别为{_kind(facts)}，不像签字页；"


@dataclass(frozen=True, slots=True)
class PageRead:
    """What is known of a contract: date and customer as people read them, empty when unknown; `told` what was said in words."""

    number: str
    signed_on: str
    party: str
    known: bool = False  # whether the party is a customer of the list
    told: Collection[str] = ()
    doubt: str = ""  # what spoils the picture, or is not sure
    other_number: str = ""  # the number on the page when it is surely another
    candidates: Sequence[tuple[str, str]] = ()  # customers (id, name) the name on the page may mean
    image: str | None = None

    @property
    def missing(self) -> str:
        """What is not known yet, in words."""
        return "和".join(name for name, there in (("签约日", self.signed_on), ("客户", self.known)) if not there)


def page_read(page: PageRead) -> Card:
    """Show what was read and ask whether it is right (J4); what could not be read is asked for, never guessed."""
    body = "\n".join(line for line in (_known(page), _unknown(page), _other_number(page)) if line)
    amend = Button("改", AmendPage(page.number))
    if page.candidates:
        picks = tuple(Button(f"是 {name}", PickParty(page.number, id_)) for id_, name in page.candidates)
        return Card(f"{page.number} 签字页", body, buttons=(*picks, amend), image=page.image)
    if page.missing:
        return Card(f"{page.number} 签字页", body, image=page.image)
    right = Button("对", ConfirmPage(page.number), ButtonStyle.PRIMARY)
    return Card(f"{page.number} 签字页", body, buttons=(right, amend), image=page.image)


def _known(page: PageRead) -> str:
    parts = [
        f"{label} {value}{'（你说的）' if name in page.told else ''}"
        for name, label, value in (("signed_on", "签约日", page.signed_on), ("party", "客户", page.party))
        if value
    ]
    return f"读到：{'，'.join(parts)}。" if parts else ""


def _unknown(page: PageRead) -> str:
    if page.candidates:
        return f"{page.doubt}客户名单里没有完全一样的，是下面哪家？都不是就点【改】。"
    if page.party and not page.known:
        return f"{page.doubt}这家不在你的客户里。请告诉我是哪家（{EXAMPLE}），或请客户负责人登记。"
    if page.missing:
        return f"{page.doubt}{page.missing}没读到。换一张清楚的，或直接告诉我（{EXAMPLE}）。"
    return f"{page.doubt}请核对。" if page.doubt else ""


def _other_number(page: PageRead) -> str:
    return f"⚠ 页上的合同编号读到「{page.other_number}」，和你发的不一样，请看一眼。" if page.other_number else ""


def ask_amendment(number: str) -> str:
    """Ask what is right."""
    return f"{number}：哪里不对？直接发对的签约日或客户（{EXAMPLE}）。"


def put_off(number: str) -> str:
    """Receipt of 取消: nothing is lost, and how to go on."""
    return f"好，{number} 先放着，要接着登记就再发：合同签了 {number}"


def paper_put_off(number: str) -> str:
    """Receipt of 取消 while a sealed paper is waited for."""
    return f"好，{number} 的开票资料先放着，拿到了直接发图给我。"


def not_understood() -> str:
    """Ask again, with an example."""
    return f"没看懂。发签约日或客户就行（{EXAMPLE}）；不登记了就发「取消」。"


def signed_already(number: str) -> str:
    """Refuse to change what is signed, and say how it is done."""
    return f"{number} 已签署，不能直接改。要改先发「撤销 {number}」，再重新登记。"


def not_due_yet(day: str) -> str:
    """Refuse a signing date in the future."""
    return f"签约日 {day} 还没到，请再看一眼日期。"


def contract_signed(contract: Contract, done: Collection[str], *, again: bool = False) -> Card:
    """The checklist of three a signed contract starts with (R01); names no command that is not there yet."""
    rows = "\n".join(f"{'✅' if item.name in done else '☐'} {item.label}" for item in SIGNED_GATE.requirements)
    ask = "" if INVOICE_PAPER in done else "\n先做①：把盖了公章的营业执照或开票资料拍照发我。"
    lead = "早已登记，" if again else ""
    body = f"{lead}状态：已签署（{contract.signed_on}，{contract.party}）。三件事做完才能进「待开票」：\n{rows}{ask}"
    return Card(f"{contract.id} 已签署", body)


NOT_WHOSE: Final = "没核对是谁的章"


def contract_page(contract: Contract, owner: str, done: Collection[str], *, paper_note: str = "") -> Card:
    """One contract as those see it who may; `paper_note`: what was left open about the sealed paper that counts."""
    notes = {INVOICE_PAPER: f"（{paper_note}）"} if paper_note else {}
    rows = [
        f"{'✅' if item.name in done else '☐'} {item.label}{notes.get(item.name, '')}"
        for item in SIGNED_GATE.requirements
    ]
    lines = [f"客户：{contract.party}", f"签约日 {contract.signed_on} · 负责人 {owner}", *rows]
    return Card(f"{contract.id} 已签署", "\n".join(lines))


def contract_list(rows: Sequence[tuple[Contract, int]], left_out: int) -> str:
    """Several contracts, a line each."""
    if not rows:
        return "还没有签署的合同。签好了就发：合同签了 合同编号，附签字页照片。"
    total = len(SIGNED_GATE.requirements)
    lines = [f"{one.id} {one.party} 签约日 {one.signed_on}，{count}/{total}" for one, count in rows]
    return "\n".join([*lines, *([f"还有 {left_out} 份，发「查合同 编号」看。"] if left_out else [])])


# -- the sealed paper --------------------------------------------------------------------------------------------------


def which_contract(contracts: Sequence[Contract], media_key: str) -> Card:
    """Ask which contract a paper belongs to."""
    buttons = tuple(Button(f"{one.id} {one.party}"[:30], PickContract(one.id, media_key[:16])) for one in contracts)
    return Card("这张是哪份合同的？", "没看出是哪家的材料。", buttons=buttons)


def paper_words(facts: PhotoFacts, found: PaperFindings) -> str:
    """Say what was read on a paper: the machine's reading, as the rep and finance hear it."""
    party = company_core(found.party.expected)
    if found.outcome is PaperOutcome.OTHER_PARTY:
        return f"抬头是『{company_core(found.party.read or '')}』，合同是『{party}』。"
    if found.outcome is PaperOutcome.OTHER_SEAL:
        return f"章上读到『{company_core(found.ring.read or '')}』，合同是『{party}』。"
    if found.outcome is PaperOutcome.OTHER_KIND:
        return _other_kind(facts, found)
    if found.outcome is PaperOutcome.AUTHORITY:
        return f"识别为{_kind(facts)}；红章是「{found.ring.read}」的，没看到客户的公章。"
    if found.outcome is PaperOutcome.NOT_WHOSE:
        return _not_whose(facts, found)
    return seal_read(facts, found.seal, found.ring)


def _not_whose(facts: PhotoFacts, found: PaperFindings) -> str:
    """Say that a seal is there and what nobody compared: every licence bears the registrar's red seal too."""
    unread = "章上的字" if found.party.verdict is Verdict.AGREES else "章上的字和抬头都"
    licence = facts.kind == PhotoKind.LICENCE
    registrar = "；营业执照上本来就有登记机关的章，请确认也盖了公章" if licence else ""
    return f"✅ 红章在{facts.seal_place}。{unread}看不清，{NOT_WHOSE}{registrar}。"


def _kind(facts: PhotoFacts) -> str:
    return KIND_NAMES[PhotoKind(facts.kind)]


def _other_kind(facts: PhotoFacts, found: PaperFindings) -> str:
    seal = "看到红章，" if found.seal.verdict is Verdict.AGREES else ""
    if facts.kind == PhotoKind.OTHER:
        return f"{SPOILT.get(facts.spoilt, '') if facts.spoilt else ''}没认出是哪种材料（{seal}抬头没读到）。"
    return f"识别为{_kind(facts)}，不像开票资料{f'（{seal[:-1]}）' if seal else ''}。"


def paper_accepted(words: str, boxes: str) -> str:
    """Receipt of a sealed paper (J4)."""
    return f"① {words} {boxes}"


def paper_doubtful(paper_id: int, words: str, outcome: PaperOutcome, finance: str) -> Card:
    """Ask for another picture, or for a person to look; `finance` is whoever would, empty when nobody can (R02, J4)."""
    offers = {
        PaperOutcome.OTHER_PARTY: (
            (Claim.RELATED, f"确为关联公司,转{finance}"),
            (Claim.MISREAD, f"看错了,转{finance}"),
        ),
        PaperOutcome.OTHER_SEAL: ((Claim.RELATED, f"确为关联公司,转{finance}"), (Claim.MISREAD, f"看错了,转{finance}")),
        PaperOutcome.NO_SEAL: (
            (Claim.BLACK_AND_WHITE, f"是黑白章，转{finance}人工看"),
            (Claim.MISREAD, f"看错了,转{finance}"),
        ),
    }.get(outcome, ((Claim.LOOK, f"转{finance}人工看"),))
    buttons = tuple(Button(label, AskFinance(paper_id, why)) for why, label in offers) if finance else ()
    change = "换" if outcome in {PaperOutcome.OTHER_PARTY, PaperOutcome.OTHER_SEAL} else "换一张"
    note = "" if finance else "\n名单里还没有财务，请找管理员加上后再转人工。"
    return Card("① 请看一眼", f"{words}{note}", buttons=(Button(change, ChangePaper(paper_id)), *buttons))


@dataclass(frozen=True, slots=True)
class PaperAsked:
    """A paper finance is asked about."""

    paper_id: int
    contract: str
    party: str
    who: str
    why: str
    words: str
    image: str | None


def paper_for_finance(asked: PaperAsked) -> Card:
    """Masked picture and machine reading side by side (R02, M4)."""
    picture = "图已打码。" if asked.image else "图打不开，请直接问他要原件。"
    body = (
        f"{asked.who}：{asked.contract}（{asked.party}）的开票资料，{WHYS.get(asked.why, WHYS[Claim.LOOK])}。\n"
        f"机器读到：{asked.words}\n{picture}"
    )
    buttons = (
        Button("认可", JudgePaper(asked.paper_id, True), ButtonStyle.PRIMARY),
        Button("不认可", JudgePaper(asked.paper_id, False)),
    )
    return Card("【请看】开票资料", body, buttons=buttons, image=asked.image)


def paper_judged(number: str, by: str, boxes: str, *, accept: bool) -> str:
    """Tell the rep what finance said."""
    if accept:
        return f"{number} ① ✅ {by}看过，认可。 {boxes}"
    return f"{number} ① {by}看过，这张不能用。请换一张盖了公章的发我。"
