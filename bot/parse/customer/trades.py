"""What a company does, at the end of its name: 汽车零部件, 国际货运代理 — and the words that stand for it in speech."""

from functools import cache, lru_cache
from pathlib import Path

from bot.parse.customer import sound

_FILE = Path(__file__).with_name("trades.txt")
LONGEST = 8
_LONG_BRAND = 5
_LATEST_CUT = 4


@cache
def _groups() -> tuple[dict[str, frozenset[int]], frozenset[str]]:
    """Return the groups of every trade word, and the words that are mere fillers."""
    groups: dict[str, set[int]] = {}
    fillers: set[str] = set()
    for number, line in enumerate(_FILE.read_text(encoding="utf-8").splitlines()):
        if not line or line.startswith("#"):
            continue
        words = line.removeprefix("~").split()
        if line.startswith("~"):
            fillers.update(words)
            continue
        for word in words:
            groups.setdefault(word, set()).add(number)
    for number, word in enumerate(sorted(fillers - groups.keys()), start=1):
        groups[word] = {-number}  # a filler stands for itself only
    return {word: frozenset(numbers) for word, numbers in groups.items()}, frozenset(fillers)


def is_trade(word: str) -> bool:
    """Tell whether a word is one of the trades table."""
    return word in _groups()[0]


def is_telling(word: str) -> bool:
    """Tell whether a word is a trade that says what a company does (机械, not 科技)."""
    known, fillers = _groups()
    return word in known and word not in fillers


@cache
def by_sound() -> dict[str, str]:
    """Return the trades by their pinyin, for names typed with a Latin keyboard: maoyi → 贸易."""
    return {"".join(sound.readings(char)[0] for char in word): word for word in _groups()[0] if len(word) >= 2}


@lru_cache(maxsize=65536)
def split(core: str) -> tuple[str, tuple[str, ...]]:
    """Cut the trade words off the end, leaving something to call the company by: 禄融汽车零部件 → 禄融, (汽车零部件,)."""
    words: list[str] = []
    rest = core
    while word := ending(rest, first=not words):
        words.insert(0, word)
        rest = rest.removesuffix(word)
    if len(rest) >= _LONG_BRAND:
        rest, inner = _inside(rest)
        words = [*inner, *words]
    return rest, tuple(words)


def _inside(brand: str) -> tuple[str, list[str]]:
    """Cut a long brand before a trade word inside it: 红湖仓储货架, where 货架 is not in the table → 红湖, 仓储 货架."""
    known, fillers = _groups()
    for start in range(2, min(_LATEST_CUT, len(brand) - 1) + 1):
        for size in range(min(LONGEST, len(brand) - start), 1, -1):
            word = brand[start : start + size]
            if word in known and word not in fillers:
                return brand[:start], [one for one in (word, brand[start + size :]) if one]
    return brand, []


def ending(text: str, *, first: bool = False) -> str:
    """Return the longest trade word at the end that leaves two letters before it (one before the first word)."""
    known = _groups()[0]
    for size in range(min(LONGEST, len(text) - 1), 0, -1):
        word = text[-size:]
        if word in known and len(text) - size >= 2:
            return word
    return text[1:] if first and text[1:] in known else ""


def all_trade(text: str) -> bool:
    """Tell whether a text is nothing but trade words (新能源科技): nothing distinctive in it."""
    known = _groups()[0]
    if not text:
        return True
    return any(text[-size:] in known and all_trade(text[:-size]) for size in range(1, min(LONGEST, len(text)) + 1))


@lru_cache(maxsize=16384)
def groups(words: tuple[str, ...]) -> frozenset[int]:
    """Return the groups of the telling words; of all words when there are only fillers."""
    known, fillers = _groups()
    telling = [word for word in words if word not in fillers] or list(words)
    return frozenset().union(*(known.get(word, frozenset()) for word in telling))


def same_trade(said: tuple[str, ...], written: tuple[str, ...]) -> bool:
    """Tell whether every telling word said belongs to a group of the words written (汽配 ~ 汽车零部件)."""
    known, fillers = _groups()
    have = groups(written)
    telling = [word for word in said if word not in fillers] or list(said)
    return bool(telling) and all(known.get(word, frozenset()) & have for word in telling)


def known_trades() -> frozenset[str]:
    """Return every word of the table."""
    return frozenset(_groups()[0])
