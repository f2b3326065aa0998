"""Customer codes in a text: #C1023, or the number another system gave the customer (C05)."""

import re
from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

_CODE = re.compile(r"^[#＃]?([A-Za-z]{0,4}[-_]?\d{2,12})$")
_MARKED = re.compile(r"[#＃]([A-Za-z]{0,4}[-_]?\d{1,12})(?![\w-])")
_NEAR = 2


def normal(code: str) -> str:
    """Return a code in the form it is compared in."""
    return code.strip().lstrip("#＃").upper().replace("-", "").replace("_", "")


def code_in(text: str) -> tuple[str, tuple[int, int], bool] | None:
    """Return (code, span, marked) of a text that is a code, or the first #code inside it."""
    stripped = text.strip()
    if match := _CODE.match(stripped):
        start = text.index(stripped)
        return normal(match.group(1)), (start, start + len(stripped)), stripped[0] in "#＃"
    if match := _MARKED.search(text):
        return normal(match.group(1)), match.span(), True
    return None


def marked_codes(text: str) -> Iterable[tuple[str, tuple[int, int]]]:
    """Return every #code of a sentence with its span."""
    return ((normal(match.group(1)), match.span()) for match in _MARKED.finditer(text))


def near(code: str, known: Iterable[str]) -> list[str]:
    """Return known codes one or two slips away, nearest first."""
    hits = process.extract(code, list(known), scorer=OSA.distance, score_cutoff=_NEAR, limit=8)
    return [str(hit[0]) for hit in sorted(hits, key=lambda hit: (hit[1], hit[0]))]
