"""An unknown command → the one that was probably meant."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from pypinyin import lazy_pinyin
from rapidfuzz.distance import OSA

from bot.parse.command.address import addressed_to_bot
from bot.parse.command.spec import CommandSpec
from bot.parse.text import clean, fold

_TYPED = re.compile(r"\s*[/\\、]*\s*([^\s:,;。!?？！]{1,24})")
_SHORTEST = 2
_FUZZY_SOUNDS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("l", "n"))


@lru_cache(maxsize=1024)
def _sound(word: str) -> str:
    """Pinyin with the sounds a keyboard or an ear confuses made equal."""
    sound = "".join(lazy_pinyin(word)).lower()
    for heard, meant in _FUZZY_SOUNDS:
        sound = sound.replace(heard, meant)
    return sound


def _candidates(typed: str, alias: str) -> Iterable[str]:
    """Take what was typed, and its start: the rest may be glued on (/拜坊华东机械)."""
    return {typed, typed[: len(alias)], typed[: len(alias) + 1]}


def _distance(typed: str, alias: str) -> float:
    """0 sounds the same … 1 one character off; 9 when it is another word."""
    folded = fold(alias)
    if len(folded) < _SHORTEST:
        return 9.0
    if any(_sound(start) == _sound(folded) for start in _candidates(typed, folded)):
        return 0.0
    edits = min(OSA.distance(start, folded) for start in _candidates(typed, folded))
    if edits > 1:
        return 9.0
    return edits - 0.5 * OSA.normalized_similarity(_sound(typed[: len(folded)]), _sound(folded))


def nearest(text: str, registry: Sequence[CommandSpec], *, bot_names: Sequence[str] = ()) -> CommandSpec | None:
    """Suggest the command an unknown one is at most one slip away from (OSA ≤ 1, or the same sound); None when none is."""
    line = fold(addressed_to_bot(clean(text[:200]), bot_names, ()))
    match = _TYPED.match(line)
    if match is None or len(match[1]) < _SHORTEST:
        return None
    scored = [
        (_distance(match[1], alias), number)
        for number, spec in enumerate(registry)
        for alias in {spec.name, *spec.aliases}
    ]
    best = min(scored, default=(9.0, 0))
    return registry[best[1]] if best[0] <= 1 else None
