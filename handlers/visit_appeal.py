"""An appeal against a reading: the manager looks and decides, the verdict is written back (J1, M4)."""

from __future__ import annotations

from datetime import timedelta

from bot import Context, Reply, UserError, action
from bot.cards.photo import COUNTED
from bot.cards.visit import DisputeReading, JudgeReading, dispute_for_manager, lag_words, local
from bot.cards.visit_place import away
from bot.evidence import done, pressed_evidence, settled
from models.chat import masked_copy_of
from models.customer import Customer
from models.person import Person
from models.photo_misread import JUDGED
from models.rules.gates import VISIT_GATE
from models.visit import EvidenceState, Visit, VisitEvidence


@action(DisputeReading)
def dispute(ctx: Context, press: DisputeReading) -> Reply:
    evidence, visit = pressed_evidence(ctx, press.evidence_id)
    if evidence.state != EvidenceState.WAITING:
        return settled(evidence)
    if ctx.sender.manager_id is None:
        return "你没有直属主管，请直接找管理员。"
    evidence.state = EvidenceState.DISPUTED
    ctx.close_card("已提异议，等主管看")
    ctx.note("visit.disputed", "visit", visit.id, evidence=evidence.id)
    customer = ctx.session.get(Customer, visit.customer_id)
    card = dispute_for_manager(
        visit.id, ctx.sender.name, customer.label if customer else visit.customer_id, _read_words(ctx, evidence),
        received=local(evidence.received_at, ctx.zone, "%m-%d %H:%M"), evidence_id=evidence.id,
        image=masked_copy_of(ctx.session, evidence.media_key),
    )  # fmt: skip
    ctx.send(ctx.sender.manager_id, card, key=f"V03:dispute:{evidence.id}", subject=f"visit:{visit.id}", rule="V03")
    return "已把打码图和机器读数一起发给主管判断，结果会告诉你。"


def _read_words(ctx: Context, evidence: VisitEvidence) -> str:
    if evidence.distance_m is not None:
        return f"距登记地址 {away(evidence.distance_m)}"
    if evidence.lag is not None:
        return f"{evidence.read}，与收到时间差 {lag_words(timedelta(seconds=evidence.lag))}"
    return evidence.read


@action(JudgeReading)
def judge(ctx: Context, press: JudgeReading) -> Reply:
    evidence = ctx.session.get(VisitEvidence, press.evidence_id)
    visit = ctx.session.get(Visit, evidence.visit_id) if evidence else None
    owner = ctx.session.get(Person, visit.owner_id) if visit else None
    if evidence is None or visit is None or owner is None or owner.manager_id != ctx.sender.id:
        raise UserError("这条异议不归你判断。")
    if evidence.state != EvidenceState.DISPUTED:
        return "这条已经判过了。"
    evidence.state = EvidenceState.VALID if press.believe else EvidenceState.WAITING
    verdict = "采信销售" if press.believe else "维持识别"
    ctx.close_card(verdict)
    ctx.note(JUDGED, "visit", visit.id, evidence=evidence.id, element=evidence.kind, misread=press.believe)
    boxes = VISIT_GATE.boxes(done(ctx, visit))
    told = f"{ctx.sender.name}看过了：{verdict}。" + (f" {boxes}" if press.believe else " 请重拍或按补记。")
    ctx.send(owner.id, told, key=f"V03:judged:{evidence.id}", subject=f"visit:{visit.id}", rule="V03")
    return f"已记：{verdict}。" + (COUNTED if press.believe else "")
