"""How well a typed name fits a listed one, from 0 to 1, and whether nothing contradicts it."""

from dataclasses import dataclass
from functools import lru_cache

from bot.parse.customer import regions, sound, trades
from bot.parse.customer.align import align
from bot.parse.customer.anatomy import Anatomy, heads, other_readings
from bot.parse.customer.spelling import spellings

_DROP_BRAND_HEAD = 0.9
_DROP_BRAND_TAIL = 0.65
_LONG_BRAND = 5
_DROP_LONG_TAIL = 0.3
_DROP_TRADE_ALL = 0.3
_DROP_UNKNOWN_TRADE = 0.1
_TRADE_WEIGHT = 0.4
_TRADE_LETTERS = 3
_OTHER_WORD = 0.04  # 汽配 for 汽车零部件
_WORST_BRAND = 0.5
_LONGEST_SHORT_FORM = 4
_SHORT_FORM, _SHORT_FORM_LONG = 0.62, 0.74
_BRAND_BEGUN, _BRAND_INSIDE = 0.5, 0.65  # 海康 for 海康威视, 讯飞 for 科大讯飞
_TRADE_UNLISTED = 0.5  # 顺丰快递, where the list has 顺丰控股


@dataclass(frozen=True, slots=True)
class Fine:
    """What is taken off for parts that do not agree."""

    region_missing_in_list: float = 0.05
    region_not_said: float = 0.01
    region_wider: float = 0.02
    region_conflict: float = 0.3
    legal_differs: float = 0.015
    branch_differs: float = 0.15
    reading_kept: float = 0.005


FINE = Fine()


@dataclass(frozen=True, slots=True)
class Fit:
    """A score and the two doubts that forbid linking without a question."""

    score: float
    brand: float
    contradiction: bool


_NEVER = (9.0, 9.0)
NO_FIT = Fit(0.0, 0.0, contradiction=True)


def fit(said: Anatomy, listed: Anatomy) -> Fit:
    """Score what was said against a listed name, over the readings of both; a short form (中石化) is worth a question."""
    same_place = said.region and said.region == listed.region
    best = _fit(said, listed) if same_place else _best_reading(said, listed)
    if best.score < _SHORT_FORM_LONG and (short := _short_form(said, listed)) > best.score:
        return Fit(short, 0.0, contradiction=False)
    return best


def _best_reading(said: Anatomy, listed: Anatomy) -> Fit:
    best = NO_FIT
    for query in _readings(said):
        for name in _readings(listed):
            if name is not listed and not _begins_like(query, name):
                continue
            one = _fit(query, name)
            if (query is not said or name is not listed) and one.score > 0:
                only_place = query.brand in regions.table() and not listed.borrowed  # 华东快消 ↔ 华东南星万快消
                one = Fit(one.score - FINE.reading_kept, one.brand, one.contradiction or only_place)
            if one.score > best.score:
                best = one
    return best


def _short_form(said: Anatomy, listed: Anatomy) -> float:
    """Score letters picked from the words of a name in their order, beginning with the first or the brand's: 建行."""
    typed = said.plain
    if not 2 <= len(typed) <= _LONGEST_SHORT_FORM or typed.isascii() or not listed.brand:
        return 0.0
    letters_ = heads(listed)
    if typed[0] not in (letters_[0], listed.brand[0]):
        return 0.0
    rest = iter(letters_[letters_.index(typed[0]) :])
    if not all(letter in rest for letter in typed):
        return 0.0
    return _SHORT_FORM if len(typed) == 2 else _SHORT_FORM_LONG


def _begins_like(said: Anatomy, listed: Anatomy) -> bool:
    """Tell whether two readings start with about the same sound: another cut of a name is worth a look only then."""
    if not said.core or not listed.core:
        return False
    heard = said.core[0] if said.core[0].isascii() else sound.initials(said.core[0])[0]
    return heard in sound.initials(listed.core[0])


@lru_cache(maxsize=65536)
def _readings(anatomy: Anatomy) -> tuple[Anatomy, ...]:
    return (anatomy, *other_readings(anatomy))


