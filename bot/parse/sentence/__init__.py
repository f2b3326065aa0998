"""One sentence, several records (M18): capture, the visit review, corrections in words, the daily report."""

from collections.abc import Sequence
from datetime import datetime

from bot.parse.sentence.correction import Change, Correction, parse_correction
from bot.parse.sentence.reading import Resolvers, nobody, read
from bot.parse.sentence.recognise import RECOGNISERS, Recogniser
from bot.parse.sentence.report import Report, ReportItem, parse_report
from bot.parse.sentence.review import Review, review, without
from bot.parse.sentence.types import (
    Capture,
    Draft,
    DraftKind,
    Mentions,
    Slot,
    SlotName,
    Times,
    Verdict,
)
from bot.parse.signal import RuleSet

__all__ = [
    "Capture",
    "Change",
    "Correction",
    "Draft",
    "DraftKind",
    "Recogniser",
    "Report",
    "ReportItem",
    "Resolvers",
    "Review",
    "Slot",
    "SlotName",
    "Verdict",
    "capture",
    "parse_correction",
    "parse_report",
    "review",
    "without",
]


def capture(  # noqa: PLR0913 - four injected resolvers and two settings, all by name
    text: str,
    *,
    times: Times,
    customers: Mentions = nobody,
    people: Mentions = nobody,
    rules: RuleSet | None = None,
    now: datetime | None = None,
    recognisers: Sequence[Recogniser] = RECOGNISERS,
) -> Capture:
    """Recognise every record a sentence would become; nothing is stored, everything is shown and correctable (M18).

    `times`, `customers` and `people` read the cleaned text and return matches or (span, resolution) pairs counted in
    it; `now` (aware UTC) tells past from planned; `rules` are the tenant's signal rules. Never raises.
    """
    reading = read(text, Resolvers(times, customers, people, rules, now))
    drafts = sorted((draft for recogniser in recognisers for draft in recogniser(reading)), key=lambda one: one.span)
    return Capture(reading.text, tuple(draft for draft in drafts if not _said_again(draft, drafts)))


def _said_again(draft: Draft, drafts: Sequence[Draft]) -> bool:
    """资料要补，后天补给他: the undated step is the dated one said before; so is 等他出报告，说是周四给."""
    if draft.slot(SlotName.DUE):
        return False
    if draft.kind is DraftKind.AWAITED:
        what = draft.values.get(SlotName.WHAT)
        dated = (one for one in drafts if one.kind is draft.kind and one.span > draft.span and one.slot(SlotName.DUE))
        return any(one.values.get(SlotName.WHAT) == what for one in dated)
    if draft.kind is not DraftKind.NEXT_STEP:
        return False
    action = draft.values.get(SlotName.ACTION)
    later = (one for one in drafts if one.span > draft.span and one.kind in {DraftKind.NEXT_STEP, DraftKind.COMMITMENT})
    return any(one.values.get(SlotName.ACTION) == action for one in later)
