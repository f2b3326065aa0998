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
    Kept,
    RetakePhoto,
    SortPhoto,
    TypeTime,
    all_three_there,
    ask_backfill_reason,
    local,
    photo_backfilled,
    photo_seen_before,
    photo_self_reported,
    screenshot_accepted,
    screenshot_unsure,
    what_is_this,
)
from bot.evidence import done, pressed_evidence, settled, time_receipt, weak_place, with_review
from bot.masking import cut_out_of
from bot.photo import PhotoKind, Reading, facts_of
from bot.radar import Place, keep, radar_of
from bot.update import Media
from models.chat import masked_copy_of, media_key_like
from models.customer import contacts_of
from models.deadline import Subject
from models.person import Person
from models.rules.gates import PHOTO, SCREENSHOT, VISIT_GATE
from models.rules.hints import Hint, clock_hints, screen_hints
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
    if VISIT_GATE.is_filled(done_kinds(ctx.session, visit.id)):
        return [receipt, all_three_there()]
    return [receipt]


def _with_cut_out(ctx: Context, visit: Visit, receipt: Any, key: str, reading: Reading) -> Any:
    """Show what was read beside a doubtful verdict (M4); the cut-out goes when its original goes."""
    if not isinstance(receipt, Card):
        return receipt
    cut = cut_out_of(ctx, key, reading, READ_OFF, subject=Subject("visit", visit.id))
    return replace(receipt, image=cut) if cut else receipt


# -- the site photo ----------------------------------------------------------------------------------------------------


def _site_photo(ctx: Context, visit: Visit, key: str, reading: Reading) -> Any:
    finding = check_watermark_time(
        facts_of(reading), received_at=ctx.update.at, tolerance=ctx.settings.photos.time_tolerance
    )
    evidence = _evidence(ctx, visit, PHOTO, key, finding)
    evidence.hints = clock_hints(reading.exif.taken_at, finding.read_at, evidence.received_at)
    evidence.hints += screen_hints(reading.print.moire if reading.print else 0.0)
    note = _code_note(ctx, visit, facts_of(reading))
    if _seen_before(ctx, visit, evidence, reading):
        return photo_seen_before(evidence.id)
    place = weak_place(ctx, visit, evidence, facts_of(reading))
    receipt = _with_cut_out(ctx, visit, time_receipt(ctx, visit, evidence, finding, note), key, reading)
    return _with_words(receipt, place) if place else receipt


def _with_words(receipt: Any, words: str) -> Any:
    """Add a line to a receipt: one message says all of one photo."""
    return replace(receipt, body=f"{receipt.body}\n{words}") if isinstance(receipt, Card) else f"{receipt}\n{words}"


def _seen_before(ctx: Context, visit: Visit, evidence: VisitEvidence, reading: Reading) -> bool:
    """Look for the picture among those of other visits, and keep its traces (M6); a chat is only hinted at."""
    place = Place(visit.id, visit.owner_id, visit.customer_id, evidence.kind)
    earlier = radar_of(ctx.services.extras).find(ctx.session, reading, place)
    keep(ctx.session, reading, place, media_key=evidence.media_key or "", at=evidence.received_at)
    if earlier is None:
        return False
    is_photo = evidence.kind == PHOTO
    evidence.state = EvidenceState.WAITING if is_photo else evidence.state
    evidence.hints = [*evidence.hints, Hint.SEEN_BEFORE if is_photo else Hint.SAME_CHAT]
    ctx.note("photo.seen_before", "visit", visit.id, evidence=evidence.id, earlier=earlier.visit_id)
    return True


