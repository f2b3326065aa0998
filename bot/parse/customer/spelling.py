"""What a person typed, as units to compare: characters, pinyin syllables, or single initials."""

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from bot.parse.customer import sound

_RUNS = re.compile(r"[a-z]+|[^a-z]")


_LONGEST_INITIALS = 8


class Kind(IntEnum):
    """What one typed unit is."""

    CHAR = 0
    SYLLABLE = 1
    INITIAL = 2


class Unit(NamedTuple):
    """One typed unit: a character, a syllable or an initial letter. A tuple, because it is compared a million times."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Price:
    """Prices of alignment; 1 is a whole wrong letter. Set on own general examples, not on the sample's queries."""

    same_sound: float = 0.28
    near_sound: float = 0.45
    wrong: float = 1.05
    typed_sound: float = 0.02
    typed_near: float = 0.3
    initial: float = 0.06
    extra: float = 0.75
    swap: float = 0.45


PRICE = Price()


class Prices(dict[str, float]):
    """Prices of one unit against letters of names, filled as they are met."""

    def __init__(self, unit: Unit) -> None:
        super().__init__()
        self._unit = unit

    def __missing__(self, char: str) -> float:
        price = self[char] = _differ(self._unit, char)
        return price


@lru_cache(maxsize=8192)
def prices(unit: Unit) -> Prices:
    """Return the prices of reading `unit` where a name has some letter."""
    return Prices(unit)


def _differ(unit: Unit, char: str) -> float:
    if unit.text == char:
        return 0.0
    if unit.kind is Kind.CHAR:
        return _differ_chars(unit.text, char)
    heard = sound.readings(char)
    if unit.kind is Kind.INITIAL:
        return PRICE.initial if unit.text in sound.initials(char) else PRICE.wrong
    if unit.text in heard:
        return PRICE.typed_sound
    return PRICE.typed_near if sound.blur(unit.text) in sound.blurred(char) else PRICE.wrong


def _differ_chars(one: str, other: str) -> float:
    if set(sound.readings(one)) & set(sound.readings(other)):
        return PRICE.same_sound
    if set(sound.blurred(one)) & set(sound.blurred(other)):
        return PRICE.near_sound
    return PRICE.wrong


@lru_cache(maxsize=4096)
def spellings(text: str) -> tuple[tuple[Unit, ...], ...]:
    """Return the ways to read a folded text; only Latin letters have more than one (initials, pinyin, themselves)."""
    ways: list[tuple[Unit, ...]] = [()]
    for run in _RUNS.findall(text):
        if "a" <= run[0] <= "z":
            cuts = dict.fromkeys(sound.spell(run))
            if len(run) <= _LONGEST_INITIALS:
                cuts[tuple(run)] = None
            ways = [(*way, *map(_unit, cut)) for way in ways for cut in cuts][:6]
        else:
            ways = [(*way, Unit(Kind.CHAR, run)) for way in ways]
    return tuple(ways)


def _unit(piece: str) -> Unit:
    return Unit(Kind.INITIAL if len(piece) == 1 else Kind.SYLLABLE, piece)
