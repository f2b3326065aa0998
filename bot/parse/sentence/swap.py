"""Words that should be other words: 把蓝海改成恒信, 不是拜访是方案发送, 「嫌贵」应该是「嫌交期长」 → (wrong, right)."""

import re
from dataclasses import dataclass

from bot.parse.sentence.correction import TO
from bot.parse.text import clean

_SIGN = r"[^,，。；;！!\n「」“”]"


def _value(name: str, most: int) -> str:
    """Return the pattern of a value: in marks, which may hold anything, or bare up to the next stop."""
    return rf"(?:「(?P<{name}_marked>[^「」\n]{{1,{most}}})」|“(?P<{name}_quoted>[^“”\n]{{1,{most}}})”|(?P<{name}>{_SIGN}{{1,{most}}}?))"


_END = r"\s?(?:吧|啊|哦)?(?=[,，。；;！!\n]|$)"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:把|将)\s?{_value('old', 60)}\s?(?:都|全部?)?\s?{TO}\s?{_value('new', 120)}{_END}",
        rf"不是\s?{_value('old', 60)}[,，]?\s?(?:而|应该?)?是\s?{_value('new', 120)}{_END}",
        rf"{_value('old', 60)}\s?(?:写|记|弄|说|搞)?错了?[,，]?\s?(?:应该?)?是\s?{_value('new', 120)}{_END}",
        rf"{_value('old', 60)}\s?{TO}\s?{_value('new', 120)}{_END}",
    )
)


@dataclass(frozen=True)
class Swap:
    """What is wrong, and what it should be."""

    wrong: str
    right: str


def swaps_in(text: str) -> tuple[Swap, ...]:
    """Return everything a message says should be otherwise, in order; a message may name several. Never raises."""
    rest, found = clean(text[:500]).strip(), []
    while rest:
        hits = [hit for pattern in _PATTERNS if (hit := pattern.search(rest))]
        if not hits:
            break
        first = min(hits, key=lambda hit: hit.start())
        found.append(Swap(_said(first, "old"), _said(first, "new")))
        rest = rest[first.end() :].lstrip(" ,，。；;！!\n再也还并且")
    return tuple(swap for swap in found if swap.wrong and swap.right and swap.wrong != swap.right)


def _said(hit: re.Match[str], name: str) -> str:
    words = hit[name] or hit[f"{name}_marked"] or hit[f"{name}_quoted"]
    return words.strip()
