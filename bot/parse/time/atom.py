"""The building block of the grammar: a pattern and what it means inside a longer date."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.parse.time.period import Frame, Period

__all__ = ["NUMERALS", "RELATIVES", "Atom", "Resolve", "atom"]

Resolve = Callable[[re.Match[str], Frame, Period | None], Period | None]
NUMERALS = "0123456789零〇一二两俩三仨四五六七八九十廿卅百"
RELATIVES = "上下本这当次同后"


@dataclass(frozen=True, slots=True)
class Atom:
    """A piece of a date. `resolve` gets the period named so far and narrows or moves it; None = does not apply here.

    `opens` lists the signs it may begin with where it begins a date, `continues` those where it follows another piece
    (none: it never does): they spare most patterns the attempt.
    """

    pattern: re.Pattern[str]
    resolve: Resolve
    opens: frozenset[str]
    continues: frozenset[str]


def atom(pattern: str, *, opens: str = "", continues: str = "") -> Callable[[Resolve], Atom]:
    """Turn a resolving function into an atom for the pattern."""
    return lambda resolve: Atom(re.compile(pattern), resolve, frozenset(opens), frozenset(continues))
