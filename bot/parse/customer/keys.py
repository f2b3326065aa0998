"""The keys a name is found by, as one row of bytes that the database keeps: nothing is recomputed at start.

Two kinds: `exact` (64-bit hashes of whole spellings, with what kind of spelling it is) and `tokens` (32-bit hashes of
pairs of letters, sounds and initials; every token holds something distinctive, so no token is shared by chance trade).
"""

from collections.abc import Iterable, Iterator
from enum import IntEnum
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from bot.parse.customer import letters, sound, trades
from bot.parse.customer.anatomy import (
    Anatomy,
    dissect,
    dropping_district,
    dropping_owner,
    heads,
    keeping_region,
    other_readings,
)
from bot.parse.customer.spelling import Kind, Unit, spellings

KEYS_VERSION = 4  # raise when tables or hashing change: stored rows of another version are computed again
_BASE = 1_000_003
_MASK = (1 << 64) - 1
_HEADER = 3
_MOST_HEADS = 7
LONGEST_EXACT = 40


class Spelling(IntEnum):
    """Which spelling of a name an exact key stands for; smaller is stronger."""

    FULL = 0
    ALIAS = 1
    PLAIN = 2  # without the legal form
    CORE = 3  # without the region too
    BRAND = 4  # the brand alone, or region and brand


class Parts(NamedTuple):
    """The packed keys of one customer, cut but not yet read."""

    kinds: bytes
    exact: bytes
    tokens: bytes


def unpack(row: bytes) -> Parts | None:
    """Cut packed keys; None when they were made by other tables and must be computed again."""
    if len(row) < _HEADER or row[0] != KEYS_VERSION:
        return None
    exact_at = _HEADER + row[1] * 256 + row[2]
    tokens_at = exact_at + 8 * (exact_at - _HEADER)
    if len(row) < tokens_at or (len(row) - tokens_at) % 4:
        return None
    return Parts(row[_HEADER:exact_at], row[exact_at:tokens_at], row[tokens_at:])


def exact_hash(text: str) -> int:
    """Return the polynomial hash of a folded spelling; `window_hashes` gives the same for parts of a sentence."""
    value = 0
    for char in text:
        value = (value * _BASE + ord(char)) & _MASK
    return value


def window_hashes(text: str, size: int) -> NDArray[np.uint64]:
    """Return the hash of every window of `size` letters of a folded text."""
    codes = np.fromiter(map(ord, text), np.uint64, len(text))
    hashes = np.zeros(len(text) - size + 1, np.uint64)
    for offset in range(size):
        hashes = hashes * np.uint64(_BASE) + codes[offset : len(text) - size + 1 + offset]
    return hashes


@lru_cache(maxsize=131072)
def _token(kind: str, text: str) -> int:
    return crc32(f"{kind}{text}".encode())


def keys_for(name: str, aliases: Iterable[str] = ()) -> bytes:
    """Return the keys of a customer name and its confirmed aliases as one row of bytes, to be stored beside it."""
    exact: dict[int, Spelling] = {}
    tokens: set[int] = set()
    for spelling, text in _spellings(dissect(name)):
        exact.setdefault(exact_hash(text), spelling)
    tokens.update(_name_tokens(dissect(name)))
    for alias in aliases:
        folded = letters.fold(alias)[:LONGEST_EXACT]
        if len(folded) >= 2:
            key = exact_hash(folded)
            exact[key] = min(exact.get(key, Spelling.ALIAS), Spelling.ALIAS)
            tokens.update(_name_tokens(dissect(alias)))
    header = bytes((KEYS_VERSION, *divmod(len(exact), 256)))
    hashes = np.fromiter(exact, "<u8", len(exact)).tobytes()
    return header + bytes(exact.values()) + hashes + np.fromiter(sorted(tokens), "<u4", len(tokens)).tobytes()


def _spellings(anatomy: Anatomy) -> Iterator[tuple[Spelling, str]]:
    yield Spelling.FULL, anatomy.full
    yield Spelling.PLAIN if anatomy.region in anatomy.plain else Spelling.CORE, anatomy.plain + anatomy.branch
    yield Spelling.PLAIN, anatomy.placed + anatomy.branch
    if not anatomy.branch:
        yield Spelling.CORE, anatomy.core
        if len(anatomy.brand) >= 2:
            yield Spelling.BRAND, anatomy.brand
            yield Spelling.BRAND, anatomy.region + anatomy.brand


