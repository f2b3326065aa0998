"""The building block of the grammar: a pattern and what it means inside a longer date."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.parse.time.period import Frame, Period

__all__ = ["Atom", "Resolve", "atom"]

Resolve = Callable[[re.Match[str], Frame, Period | None], Period | None]


@dataclass(frozen=True, slots=True)
class Atom:
    """A piece of a date. `resolve` gets the period named so far and narrows or moves it; None = does not apply here."""

    pattern: re.Pattern[str]
    resolve: Resolve


def atom(pattern: str) -> Callable[[Resolve], Atom]:
    """Turn a resolving function into an atom for the pattern."""
    return lambda resolve: Atom(re.compile(pattern), resolve)
