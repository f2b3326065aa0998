"""Rules made of plain words: what a director types on a phone, and the names of rivals."""

import re
from collections.abc import Iterable
from typing import Any, Final

from bot.parse.signal.rule import Pattern, Rule
from bot.parse.text import clean, fold

MIN_WORD: Final = 2
MAX_WORD: Final = 24
GAP: Final = re.compile(r"\s*(?:…+|\.{2,}|\*+|～+|~+)\s*")
_REACH: Final = 8  # characters a "…" may stand for
_PLAIN: Final = re.compile(r"[\w一-龥 %+\-/&·.'’]+")


class WordError(ValueError):
    """Words that make no rule; the text says why, in Chinese."""


def rule_from_words(label: str, title: str, words: Iterable[str], advice: Iterable[str] = ()) -> dict[str, Any]:
    """Return a rule as data for `lint_rule` and `build_rule`: each word one pattern, "…" up to eight characters between.

    The words are the rule's examples, and "客户没说" in front of them its counter-examples. Raises WordError.
    """
    words = list(dict.fromkeys(word for raw in words if (word := clean(raw).strip())))
    if not words:
        raise WordError("至少写一个词")
    return {
        "id": f"own-{label}", "label": label, "title": title, "patterns": [_pattern(word) for word in words],
        "examples": [GAP.sub("", word) for word in words],
        "counterexamples": [f"客户没说{GAP.sub('', word)}" for word in words],
        "advice": list(advice), "sure": True,
    }  # fmt: skip


def _pattern(word: str) -> str:
    parts = [fold(part) for part in GAP.split(word)]
    if not all(MIN_WORD - (len(parts) > 1) <= len(part) <= MAX_WORD and _PLAIN.fullmatch(part) for part in parts):
        raise WordError(f"「{word}」不能用：每个词 {MIN_WORD}–{MAX_WORD} 个字，只用文字；中间隔着别的字写成「要…走」")
    first, *rest = parts
    return f"!({first})" + "".join(f"~{_REACH}{re.escape(part)}" for part in rest)


def rival_rule(names: Iterable[str]) -> Rule | None:
    """Return the rule that hears the rivals' own names (label "competitor"); None without names.

    Latin names stand alone: "ABB" is not heard in "Cabbage".
    """
    folded = sorted({fold(clean(name)).strip() for name in names} - {""}, key=len, reverse=True)
    if not folded:
        return None
    regex = re.compile("|".join(f"{_edge(name, 0)}{re.escape(name)}{_edge(name, -1)}" for name in folded))
    return Rule(
        id="rival-names", label="competitor", title="竞品出现", sure=True, patterns=(Pattern("", tuple(folded), regex),), weight=2,
        unless=(re.compile(r"调(?:到|去|往)|跳槽|去了"),), examples=tuple(folded),
    )  # fmt: skip


def _edge(name: str, end: int) -> str:
    if not re.match(r"[a-z0-9]", name[end]):
        return ""
    return r"(?<![a-z0-9])" if end == 0 else r"(?![a-z0-9])"
