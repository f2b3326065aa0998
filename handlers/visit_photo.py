"""Pictures sent during a visit: the site photo's watermark and the chat screenshot's contact (V03, V04, V12, J1)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from bot import NOT_MINE, Card, Claimed, Context, NotMine, Reply, UpdateKind, UserError, action, dialogue, listen
from bot.cards.photo import problem_sentence
from bot.cards.visit import (
    BackfillPhoto,
    ConfirmContact,
    DisputeReading,
    JudgeReading,
    RetakePhoto,
    SortPhoto,
    TypeTime,
    all_three_there,
    ask_backfill_reason,
    dispute_for_manager,
    lag_words,
    local,
    photo_accepted,
    photo_backfilled,
    photo_self_reported,
    photo_time_differs,
    photo_unreadable,
    screenshot_accepted,
    screenshot_unsure,
    what_is_this,
)
from bot.photo import PhotoKind, Reading, cut_out, facts_of, read_part
from bot.update import Media
from models.chat import media_key_like
from models.customer import Customer, contacts_of
from models.person import Person
from models.rules.gates import PHOTO, SCREENSHOT, VISIT_GATE
from models.rules.photo import (
    Finding,
    KnownContact,
    Verdict,
    check_code_word,
    check_contact,
    check_watermark_time,
)
from models.visit import EvidenceState, Visit, VisitEvidence, done_kinds, open_visit, put_evidence

KIND_OF: Final = {PhotoKind.SITE_PHOTO: PHOTO, PhotoKind.CHAT_SCREENSHOT: SCREENSHOT}
READ_OFF: Final = ("date", "time", "contact", "title")
TYPED_TIME: Final = re.compile(r"([01]?\d|2[0-3])[:：点时]([0-5]\d)?")
MIN_REASON: Final = 4


@listen("visit.photo", kinds={UpdateKind.IMAGE}, order=10)
def hear_photo(ctx: Context) -> Claimed | None:
    visit = open_visit(ctx.session, ctx.sender.id, now=ctx.now)
    if visit is None or not ctx.update.images:
        return None
    return Claimed(
        "拜访照片", lambda: [reply for image in ctx.update.images for reply in take_picture(ctx, visit, image)]
    )


def take_picture(ctx: Context, visit: Visit, image: Media) -> list[Any]:
    """Judge one picture of a visit by what it shows."""
    reading: Reading | None = ctx.reading(image)
    if reading is None or image.key is None:
        return ["现在读不了图片，照片已收下，请稍后再发一次。"]
    if reading.problem is not None:
        return [problem_sentence(reading.problem)]
    kind = KIND_OF.get(reading.kind)
    if kind is None:
        return [what_is_this(visit.id, image.key)]
    return take_as(ctx, visit, image.key, reading, kind)


def take_as(ctx: Context, visit: Visit, key: str, reading: Reading, kind: str) -> list[Any]:
    """Judge a picture as a site photo or as a screenshot."""
    receipt = _site_photo(ctx, visit, key, reading) if kind == PHOTO else _screenshot(ctx, visit, key, reading)
    if isinstance(receipt, Card):
        receipt = _with_cut_out(ctx, visit, receipt, key, reading)
    if VISIT_GATE.is_full(done_kinds(ctx.session, visit.id)):
        return [receipt, all_three_there()]
    return [receipt]


def _with_cut_out(ctx: Context, visit: Visit, card: Card, key: str, reading: Reading) -> Card:
    """Show what was read beside what is said of it (M4); the note lets the cut-out go when its original goes."""
    box = read_part(reading, *READ_OFF)
    data = ctx.services.media.get(key) if box else None
    part = cut_out(data, box, turn=reading.turn) if data and box else None
    if part is None:
        return card
    cut = ctx.services.media.put(part)
    ctx.note("photo.cut_out", "visit", visit.id, media=cut, of=key)
    return replace(card, image=cut)


# -- the site photo ----------------------------------------------------------------------------------------------------


def _site_photo(ctx: Context, visit: Visit, key: str, reading: Reading) -> Any:
    facts = facts_of(reading)
    tolerance = ctx.settings.photos.time_tolerance
    finding = check_watermark_time(facts, received_at=ctx.update.at, tolerance=tolerance)
    evidence = _evidence(ctx, visit, PHOTO, key, finding)
    note = _code_note(ctx, visit, facts)
    if finding.verdict is Verdict.CANNOT_READ or finding.read_at is None:
        return photo_unreadable(finding.reason, evidence.id)
    if finding.verdict is Verdict.DIFFERS:
        return photo_time_differs(finding, ctx.update.at, tolerance, evidence.id, ctx.zone)
    return photo_accepted(local(finding.read_at, ctx.zone), finding.confidence, _done(ctx, visit), note)


def _evidence(ctx: Context, visit: Visit, kind: str, key: str, finding: Finding) -> VisitEvidence:
    state = EvidenceState.VALID if finding.verdict is Verdict.AGREES else EvidenceState.WAITING
    lag = int((ctx.update.at - finding.read_at).total_seconds()) if finding.read_at else None
    evidence = put_evidence(
        ctx.session,
        VisitEvidence(
            visit_id=visit.id, kind=kind, state=state, received_at=ctx.update.at, media_key=key,
            read=(finding.read or "")[:200], confidence=finding.confidence, reason=finding.reason,
            taken_at=finding.read_at, lag=lag,
        ),
    )  # fmt: skip
    ctx.note(
        "visit.evidence", "visit", visit.id,
        element=kind, state=state, read=finding.read, confidence=round(finding.confidence, 3), reason=finding.reason, media=key,
    )  # fmt: skip
    return evidence


def _code_note(ctx: Context, visit: Visit, facts: Any) -> str:
    if not visit.code_word:
        return ""
    in_time = visit.code_until is not None and ctx.update.at <= visit.code_until
    found = check_code_word(facts, visit.code_word).verdict is Verdict.AGREES
    ctx.note("visit.code_word", "visit", visit.id, found=found, in_time=in_time)
    if found and in_time:
        return f"口令 {visit.code_word} 已看到"
    return f"没看到口令 {visit.code_word}，不影响本次记录"


@action(RetakePhoto)
def retake(ctx: Context, press: RetakePhoto) -> Reply:
    evidence, visit = _pressed(ctx, press.evidence_id)
    if evidence.state != EvidenceState.WAITING:
        return _already(evidence)
    ctx.note("visit.retake", "visit", visit.id, evidence=evidence.id)
    return "好，直接再发一张就行，以新的为准。"


@action(BackfillPhoto)
def backfill(ctx: Context, press: BackfillPhoto) -> Reply:
    evidence, _ = _pressed(ctx, press.evidence_id)
    if evidence.state != EvidenceState.WAITING or evidence.taken_at is None:
        return _already(evidence)
    ctx.close_card("已选：按补记")
    ctx.talk("visit.backfill_reason", {"evidence": evidence.id}, free_text=True)
    manager = ctx.session.get(Person, ctx.sender.manager_id) if ctx.sender.manager_id else None
    return ask_backfill_reason(manager.name if manager else "")


@dialogue("visit.backfill_reason")
def take_reason(ctx: Context, state: dict[str, Any]) -> Reply | NotMine:
    if ctx.update.kind not in {UpdateKind.TEXT, UpdateKind.VOICE}:
        return NOT_MINE
    if len(ctx.text.strip()) < MIN_REASON:
        return "再多说两个字，比如「车间不让带手机，出来才发」。"
    evidence, visit = _pressed(ctx, state["evidence"])
    ctx.hang_up()
    assert evidence.taken_at is not None
    evidence.state, evidence.note = EvidenceState.VALID_BACKFILLED, ctx.text.strip()[:300]
    visit.happened_at, visit.backfill_reason = evidence.taken_at, evidence.note
    lag = timedelta(seconds=evidence.lag or 0)
    ctx.note("visit.backfilled", "visit", visit.id, evidence=evidence.id, lag=evidence.lag, reason=evidence.note)
    return _with_review(ctx, visit, photo_backfilled(local(evidence.taken_at, ctx.zone), lag, _done(ctx, visit)))


@action(TypeTime)
def type_time(ctx: Context, press: TypeTime) -> Reply:
    evidence, _ = _pressed(ctx, press.evidence_id)
    if evidence.state != EvidenceState.WAITING:
        return _already(evidence)
    ctx.talk("visit.typed_time", {"evidence": evidence.id}, free_text=True)
    return "水印上是几点几分？例：14:05"


@dialogue("visit.typed_time")
def take_typed_time(ctx: Context, state: dict[str, Any]) -> Reply | NotMine:
    if ctx.update.kind not in {UpdateKind.TEXT, UpdateKind.VOICE}:
        return NOT_MINE
    match = TYPED_TIME.search(ctx.text)
    if match is None:
        return "没看懂时间，请写成 14:05 这样；要重拍就直接发照片。"
    evidence, visit = _pressed(ctx, state["evidence"])
    ctx.hang_up()
    evidence.taken_at = _today_at(ctx, int(match[1]), int(match[2] or 0))
    evidence.lag = int((evidence.received_at - evidence.taken_at).total_seconds())
    evidence.state = EvidenceState.SELF_REPORTED
    ctx.note("visit.self_reported", "visit", visit.id, evidence=evidence.id, taken_at=evidence.taken_at.isoformat())
    return _with_review(ctx, visit, photo_self_reported(local(evidence.taken_at, ctx.zone), _done(ctx, visit)))


def _today_at(ctx: Context, hour: int, minute: int) -> datetime:
    return ctx.now.astimezone(ctx.zone).replace(hour=hour, minute=minute, second=0, microsecond=0)


# -- the screenshot ----------------------------------------------------------------------------------------------------


def _screenshot(ctx: Context, visit: Visit, key: str, reading: Reading) -> Any:
    contacts = contacts_of(ctx.session, visit.customer_id)
    known = [KnownContact(contact.name, contact.title or None) for contact in contacts]
    finding = check_contact(facts_of(reading), known)
    evidence = _evidence(ctx, visit, SCREENSHOT, key, finding)
    if finding.verdict is Verdict.AGREES:
        read, told = (finding.read or "").replace(" ", " · "), finding.expected.replace(" ", " / ")
        return screenshot_accepted(read, finding.confidence, told, ctx.settings.photos.keep_days, _done(ctx, visit))
    return screenshot_unsure(finding.read, finding.expected, evidence.id, differs=finding.verdict is Verdict.DIFFERS)


@action(ConfirmContact)
def confirm_contact(ctx: Context, press: ConfirmContact) -> Reply:
    evidence, visit = _pressed(ctx, press.evidence_id)
    if evidence.state != EvidenceState.WAITING:
        return _already(evidence)
    evidence.state = EvidenceState.SELF_REPORTED
    ctx.close_card("已确认是客户联系人")
    ctx.note("visit.contact_confirmed", "visit", visit.id, evidence=evidence.id, read=evidence.read)
    return _with_review(ctx, visit, f"③ 截图已记，联系人按你说的算（自述）。 {VISIT_GATE.boxes(_done(ctx, visit))}")


@action(SortPhoto)
def sort_photo(ctx: Context, press: SortPhoto) -> Reply:
    visit = ctx.session.get(Visit, press.visit_id)
    if visit is None or visit.owner_id != ctx.sender.id:
        raise UserError("这次拜访不是你的。")
    key = media_key_like(ctx.session, press.media_key)
    data = ctx.services.media.get(key) if key else None
    if key is None or data is None or ctx.services.reader is None:
        return "这张照片已经不在了，请再发一次。"
    ctx.close_card("已归类")
    reply: Reply = take_as(ctx, visit, key, ctx.services.reader.read(data), press.kind)
    return reply


# -- appeal ------------------------------------------------------------------------------------------------------------


@action(DisputeReading)
def dispute(ctx: Context, press: DisputeReading) -> Reply:
    evidence, visit = _pressed(ctx, press.evidence_id)
    if evidence.state != EvidenceState.WAITING:
        return _already(evidence)
    if ctx.sender.manager_id is None:
        return "你没有直属主管，请直接找管理员。"
    evidence.state = EvidenceState.DISPUTED
    ctx.close_card("已提异议，等主管看")
    ctx.note("visit.disputed", "visit", visit.id, evidence=evidence.id)
    customer = ctx.session.get(Customer, visit.customer_id)
    card = dispute_for_manager(
        ctx.sender.name, customer.label if customer else visit.customer_id, _read_words(ctx, evidence),
        local(evidence.received_at, ctx.zone, "%m-%d %H:%M"), evidence.id, evidence.media_key,
    )  # fmt: skip
    ctx.send(ctx.sender.manager_id, card, key=f"V03:dispute:{evidence.id}", subject=f"visit:{visit.id}", rule="V03")
    return "已把原图和机器读数一起发给主管判断，结果会告诉你。"


def _read_words(ctx: Context, evidence: VisitEvidence) -> str:
    if evidence.distance_m is not None:
        return f"距登记地址 {evidence.distance_m} 米"
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
    ctx.note("photo.judged", "visit", visit.id, evidence=evidence.id, element=evidence.kind, misread=press.believe)
    done = VISIT_GATE.boxes(_done(ctx, visit))
    told = f"{ctx.sender.name}看过了：{verdict}。" + (f" {done}" if press.believe else " 请重拍或按补记。")
    ctx.send(owner.id, told, key=f"V03:judged:{evidence.id}", subject=f"visit:{visit.id}", rule="V03")
    return f"已记：{verdict}。" + ("计入识别误判。" if press.believe else "")


# -- shared ------------------------------------------------------------------------------------------------------------


def _pressed(ctx: Context, evidence_id: int) -> tuple[VisitEvidence, Visit]:
    evidence = ctx.session.get(VisitEvidence, evidence_id)
    visit = ctx.session.get(Visit, evidence.visit_id) if evidence else None
    if evidence is None or visit is None or visit.owner_id != ctx.sender.id:
        raise UserError("这张照片不是你的。")
    return evidence, visit


def _already(evidence: VisitEvidence) -> str:
    words = {
        EvidenceState.REPLACED: "这张已经被新的替换了。",
        EvidenceState.DISPUTED: "已经在等主管判断了。",
    }
    return words.get(EvidenceState(evidence.state), "这张已经记好了。")


def _done(ctx: Context, visit: Visit) -> frozenset[str]:
    return done_kinds(ctx.session, visit.id)


def _with_review(ctx: Context, visit: Visit, receipt: str) -> Reply:
    return [receipt, all_three_there()] if VISIT_GATE.is_full(_done(ctx, visit)) else receipt
