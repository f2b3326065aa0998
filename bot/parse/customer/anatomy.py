"""Taking a company name apart: region, brand, trade, legal form — the brand is what tells companies apart."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.parse.customer import letters, regions, trades
from bot.parse.customer.words import words

_LEGAL = frozenset(words("legal"))
_LEGALS = tuple(sorted(_LEGAL, key=len, reverse=True))
_BRANCH = re.compile(
    r"(?:第?[一二三四五六七八九十0-9]{1,3}(?:分?公司|分?厂|车间|号店|分?店|事业部|期)|[东南西北新老]厂区?|分公司|分厂|分店|分行|支行|子公司)$"
)
_BRACKETS = re.compile(r"[(（【\[〔](.{1,16}?)[)）】\]〕]")
_CITY = frozenset("省市")
_TOWN = re.compile(r".{2,3}?(?:镇|乡|街道|开发区|高新区|工业园区?)")
_BELONGING = "附属"


@dataclass(frozen=True, slots=True)
class Anatomy:
    """The parts of a name, folded. `plain` is the name without legal form and branch, in the order it was written."""

    full: str
    plain: str
    region: str
    around: frozenset[str]
    brand: str
    trade: tuple[str, ...]
    legal: str
    branch: str

    @property
    def core(self) -> str:
        """Brand and trade: what is left of a name when place and legal form are dropped."""
        return self.brand + "".join(self.trade)

    @property
    def placed(self) -> str:
        """Return the short region, then the core: one spelling for 上海市强力泰服饰 and 强力泰（上海）服饰."""
        return self.region + self.core

    @property
    def borrowed(self) -> bool:
        """Tell whether the brand is only a place or a trade word (华东机械): little to go by."""
        return trades.all_trade(self.brand) or self.brand in regions.table()


@dataclass(frozen=True, slots=True)
class _Place:
    """What was taken off the front and out of brackets."""

    short: str = ""
    around: frozenset[str] = frozenset()
    legal: str = ""


def is_legal(word: str) -> bool:
    """Tell whether a word is a legal form."""
    return word in _LEGAL


def _strip_legal(text: str) -> tuple[str, str]:
    """Cut legal forms off the end; a text that would vanish keeps them."""
    rest = text
    while legal := next((one for one in _LEGALS if rest.endswith(one) and len(rest) - len(one) >= 2), ""):
        if len(legal) <= 2 and len(trades.ending(rest)) > len(legal):
            break  # 酒店, 药厂: the 店 belongs to the trade
        rest = rest.removesuffix(legal)
    return rest, text[len(rest) :]


def _strip_branch(text: str) -> tuple[str, str]:
    match = _BRANCH.search(text)
    if match and match.start() >= 2:
        return text[: match.start()], match.group()
    return text, ""


def _enter(place: _Place, name: str, *, bracket: bool = False) -> _Place | None:
    """Return the place after one more region name; None when the name lies elsewhere (南京东方: 东方 is the brand)."""
    region = regions.table().get(name) or (regions.districts().get(name) if bracket else None)
    if region is None or not (place.short == "" or place.short in region.around or region.short in place.around):
        return None
    return replace(place, short=region.short, around=place.around | region.around)


def _strip_region(text: str, place: _Place) -> tuple[str, _Place]:
    """Cut region names off the front as long as two letters of something else remain."""
    rest = text
    while found := regions.leading(rest):
        written, _ = found
        entered = _enter(place, written)
        left = rest[len(written) :]
        if left[:1] in _CITY and len(left) > 2 and (written + left[0]) not in regions.table():
            left = left[1:]  # 合肥市 is in the table, 广东省 too; this is for 昆山 written with a wrong suffix
        if entered is None or len(left) < 2 or trades.is_trade(left):
            break
        rest, place = left, entered
    if place.short and (town := _TOWN.match(rest)) and len(rest) - town.end() >= 2:
        rest = rest[town.end() :]
    return rest, place


def _strip_last_region(text: str, place: _Place) -> tuple[str, _Place]:
    """Cut a region off the end when none stood in front: ABB中国, 博世苏州."""
    for size in (4, 3, 2):
        left, last = text[:-size], text[-size:]
        if len(left) >= 2 and (entered := _enter(place, last)):
            return left, entered
    return text, place


def _open_brackets(name: str) -> tuple[str, _Place]:
    """Take a region or a legal form out of its brackets; anything else in brackets stays part of the name."""
    place = _Place()

    def judge(match: re.Match[str]) -> str:
        nonlocal place
        inner = letters.fold(match.group(1))
        entered = _enter(place, inner, bracket=True)
        if entered is not None:
            place = entered
            return ""
        if inner in _LEGAL:
            place = replace(place, legal=inner)
            return ""
        return inner

    return letters.fold(_BRACKETS.sub(judge, name)), place


@lru_cache(maxsize=65536)
def dissect(name: str) -> Anatomy:
    """Take a name apart, as a list has it or as a person types it; never raises, parts may be empty."""
    bare, place = _open_brackets(name)
    rest, branch = _strip_branch(bare)
    rest, legal = _strip_legal(rest)
    if not branch:
        rest, branch = _strip_branch(rest)
        rest, more = _strip_legal(rest)
        legal = more + legal
    core, place = _strip_region(rest, place)
    if not place.short:
        core, place = _strip_last_region(core, place)
    brand, trade = trades.split(core)
    return Anatomy(letters.fold(name), rest, place.short, place.around, brand, trade, place.legal + legal, branch)


def keeping_region(anatomy: Anatomy) -> Anatomy | None:
    """Return the other reading, in which the region at the front is the brand (东方科技, 大同电器); None without one."""
    if not anatomy.region or anatomy.plain == anatomy.core:
        return None
    brand, trade = trades.split(anatomy.plain)
    return replace(anatomy, region="", around=frozenset(), brand=brand, trade=trade)


def dropping_district(anatomy: Anatomy) -> Anatomy | None:
    """Return the reading in which a district's short name at the front is a place (顺德迪钻); None without one."""
    found = regions.leading_district(anatomy.brand)
    if found is None or len(anatomy.brand) - len(found.short) < 2:
        return None
    return replace(
        anatomy, region=found.short, around=anatomy.around | found.around, brand=anatomy.brand[len(found.short) :]
    )


