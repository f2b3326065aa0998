"""Customers named inside a sentence: 上午去了华东机械谈价格 → 华东机械. Also what the time parser must not read."""

from collections.abc import Callable, Iterator

from bot.parse.customer import codes, letters
from bot.parse.customer.keys import window_hashes
from bot.parse.customer.store import Store
from bot.parse.customer.types import Resolution

Span = tuple[int, int]
_LONGEST_TEXT = 2_000
_LONGEST_NAME = 24


def mentions(text: str, store: Store, find: Callable[[str], Resolution]) -> tuple[tuple[Span, Resolution], ...]:
    """Return the non-overlapping mentions of a sentence in order, longest first where they overlap."""
    found: list[tuple[Span, Resolution]] = [(span, find(f"#{code}")) for code, span in codes.marked_codes(text)]
    folded, places = letters.fold_with_places(text[:_LONGEST_TEXT])
    taken = [False] * len(folded)
    for start, end in sorted(_spans(folded, store), key=lambda span: (span[0] - span[1], span)):
        if any(taken[start:end]):
            continue
        resolution = find(folded[start:end])
        if resolution.candidates:
            taken[start:end] = [True] * (end - start)
            found.append(((places[start], places[end - 1] + 1), resolution))
    return tuple(sorted(found, key=lambda one: one[0]))


def _spans(folded: str, store: Store) -> Iterator[Span]:
    """Return the parts of a sentence that are a spelling of some customer, grown over a trade or legal form."""
    for size in range(2, min(_LONGEST_NAME, len(folded)) + 1):
        for start in store.known(window_hashes(folded, size)).nonzero()[0].tolist():
            yield start, start + size
