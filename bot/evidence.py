"""What the handlers of a visit's evidence share: whose it is, whether it is settled, what the person hears next."""

from __future__ import annotations

from bot.cards.visit import (
    PlaceAsked,
    all_three_there,
    local,
    photo_accepted,
    photo_time_differs,
    photo_unreadable,
)
from bot.cards.visit_place import place_from_watermark
from bot.context import Context, UserError
from bot.place import link_for, takes_places
from bot.reply import Content, Reply
from models.rules.gates import LOCATION, VISIT_GATE
from models.rules.photo import READABLE, Finding, PhotoFacts, Reason, Verdict
from models.visit import EvidenceState, Visit, VisitEvidence, done_kinds, evidence_of, put_evidence


def pressed_evidence(ctx: Context, evidence_id: int) -> tuple[VisitEvidence, Visit]:
    """Return a piece of evidence and its visit when they belong to the sender; raises UserError otherwise."""
    evidence = ctx.session.get(VisitEvidence, evidence_id)
    visit = ctx.session.get(Visit, evidence.visit_id) if evidence else None
    if evidence is None or visit is None or visit.owner_id != ctx.sender.id:
        raise UserError("这张照片不是你的。")
    return evidence, visit


def settled(evidence: VisitEvidence) -> str:
    """Say what became of a piece of evidence whose button was pressed late."""
    words = {
        EvidenceState.REPLACED: "这张已经被新的替换了。",
        EvidenceState.DISPUTED: "已经在等主管判断了。",
    }
    return words.get(EvidenceState(evidence.state), "这张已经记好了。")


def done(ctx: Context, visit: Visit) -> frozenset[str]:
    """Return the kinds of evidence that count."""
    return done_kinds(ctx.session, visit.id)


def with_review(ctx: Context, visit: Visit, receipt: Content) -> Reply:
    """Return a receipt, followed by the invitation to the review once all three are there."""
    return [receipt, all_three_there()] if VISIT_GATE.is_filled(done(ctx, visit)) else receipt


def place_asked(ctx: Context, visit_id: str) -> PlaceAsked | None:
    """Return how a visit's place is asked for in this chat; None where one simply sends it (J1, DingTalk)."""
    if takes_places(ctx):
        return None
    minutes = int(ctx.settings.rules.visit.place_link.total_seconds()) // 60
    return PlaceAsked(link_for(ctx, visit_id), minutes)


def time_receipt(ctx: Context, visit: Visit, evidence: VisitEvidence, finding: Finding, note: str = "") -> Content:
    """Say what the watermark of a site photo means (V03): it agrees, differs, or cannot be read."""
    if finding.verdict is Verdict.CANNOT_READ or finding.read_at is None:
        return photo_unreadable(finding.reason, evidence.id)
    if finding.verdict is Verdict.DIFFERS:
        tolerance = ctx.settings.photos.time_tolerance
        return photo_time_differs(finding, evidence.received_at, tolerance, evidence.id, ctx.zone)
    return photo_accepted(local(finding.read_at, ctx.zone), finding.confidence, done(ctx, visit), note)


def weak_place(ctx: Context, visit: Visit, photo: VisitEvidence, facts: PhotoFacts) -> str:
    """Let a photo's watermark stand in for the place, where the chat sends none and none is there yet; returns the words (J1)."""
    asked, address = place_asked(ctx, visit.id), facts.fields.get("address")
    before = next((one for one in evidence_of(ctx.session, visit.id) if one.kind == LOCATION), None)
    by_photo = before is None or (before.state == EvidenceState.WEAK and before.accuracy_m is None)
    if asked is None or not by_photo or address is None or address.confidence < READABLE:
        return ""
    put_evidence(
        ctx.session,
        VisitEvidence(
            visit_id=visit.id, kind=LOCATION, state=EvidenceState.WEAK, received_at=photo.received_at,
            read=address.value[:200], confidence=address.confidence, reason=Reason.NOT_FOUND,
            note="水印上的地址", hints=[],
        ),
    )  # fmt: skip
    ctx.note("visit.evidence", "visit", visit.id, element=LOCATION, state=EvidenceState.WEAK, read=address.value[:200])
    return place_from_watermark(address.value, asked)