def other_readings(anatomy: Anatomy) -> tuple[Anatomy, ...]:
    """Return the other ways to cut a name; few names have any."""
    ways = (keeping_region(anatomy), dropping_district(anatomy), hearing_trade(anatomy), dropping_owner(anatomy))
    return tuple(one for one in ways if one is not None)


def hearing_trade(anatomy: Anatomy) -> Anatomy | None:
    """Return the reading of typed pinyin in which its end is a trade (zhengyue|maoyi); None when it has none."""
    letters_ = anatomy.brand
    if anatomy.trade or not (letters_.isascii() and letters_.isalpha()):
        return None
    for start in range(4, len(letters_) - 2):
        if word := trades.by_sound().get(letters_[start:]):
            return replace(anatomy, brand=letters_[:start], trade=(word,))
    return None


def dropping_owner(anatomy: Anatomy) -> Anatomy | None:
    """Return the reading without the house it belongs to: 复旦大学附属中山医院 → 中山医院; None without one."""
    _, found, rest = anatomy.plain.partition(_BELONGING)
    if not found or len(rest) < 2:
        return None
    brand, trade = trades.split(rest)
    return replace(anatomy, brand=brand, trade=trade)


def heads(anatomy: Anatomy) -> str:
    """Return the letters short forms are made of, the first of every two, and the last: 中国石油化工 → 中石化工."""
    parts = (anatomy.region if anatomy.plain.startswith(anatomy.region) else "", anatomy.brand, *anatomy.trade)
    whole = "".join(parts)
    firsts = "".join(part[::2] for part in parts)
    return firsts + whole[-1:] if len(whole) > 1 and not firsts.endswith(whole[-1:]) else firsts
