"""A visit's review said in one sentence (V06, V07): goal, breakthrough, objections, next step, date, summary."""

import re
from dataclasses import dataclass, replace

from bot.parse.sentence.deeds import deeds
from bot.parse.sentence.noticed import empty_phrases, objections
from bot.parse.sentence.reading import Reading, Resolvers, read
from bot.parse.sentence.types import Draft, DraftKind, Slot, SlotName, Span
from bot.parse.sentence.words import BREAKTHROUGH_CUES, GOAL_CUES, Cues, best_cue
from bot.parse.signal import Promise, Strength

SUMMARY_LIMIT = 300
_STEPS = (DraftKind.NEXT_STEP, DraftKind.COMMITMENT, DraftKind.PLAN)
_LOOSE = re.compile(r"[,，;；、\s]*$")


@dataclass(frozen=True)
class Review:
    """The review as understood; a slot below `AUTO` is shown with a question mark, None is asked for."""

    goal: Slot | None
    breakthrough: Slot | None
    objections: tuple[Slot, ...]
    next_step: Slot | None
    due: Slot | None
    summary: str
    empty_phrases: tuple[Draft, ...]
    promises: tuple[Promise, ...]  # said to the customer, the next step too: 登记吗？

    @property
    def missing(self) -> tuple[SlotName, ...]:
        """What V06 and V07 still require; objections may be none."""
        required = (
            (SlotName.GOAL, self.goal),
            (SlotName.BREAKTHROUGH, self.breakthrough),
            (SlotName.WHAT, self.next_step),
            (SlotName.DUE, self.due),
        )
        return tuple(name for name, slot in required if slot is None)

    @property
    def too_long_by(self) -> int:
        """How many characters the summary exceeds 300 by; 0 when it fits."""
        return max(0, len(self.summary) - SUMMARY_LIMIT)


def _guess(name: SlotName, reading: Reading, cues: Cues) -> Slot | None:
    found = best_cue(reading.copy, cues)
    if found is None:
        return None
    value, confidence, span = found
    return Slot(name, value, reading.text[slice(*span)], span, confidence)


def _next_step(reading: Reading) -> Draft | None:
    steps = [draft for draft in deeds(reading) if draft.kind in _STEPS]
    dated = [draft for draft in steps if draft.slot(SlotName.DUE) or draft.slot(SlotName.AT)]
    return (dated or steps)[0] if steps else None


def _due(step: Draft) -> Slot | None:
    slot = step.slot(SlotName.DUE) or step.slot(SlotName.AT)
    return replace(slot, name=SlotName.DUE) if slot else None


def review(text: str, resolvers: Resolvers) -> Review:
    """Read the sentence that ends a visit; the person confirms or changes every slot. Never raises."""
    reading = read(text, resolvers)
    step = _next_step(reading)
    said = (promise for promise in reading.promises if promise.strength is Strength.SAID)
    return Review(
        goal=_guess(SlotName.GOAL, reading, GOAL_CUES),
        breakthrough=_guess(SlotName.BREAKTHROUGH, reading, BREAKTHROUGH_CUES),
        objections=tuple(slot for draft in objections(reading) for slot in draft.slots),
        next_step=step.slot(SlotName.WHAT) if step else None,
        due=_due(step) if step else None,
        summary=reading.text,
        empty_phrases=tuple(empty_phrases(reading)),
        promises=tuple(said),
    )


def without(text: str, span: Span) -> str:
    """Return the text with the clause around a span cut out (【把那句删掉】), its comma with it."""
    start = max((text.rfind(mark, 0, span[0]) for mark in ",，。；;！!\n"), default=-1) + 1
    ends = [place for mark in ",，。；;！!\n" if (place := text.find(mark, span[1])) >= 0]
    end = min(ends, default=len(text))
    before, after = _LOOSE.sub("", text[:start]), text[end:]
    return (before + after).strip(" ,，;；") if before else after.lstrip(" ,，。;；")