def _fit(said: Anatomy, listed: Anatomy) -> Fit:
    cost, brand_cost = _cost(said, listed)
    size = _size(said, listed)
    brand = max(0.0, 1.0 - brand_cost / max(1, min(len(listed.brand), _LONG_BRAND)))
    if brand < _WORST_BRAND:
        return NO_FIT
    fines, contradiction = _fines(said, listed)
    return Fit(max(0.0, 1.0 - cost / size - fines), brand, contradiction)


def _size(said: Anatomy, listed: Anatomy) -> float:
    """Return the weight of what was said: brand letters whole, trade letters less, never under a two-letter brand."""
    trade = min(_TRADE_LETTERS, len("".join(said.trade)))
    brand = min(len(said.brand), len(listed.brand) + 1) if said.brand else 0
    return max(2.0, float(brand)) + _TRADE_WEIGHT * trade


def _cost(said: Anatomy, listed: Anatomy) -> tuple[float, float]:
    """Return the cheapest whole price, and the price of the brand in it."""
    trade = "".join(listed.trade)
    size = len(listed.brand)
    drops = (*_brand_drops(size), *_trade_drops(len(trade)))
    best = min(align(units, listed.core, drops, size) for units in spellings(said.core))
    if said.trade and said.brand and listed.trade and trades.same_trade(said.trade, listed.trade):
        other = 0.0 if said.trade == listed.trade else _OTHER_WORD
        for units in spellings(said.brand):
            price, _ = align(units, listed.brand, drops[:size], size)
            best = min(best, (price + other, price))
    return min(best, _part_of_brand(said, listed), _unlisted_trade(said, listed))


def _part_of_brand(said: Anatomy, listed: Anatomy) -> tuple[float, float]:
    """Price the beginning or a stretch of a long brand, with nothing said against its trade."""
    if not 2 <= len(said.brand) < len(listed.brand) or said.brand not in listed.brand:
        return _NEVER
    if said.trade and not trades.same_trade(said.trade, listed.trade):
        return _NEVER
    price = _BRAND_BEGUN if listed.brand.startswith(said.brand) else _BRAND_INSIDE
    return price, price


def _unlisted_trade(said: Anatomy, listed: Anatomy) -> tuple[float, float]:
    """Price a trade that was said where the list names none or only fillers."""
    silent = said.brand == listed.brand and said.trade and not any(map(trades.is_telling, listed.trade))
    return (_TRADE_UNLISTED, 0.0) if silent else _NEVER


@lru_cache(maxsize=64)
def _brand_drops(size: int) -> tuple[float, ...]:
    """Return the prices of the brand's letters; the end of a very long one is a trade that the table does not know."""
    tail = _DROP_BRAND_TAIL if size < _LONG_BRAND else _DROP_LONG_TAIL
    return tuple(
        _DROP_BRAND_HEAD if place < 2 else tail if place == 2 or size < _LONG_BRAND else _DROP_UNKNOWN_TRADE
        for place in range(size)
    )


@lru_cache(maxsize=64)
def _trade_drops(size: int) -> tuple[float, ...]:
    return (_DROP_TRADE_ALL / max(1, size),) * size


def _fines(said: Anatomy, listed: Anatomy) -> tuple[float, bool]:
    """Return what disagreeing places, legal forms and branches cost, and whether one of them is a contradiction."""
    fine, contradiction = _region_fine(said, listed)
    if said.legal and said.legal != listed.legal:
        fine += FINE.legal_differs
    if said.branch != listed.branch:
        fine += FINE.branch_differs
        contradiction = True
    return fine, contradiction


def _region_fine(said: Anatomy, listed: Anatomy) -> tuple[float, bool]:
    if said.region == listed.region:
        return 0.0, False
    if not said.region:
        return FINE.region_not_said, False
    if not listed.region:
        return FINE.region_missing_in_list, False
    if regions.compatible(said.around, frozenset({listed.region})) or regions.compatible(
        listed.around, frozenset({said.region})
    ):
        return FINE.region_wider, False
    return FINE.region_conflict, True
