"""Which of several time expressions of a sentence is the one that matters."""

import re
from collections.abc import Sequence

from bot.parse.time.match import Kind, TimeMatch

__all__ = ["choose"]

_RANKS = {
    "deadline": {
        Kind.DEADLINE: 5,
        Kind.POINT: 4,
        Kind.RANGE: 3,
        Kind.OPEN_END: 3,
        Kind.DURATION: 2,
        Kind.RECURRING: 1,
        Kind.VAGUE: 0,
    },
    "point": {
        Kind.POINT: 5,
        Kind.RANGE: 4,
        Kind.OPEN_END: 3,
        Kind.DEADLINE: 3,
        Kind.DURATION: 2,
        Kind.RECURRING: 1,
        Kind.VAGUE: 0,
    },
    "range": {
        Kind.RANGE: 5,
        Kind.POINT: 4,
        Kind.OPEN_END: 4,
        Kind.DEADLINE: 4,
        Kind.DURATION: 2,
        Kind.RECURRING: 1,
        Kind.VAGUE: 0,
    },
}
_CHANGED_TO = re.compile(
    r"(?:改|延|推|挪|换|调|提前|推迟|延期|顺延|定|约)(?:期|迟|后|早|整)?(?:到|成|为|在|至|是)?了?\s?$|(?:而?是|得|就)\s?$"
)
_DENIED = re.compile(r"(?:不是|不要|别|并非|不能|没法|原定|原来|本来|之前(?:说|定)的?|从)\s?$")
_DROPPED = re.compile(r"[^,，。;；]{0,3}?(?:不行|没空|不在|来不了|不方便|有事|不可以|取消|没时间|赶不上|来不及)")


def choose(matches: Sequence[TimeMatch], text: str, prefer: str) -> TimeMatch | None:
    """Return the expression that matters: what a time is changed to, else by kind, else the first."""
    if not matches:
        return None
    ranks = _RANKS[prefer]
    return max(enumerate(matches), key=lambda pair: (_weight(pair[1], text), ranks[pair[1].kind], -pair[0]))[1]


def _weight(match: TimeMatch, text: str) -> int:
    before, after = text[max(0, match.span[0] - 8) : match.span[0]], text[match.span[1] : match.span[1] + 8]
    if _DENIED.search(before) or _DROPPED.match(after):
        return -1
    return 1 if _CHANGED_TO.search(before) else 0
