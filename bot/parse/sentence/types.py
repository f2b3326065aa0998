"""What one sentence becomes: drafts with slots, each with its evidence and whether to ask."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

Span = tuple[int, int]
AUTO = 0.9  # a slot this sure is filled in silently; below it the card shows a question mark


class TimeLike(Protocol):
    """What the time parser returns (bot.parse.time.TimeMatch)."""

    text: str
    span: Span
    kind: Any
    start: datetime | None
    due_at: datetime | None
    ambiguous: bool


class ResolutionLike(Protocol):
    """What the customer and person resolvers return: one decided, or candidates to ask about."""

    decided: Any
    ask: bool


Mention = tuple[
    Span, Any
]  # a span and a ResolutionLike; Any, because frozen dataclasses do not meet a mutable protocol
Times = Callable[[str], Sequence[Any]]  # TimeLike, likewise
Mentions = Callable[[str], Sequence[Mention]]


class DraftKind(StrEnum):
    """What a draft would be recorded as."""

    VISIT = "visit"
    PLAN = "plan"
    OBJECTION = "objection"
    COMMITMENT = "commitment"
    NEXT_STEP = "next_step"
    AWAITED = "awaited"  # what the customer said they will do
    DONE = "done"  # something of ours was done; may close a commitment
    QUOTE = "quote"
    CONTRACT = "contract"
    PAYMENT = "payment"
    COMPETITOR = "competitor"
    SIGNAL = "signal"
    PROGRESS = "progress"
    EMPTY_PHRASE = "empty_phrase"


class SlotName(StrEnum):
    """The fields a draft may have."""

    CUSTOMER = "customer"
    CONTACT = "contact"
    AT = "at"
    DUE = "due"
    WHAT = "what"
    ACTION = "action"
    CATEGORY = "category"
    AMOUNT = "amount"
    CODE = "code"
    MODE = "mode"
    QUOTATION = "quotation"
    EVIDENCE = "evidence"
    GOAL = "goal"
    BREAKTHROUGH = "breakthrough"


@dataclass(frozen=True)
class Slot:
    """A value read from the text at `span` (of the cleaned text), with how sure we are (0–1)."""

    name: SlotName
    value: Any
    text: str
    span: Span
    confidence: float

    @property
    def auto(self) -> bool:
        """Whether the value may be filled in without a question."""
        return self.confidence >= AUTO


@dataclass(frozen=True)
class Draft:
    """One record a sentence would become; nothing is stored before the person confirms it."""

    kind: DraftKind
    slots: tuple[Slot, ...]
    span: Span
    text: str
    confidence: float

    def slot(self, name: SlotName) -> Slot | None:
        """Return the slot of this name, or None."""
        return next((slot for slot in self.slots if slot.name == name), None)

    @property
    def values(self) -> Mapping[SlotName, Any]:
        """Slot values by name."""
        return {slot.name: slot.value for slot in self.slots}


class Verdict(StrEnum):
    """What the dispatcher should do with a captured text."""

    NONE = "none"  # show help
    ONE = "one"  # confirm
    SEVERAL = "several"  # show all, ask which


@dataclass(frozen=True)
class Capture:
    """Everything recognised in one message; spans count characters of `text`, the cleaned message."""

    text: str
    drafts: tuple[Draft, ...]

    @property
    def verdict(self) -> Verdict:
        """None, one or several records."""
        return (Verdict.NONE, Verdict.ONE)[len(self.drafts)] if len(self.drafts) < 2 else Verdict.SEVERAL

    def of(self, kind: DraftKind) -> tuple[Draft, ...]:
        """Return the drafts of one kind."""
        return tuple(draft for draft in self.drafts if draft.kind == kind)