def _pairs(letters_: str) -> Iterator[str]:
    """Return unordered pairs of neighbours and next-but-one neighbours: a swap or one lost letter leaves some alive."""
    for one, other in combinations(range(len(letters_)), 2):
        if other - one <= 2:
            yield "".join(sorted((letters_[one], letters_[other])))


def _sound_pairs(heard: list[tuple[str, ...]]) -> Iterator[str]:
    for one, other in combinations(range(len(heard)), 2):
        if other - one <= 2:
            for first in heard[one]:
                for second in heard[other]:
                    yield " ".join(sorted((first, second)))


def _name_tokens(anatomy: Anatomy) -> Iterator[int]:
    yield from _brand_tokens(anatomy)
    yield from _short_tokens(anatomy)
    other = keeping_region(anatomy)
    if other is not None and len(anatomy.brand) < 2:
        yield from _brand_tokens(other)
    for reading in (dropping_district(anatomy), dropping_owner(anatomy)):
        if reading is not None:
            yield from _brand_tokens(reading)


def _brand_tokens(anatomy: Anatomy) -> Iterator[int]:
    brand = anatomy.brand
    trade = "".join(anatomy.trade)
    stretch = brand + trade[:1] if len(brand) < 4 else brand
    yield from (_token("c", pair) for pair in _pairs(stretch))
    heard = [sound.blurred(char) for char in stretch]
    yield from (_token("p", pair) for pair in _sound_pairs(heard))
    yield from _trade_tokens(brand, anatomy.trade)
    yield from _initial_tokens(brand, trade, anatomy.region)
    if len(brand) == 1:
        yield _token("b", brand)


def _trade_tokens(brand: str, trade: tuple[str, ...]) -> Iterator[int]:
    """Pair each brand letter with what the company does: 普生物医药 still finds 普凯生物医药."""
    for group in trades.groups(trade) if trade else ():
        yield from (_token("t", f"{char}{group}") for char in brand[:4])


def _first_letters(text: str) -> list[str]:
    """Return the initials a text may be typed with; two ways at most for each letter, four in all."""
    ways = [""]
    for char in text:
        ways = [way + letter for way in ways for letter in sound.initials(char)[:2]][:4]
    return ways


def _initial_tokens(brand: str, trade: str, region: str) -> Iterator[int]:
    for stretch in (brand, brand + trade[:1], brand + trade[:2], region + brand):
        yield from (_token("i", way) for way in _first_letters(stretch))


def _short_tokens(anatomy: Anatomy) -> Iterator[int]:
    """Pair the first letter (of the name, of the brand) with the other letters short forms are made of: 上汽, 中石化."""
    letters_ = heads(anatomy)[:_MOST_HEADS]
    for first in dict.fromkeys((letters_[:1], anatomy.brand[:1])):
        yield from (_token("c", "".join(sorted((first, other)))) for other in letters_ if other != first)


def query_tokens(said: Anatomy) -> dict[int, float]:
    """Return the tokens to look a typed name up by, with their weights."""
    found: dict[int, float] = {}
    for reading in (said, *other_readings(said)):
        for units in spellings(reading.core[:16]):
            for kind, text, weight in _unit_tokens(units):
                found.setdefault(_token(kind, text), weight)
        for token in _trade_tokens(reading.brand, reading.trade):
            found.setdefault(token, 0.6)
        if len(reading.brand) <= 2:
            for char in reading.brand[:1]:
                found.setdefault(_token("b", char), 0.4)
    return found


def _unit_tokens(units: tuple[Unit, ...]) -> Iterator[tuple[str, str, float]]:
    chars = "".join(unit.text if unit.kind is Kind.CHAR else "\x00" for unit in units)
    for pair in _pairs(chars):
        if "\x00" not in pair:
            yield "c", pair, 1.0
    heard = [_heard(unit) for unit in units]
    for pair in _sound_pairs(heard):
        yield "p", pair, 0.7
    if any(unit.kind is Kind.INITIAL for unit in units):
        typed = "".join(unit.text[0] if unit.kind else sound.initials(unit.text)[0] for unit in units)
        for size in range(2, min(len(typed), 8) + 1):
            yield "i", typed[:size], 0.5


def _heard(unit: Unit) -> tuple[str, ...]:
    if unit.kind is Kind.CHAR:
        return sound.blurred(unit.text)
    return (sound.blur(unit.text),) if unit.kind is Kind.SYLLABLE else ()
