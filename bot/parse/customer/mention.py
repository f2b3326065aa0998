"""Customers named inside a sentence: 上午去了华东机械谈价格 → 华东机械. Also what the time parser must not read."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice

from bot.parse.customer import codes, letters, regions, trades
from bot.parse.customer.anatomy import is_legal
from bot.parse.customer.keys import Spelling, window_hashes
from bot.parse.customer.store import Store
from bot.parse.customer.types import Resolution
from bot.parse.customer.words import words

Span = tuple[int, int]
_LONGEST_TEXT = 2_000
_LONGEST_NAME = 24
_GOOD = 0.8
_GOOD_AFTER_CUE = 0.75
_SHORTEST_LATIN = 4  # KTV after 去了 is no company
_MOST_GUESSES = 3  # trades in a sentence whose company is looked for by likeness
_GUESS_BRANDS = (4, 3, 2)


@dataclass(frozen=True, slots=True)
class Asker:
    """How a part of a sentence is resolved, and whether a row is one of the person's or team's own."""

    find: Callable[[str], Resolution]
    near: Callable[[int], bool]


@cache
def _list(name: str) -> frozenset[str]:
    return frozenset(words(name))


def mentions(text: str, store: Store, asker: Asker) -> tuple[tuple[Span, Resolution], ...]:
    """Return the non-overlapping mentions of a sentence in order, longest first where they overlap."""
    found: list[tuple[Span, Resolution]] = [(span, asker.find(f"#{code}")) for code, span in codes.marked_codes(text)]
    folded, places = letters.fold_with_places(text[:_LONGEST_TEXT])
    taken = [any(start <= place < end for (start, end), _ in found) for place in places]
    spelled = sorted(_spelled(folded, store, asker), key=lambda span: (span[0] - span[1], span))
    hits = chain(
        (_resolve(folded, span, asker) for span in spelled if not any(taken[slice(*span)])),
        (_named_after_cue(folded, span, taken, asker) for span in _after_cues(folded)),
        (_guess(folded, span, taken, asker) for span in _trade_ends(folded)),
    )
    for hit in hits:
        if hit and not any(taken[slice(*hit[0])]):
            (start, end), resolution = hit
            taken[start:end] = [True] * (end - start)
            found.append(((places[start], places[end - 1] + 1), resolution))
    return tuple(sorted(found, key=lambda one: one[0]))


def _spelled(folded: str, store: Store, asker: Asker) -> Iterator[Span]:
    """Return the parts of a sentence that are a spelling of some customer and may be meant as one."""
    for size in range(2, min(_LONGEST_NAME, len(folded)) + 1):
        for start in store.known(window_hashes(folded, size)).nonzero()[0].tolist():
            span = (start, start + size)
            hits = store.spelled(folded[start : start + size])
            kind = min((kind for _, kind in hits), default=Spelling.BRAND)
            if kind < Spelling.BRAND or _brand_is_meant(folded, span, near=any(asker.near(row) for row, _ in hits)):
                yield span


def _brand_is_meant(folded: str, span: Span, *, near: bool) -> bool:
    """Tell whether a bare brand in a sentence means the company: 七天 and 方便 do not, 蓝海 of the person's own does."""
    word = folded[slice(*span)]
    if all(letter in _list("time letters") for letter in word) or trades.all_trade(word):
        return False
    if _followed_by_trade(folded, span[1]):
        return True
    placed = _after(folded, span[0]) and _before(folded, span[1])
    if word in _list("ordinary") or word in regions.table() or not near:
        return placed and word not in _list("ordinary")
    return True


def _after(folded: str, start: int) -> bool:
    """Tell whether a name may begin here: at the start, after punctuation, or after 去了, 跟, 拜访 …"""
    before = folded[:start]
    return not before or before.endswith((letters.BREAK, *words("cues")))


def _before(folded: str, end: int) -> bool:
    rest = folded[end:]
    return not rest or rest.startswith((letters.BREAK, *words("followers")))


def _followed_by_trade(folded: str, end: int) -> bool:
    return any(trades.is_trade(folded[end : end + size]) for size in range(2, trades.LONGEST + 1))


def _resolve(folded: str, span: Span, asker: Asker) -> tuple[Span, Resolution] | None:
    """Resolve a spelling, grown over a region before it and trade or legal words after it when that still fits."""
    grown = (_grow_left(folded, span[0]), _grow_right(folded, span[1]))
    if grown != span:
        resolution = asker.find(folded[slice(*grown)])
        if resolution.candidates and resolution.candidates[0].score >= _GOOD:
            return grown, resolution
    resolution = asker.find(folded[slice(*span)])
    return (span, resolution) if resolution.candidates else None


def _grow_left(folded: str, start: int) -> int:
    sizes = range(min(start, 6), 1, -1)
    return start - next((size for size in sizes if folded[start - size : start] in regions.table()), 0)


def _grow_right(folded: str, end: int) -> int:
    while size := _next_word(folded, end):
        end += size
    return end


def _next_word(folded: str, end: int) -> int:
    """Return the length of the trade word or legal form that begins here, 0 when none does."""
    sizes = range(min(10, len(folded) - end), 0, -1)
    return next((size for size in sizes if _is_tail(folded[end : end + size])), 0)


def _is_tail(word: str) -> bool:
    return (len(word) >= 2 and trades.is_trade(word)) or is_legal(word)


@cache
def _cue_pattern() -> re.Pattern[str]:
    cues, stoppers = ("|".join(sorted(words(name), key=len, reverse=True)) for name in ("strong cues", "stoppers"))
    return re.compile(f"(?:{cues})([^\n]{{2,14}}?)(?=\n|{stoppers}|$)")


def _after_cues(folded: str) -> list[Span]:
    """Return what stands after 去了, 拜访, 跟进一下, up to the next verb: a name, however it is typed."""
    return [match.span(1) for match in islice(_cue_pattern().finditer(folded), _MOST_GUESSES)]


def _named_after_cue(folded: str, span: Span, taken: list[bool], asker: Asker) -> tuple[Span, Resolution] | None:
    stretch = folded[slice(*span)]
    if any(taken[slice(*span)]) or (stretch.isascii() and len(stretch) < _SHORTEST_LATIN):
        return None
    resolution = asker.find(stretch)
    good = resolution.candidates and resolution.candidates[0].score >= _GOOD_AFTER_CUE
    return (span, resolution) if good else None


def _trade_ends(folded: str) -> list[Span]:
    """Return the trade words of a sentence that say something; a misspelt company may stand before each."""
    found: list[Span] = []
    place = 2
    while place < len(folded) - 1 and len(found) < _MOST_GUESSES:
        sizes = range(min(trades.LONGEST, len(folded) - place), 1, -1)
        size = next((size for size in sizes if trades.is_telling(folded[place : place + size])), 0)
        if size:
            found.append((place, _grow_right(folded, place + size)))
        place += size or 1
    return found


def _guess(folded: str, trade: Span, taken: list[bool], asker: Asker) -> tuple[Span, Resolution] | None:
    """Look for a company by likeness before a trade word: 去了化东机械 → 华东机械, asked unless it is plain."""
    best: tuple[Span, Resolution] | None = None
    for size in _GUESS_BRANDS:
        start = trade[0] - size
        part = folded[max(0, start) : trade[1]]
        if start < 0 or letters.BREAK in part or any(taken[start : trade[1]]):
            continue
        resolution = asker.find(part)
        score = resolution.candidates[0].score if resolution.candidates else 0.0
        if score >= _GOOD and (best is None or score > best[1].candidates[0].score):
            best = (start, trade[1]), resolution
    return best
