"""The name along a seal's ring proves, mends or stands in for the name printed under it (R02).

Ink spoils the print and print spoils the ink, but not the same characters: two poor readings of one name, put side by
side, are often one good one.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from rapidfuzz.distance import Levenshtein

from bot.photo.parsers import mended, strict_company
from bot.photo.reading import Box, Field, Line, PhotoKind
from bot.photo.text import Heard, heard_of

STAMPED: Mapping[PhotoKind, tuple[str, ...]] = MappingProxyType(
    {
        PhotoKind.CONTRACT_PAGE: ("customer", "supplier"),
        PhotoKind.SIGNED_SLIP: ("customer",),
        PhotoKind.INVOICE: ("seller",),
        PhotoKind.LICENCE: (),
    }
)
"""Fields that hold the name of a company that stamps such a page."""
Read = tuple[str, float]
"""A character and how sure the engine was of it."""
_ALIKE = 0.6
_RING_WORTH = 0.6  # of a character on the ring, measured by one in print: bent writing is read too surely
_DOUBT = 0.2  # what it costs that the two readings do not agree
_SURE = 0.9  # a name read as surely as this needs no help
_ADDED = 0.75  # a character that only one of the two readings has is believed from here
_ALONE = 0.8  # not enough to call anything different


def with_ring(kind: PhotoKind, fields: Mapping[str, Field], rings: tuple[Line, ...], middle: float) -> dict[str, Field]:
    """Return the fields with doubtful company names compared with the rings; `middle` parts a page's left and right."""
    done = dict(fields)
    for ring in rings:
        heard = mended(heard_of(ring))
        likest = max(
            (name for name in STAMPED.get(kind, ()) if name in done),
            key=lambda name: _likeness(done[name].value, heard.text),
            default=None,
        )
        if likest is not None and _likeness(done[likest].value, heard.text) >= _ALIKE:
            done[likest] = _merged(done[likest], heard)
        elif kind is PhotoKind.CONTRACT_PAGE:
            done |= _stands_in(done, heard, ring.box, middle)
    return done


def _likeness(one: str, other: str) -> float:
    return float(Levenshtein.normalized_similarity(one, other))


def _merged(field: Field, ring: Heard) -> Field:
    if field.confidence >= _SURE:
        return field
    printed = Heard(field.value, field.chars or (field.confidence,) * len(field.value))
    pairs = _side_by_side(printed, ring)
    best = mended(Heard("".join(char for char, _ in pairs), tuple(sure for _, sure in pairs)))
    parsed = strict_company(best)
    if parsed is None:
        return field
    value, heard = parsed
    return replace(field, value=value, confidence=round(heard.confidence, 3), chars=heard.sure)


def _side_by_side(one: Heard, other: Heard) -> list[Read]:
    """Return the likeliest characters of two readings of one text: the alignment that keeps most certainty wins."""
    first, second = list(zip(one.text, one.sure, strict=True)), list(zip(other.text, other.sure, strict=True))
    rows: list[list[tuple[float, list[Read]]]] = [[(0.0, [])] * (len(second) + 1) for _ in range(len(first) + 1)]
    for i in range(len(first) + 1):
        for j in range(len(second) + 1):
            options = []
            if i and j:
                options.append(_step(rows[i - 1][j - 1], *_together(first[i - 1], second[j - 1])))
            if i:
                options.append(_step(rows[i - 1][j], *_alone(first[i - 1], inside=0 < j < len(second))))
            if j:
                options.append(_step(rows[i][j - 1], *_alone(second[j - 1], inside=0 < i < len(first))))
            rows[i][j] = max(options, key=lambda option: option[0], default=rows[i][j])
    return rows[-1][-1][1]


def _step(before: tuple[float, list[Read]], worth: float, kept: list[Read]) -> tuple[float, list[Read]]:
    return before[0] + worth, before[1] + kept


def _together(one: Read, other: Read) -> tuple[float, list[Read]]:
    """Judge two characters in one place; of two that differ the printed one is likelier, and neither is sure."""
    char, printed = one
    if char == other[0]:
        return 2.0, [(char, max(printed, other[1]))]
    drawn = _RING_WORTH * other[1]
    best, worth = (char, printed) if printed >= drawn else (other[0], drawn)
    return worth - _DOUBT, [(best, min(_ALONE, worth))]


def _alone(read: Read, *, inside: bool) -> tuple[float, list[Read]]:
    """Judge a character that one reading has and the other lacks: at the ends it is scenery, inside it may have been lost."""
    kept = inside and read[1] >= _ADDED
    return (read[1] - 1.0 if kept else -read[1]), ([read] if kept else [])


def _stands_in(fields: Mapping[str, Field], ring: Heard, box: Box, middle: float) -> dict[str, Field]:
    """Take a ring's name for the party on whose side the seal stands, when the print under it is lost."""
    left = (box[0][0] + box[2][0]) / 2 < middle
    name = "customer" if left else "supplier"
    parsed = strict_company(ring)
    if name in fields or parsed is None:
        return {}
    value, heard = parsed
    return {name: Field(name, value, ring.text, round(min(_ALONE, heard.confidence), 3), box)}