def _evidence(ctx: Context, visit: Visit, kind: str, key: str, finding: Finding) -> VisitEvidence:
    state = EvidenceState.VALID if finding.verdict is Verdict.AGREES else EvidenceState.WAITING
    lag = int((ctx.update.at - finding.read_at).total_seconds()) if finding.read_at else None
    evidence = put_evidence(
        ctx.session,
        VisitEvidence(
            visit_id=visit.id, kind=kind, state=state, received_at=ctx.update.at, media_key=key,
            read=(finding.read or "")[:200], confidence=finding.confidence, reason=finding.reason,
            taken_at=finding.read_at, lag=lag, hints=[],
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
    if found:
        return f"口令 {visit.code_word} 已看到" + ("" if in_time else "，不过已过 10 分钟，不影响本次记录")
    return f"口令 {visit.code_word} 看不清或没拍到，不影响本次记录"


@action(RetakePhoto)
def retake(ctx: Context, press: RetakePhoto) -> Reply:
    evidence, visit = pressed_evidence(ctx, press.evidence_id)
    if evidence.state != EvidenceState.WAITING:
        return settled(evidence)
    ctx.note("visit.retake", "visit", visit.id, evidence=evidence.id)
    return "好，直接再发一张就行，以新的为准。"


@action(BackfillPhoto)
def backfill(ctx: Context, press: BackfillPhoto) -> Reply:
    evidence, _ = pressed_evidence(ctx, press.evidence_id)
    if evidence.state != EvidenceState.WAITING or evidence.taken_at is None:
        return settled(evidence)
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
    evidence, visit = pressed_evidence(ctx, state["evidence"])
    ctx.hang_up()
    assert evidence.taken_at is not None
    evidence.state, evidence.note = EvidenceState.VALID_BACKFILLED, ctx.text.strip()[:300]
    visit.happened_at, visit.backfill_reason = evidence.taken_at, evidence.note
    lag = timedelta(seconds=evidence.lag or 0)
    ctx.note("visit.backfilled", "visit", visit.id, evidence=evidence.id, lag=evidence.lag, reason=evidence.note)
    return with_review(ctx, visit, photo_backfilled(local(evidence.taken_at, ctx.zone), lag, done(ctx, visit)))


@action(TypeTime)
def type_time(ctx: Context, press: TypeTime) -> Reply:
    evidence, _ = pressed_evidence(ctx, press.evidence_id)
    if evidence.state != EvidenceState.WAITING:
        return settled(evidence)
    ctx.talk("visit.typed_time", {"evidence": evidence.id}, free_text=True)
    return "水印上是几点几分？例：14:05"


@dialogue("visit.typed_time")
def take_typed_time(ctx: Context, state: dict[str, Any]) -> Reply | NotMine:
    if ctx.update.kind not in {UpdateKind.TEXT, UpdateKind.VOICE}:
        return NOT_MINE
    match = TYPED_TIME.search(ctx.text)
    if match is None:
        return "没看懂时间，请写成 14:05 这样；要重拍就直接发照片。"
    evidence, visit = pressed_evidence(ctx, state["evidence"])
    ctx.hang_up()
    evidence.taken_at = _today_at(ctx, int(match[1]), int(match[2] or 0))
    evidence.lag = int((evidence.received_at - evidence.taken_at).total_seconds())
    evidence.state = EvidenceState.SELF_REPORTED
    ctx.note("visit.self_reported", "visit", visit.id, evidence=evidence.id, taken_at=evidence.taken_at.isoformat())
    return with_review(ctx, visit, photo_self_reported(local(evidence.taken_at, ctx.zone), done(ctx, visit)))


def _today_at(ctx: Context, hour: int, minute: int) -> datetime:
    return ctx.now.astimezone(ctx.zone).replace(hour=hour, minute=minute, second=0, microsecond=0)


# -- the screenshot ----------------------------------------------------------------------------------------------------


def _screenshot(ctx: Context, visit: Visit, key: str, reading: Reading) -> Any:
    contacts = contacts_of(ctx.session, visit.customer_id)
    known = [KnownContact(contact.name, contact.title or None) for contact in contacts]
    finding = check_contact(facts_of(reading), known)
    evidence = _evidence(ctx, visit, SCREENSHOT, key, finding)
    _seen_before(ctx, visit, evidence, reading)
    if finding.verdict is Verdict.AGREES:
        read, told = (finding.read or "").replace(" ", " · "), finding.expected.replace(" ", " / ")
        masked = masked_copy_of(ctx.session, key) is not None
        kept = Kept(ctx.settings.photos.keep_days, masked=masked)
        return screenshot_accepted(read, finding.confidence, told, kept, done(ctx, visit))
    card = screenshot_unsure(finding.read, finding.expected, evidence.id, differs=finding.verdict is Verdict.DIFFERS)
    return _with_cut_out(ctx, visit, card, key, reading)


@action(ConfirmContact)
def confirm_contact(ctx: Context, press: ConfirmContact) -> Reply:
    evidence, visit = pressed_evidence(ctx, press.evidence_id)
    if evidence.state != EvidenceState.WAITING:
        return settled(evidence)
    evidence.state = EvidenceState.SELF_REPORTED
    ctx.close_card("已确认是客户联系人")
    ctx.note("visit.contact_confirmed", "visit", visit.id, evidence=evidence.id, read=evidence.read)
    return with_review(ctx, visit, f"③ 截图已记，联系人按你说的算（自述）。 {VISIT_GATE.boxes(done(ctx, visit))}")


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
