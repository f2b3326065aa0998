"""What the handlers of a visit's evidence share: whose it is, whether it is settled, what the person hears next."""

from __future__ import annotations

from bot.cards.visit import all_three_there, local, photo_accepted, photo_time_differs, photo_unreadable
from bot.context import Context, UserError
from bot.reply import Content, Reply
from models.rules.gates import VISIT_GATE
from models.rules.photo import Finding, Verdict
from models.visit import EvidenceState, Visit, VisitEvidence, done_kinds


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
    return [receipt, all_three_there()] if VISIT_GATE.is_full(done(ctx, visit)) else receipt


def time_receipt(ctx: Context, visit: Visit, evidence: VisitEvidence, finding: Finding, note: str = "") -> Content:
    """Say what the watermark of a site photo means (V03): it agrees, differs, or cannot be read."""
    if finding.verdict is Verdict.CANNOT_READ or finding.read_at is None:
        return photo_unreadable(finding.reason, evidence.id)
    if finding.verdict is Verdict.DIFFERS:
        tolerance = ctx.settings.photos.time_tolerance
        return photo_time_differs(finding, evidence.received_at, tolerance, evidence.id, ctx.zone)
    return photo_accepted(local(finding.read_at, ctx.zone), finding.confidence, done(ctx, visit), note)
