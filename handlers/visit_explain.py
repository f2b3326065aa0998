"""A picture very near to an earlier one of the team: a sentence of explanation makes it count, tagged (J1 b, M6)."""

from __future__ import annotations

from typing import Any, Final

from bot import NOT_MINE, Context, NotMine, Reply, UpdateKind, action, dialogue
from bot.cards.visit import ExplainPhoto, photo_explained
from bot.evidence import done, pressed_evidence, settled, time_receipt, with_review
from models.rules.hints import Hint
from models.rules.photo import Finding, Reason, Verdict
from models.visit import EvidenceState, VisitEvidence

MIN_REASON: Final = 4
VERDICT_OF: Final = {
    Reason.OK: Verdict.AGREES,
    Reason.TIME_ONLY: Verdict.AGREES,
    Reason.WRONG_TIME: Verdict.DIFFERS,
    Reason.IN_FUTURE: Verdict.DIFFERS,
}


@action(ExplainPhoto)
def explain(ctx: Context, press: ExplainPhoto) -> Reply:
    evidence, _ = pressed_evidence(ctx, press.evidence_id)
    if evidence.state != EvidenceState.WAITING or Hint.SEEN_BEFORE not in evidence.hints:
        return settled(evidence)
    ctx.close_card("已选：说明")
    ctx.talk("visit.explain_photo", {"evidence": evidence.id}, free_text=True)
    return "请用一句话说明，比如「门口固定机位，每次都这样拍」。"


@dialogue("visit.explain_photo")
def take_explanation(ctx: Context, state: dict[str, Any]) -> Reply | NotMine:
    if ctx.update.kind not in {UpdateKind.TEXT, UpdateKind.VOICE}:
        return NOT_MINE
    if len(ctx.text.strip()) < MIN_REASON:
        return "再多说两个字，比如「门口固定机位」。"
    evidence, visit = pressed_evidence(ctx, state["evidence"])
    ctx.hang_up()
    if evidence.state != EvidenceState.WAITING:
        return settled(evidence)
    evidence.note = ctx.text.strip()[:300]
    evidence.hints = [hint for hint in evidence.hints if hint != Hint.SEEN_BEFORE] + [Hint.SEEN_EXPLAINED]
    ctx.note("photo.explained", "visit", visit.id, evidence=evidence.id, reason=evidence.note)
    finding = _finding_again(evidence)
    if finding.verdict is not Verdict.AGREES:
        return ["已记你的说明。", time_receipt(ctx, visit, evidence, finding)]
    evidence.state = EvidenceState.VALID
    return with_review(ctx, visit, photo_explained(done(ctx, visit)))


def _finding_again(evidence: VisitEvidence) -> Finding:
    """Return what was found when the picture came in; its original may be gone."""
    reason = Reason(evidence.reason)
    verdict = VERDICT_OF.get(reason, Verdict.CANNOT_READ)
    return Finding("watermark_time", verdict, "", evidence.read, evidence.confidence, reason, evidence.taken_at)
