"""What goes into the customer index and what comes out of it."""

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """Whose customer a candidate is, seen from the person who is typing; the nearest scope is asked first."""

    OWN = "own"
    TEAM = "team"
    COMPANY = "company"


class Why(StrEnum):
    """What made a candidate one."""

    EXACT = "exact"  # the whole name, or the whole name without its legal form
    ALIAS = "alias"  # a name somebody confirmed for this customer
    CODE = "code"  # #C1023 or the customer number
    FUZZY = "fuzzy"  # sounds, short forms, slips of the finger
    CONTEXT = "context"  # the customer this chat was about a moment ago


class Reason(StrEnum):
    """Why a resolution was decided or not."""

    EXACT = "exact"
    ALIAS = "alias"
    CODE = "code"
    OWN = "own"  # a clear winner among the person's own customers
    CONTEXT = "context"
    AMBIGUOUS = "ambiguous"  # several are about as good
    UNSURE = "unsure"  # one stands out but not enough, or it belongs to somebody else
    UNKNOWN = "unknown"  # nothing comes near: probably a new customer
    UNKNOWN_CODE = "unknown_code"  # a code that does not exist; the candidates are its neighbours (C05)
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class CustomerName:
    """A customer as the index needs it; `id` is our customer id ("C1023"), `number` the one of another system."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    owner: str | None = None
    team: str | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One customer the person may have meant; `score` runs from 0 to 1."""

    id: str
    name: str
    score: float
    scope: Scope
    why: Why


@dataclass(frozen=True, slots=True)
class Resolution:
    """The answer: `decided`, or up to three candidates (best first) to ask about. `span` is where in the text."""

    decided: Candidate | None
    candidates: tuple[Candidate, ...]
    ask: bool
    reason: Reason
    span: tuple[int, int] | None = None
