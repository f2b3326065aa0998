"""Money, discounts, percentages and quantities in what reps write: exact Decimals with their place, never a float."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bot.parse.code import code_spans
from bot.parse.number import Number, find_numbers
from bot.parse.text import narrow


class Kind(StrEnum):
    """What a number measures."""

    MONEY = "money"
    PERCENT = "percent"
    DISCOUNT = "discount"
    QUANTITY = "quantity"


@dataclass(frozen=True)
class Amount:
    """A measured number. Money is in yuan, a percentage and a discount are ratios (110 % = 1.1, 八折 = 0.8)."""

    kind: Kind
    value: Decimal
    span: tuple[int, int]
    text: str
    approximate: bool = False
    high: Decimal | None = None
    unit: str = ""


_CURRENCY = re.compile(r"(?:[￥¥$]|rmb|cny|人民币)\s?-?$")
_YUAN = re.compile(r"\s?(?:元整?|块钱?|圆整?|人民币|rmb|cny)(?:/([一-龥a-z]{1,2}))?")
_PERCENT = re.compile(r"\s?[%％]|\s?个?百分点|\s?个点(?!位|子)")
_DISCOUNT = re.compile(r"折(?!扣|叠|腾|旧|返|算|合|磨)")
_TENTH = re.compile(r"成(?![交本功立员熟品都果为了绩套批])")
_UNITS = "平方米|平米|立方米|立方|公斤|千克|公里|工作位|台|套|件|箱|吨|斤|克|米|瓶|盒|袋|条|支|只|双|根|片|张|份|辆|部|批|车|次|人|家店?|把|颗|粒|桶|罐|卷|组|对|架|艘|门店|点位|门|个|㎡|m2|kg|pcs"
_QUANTITY = re.compile(rf"\s?({_UNITS})(?!月|工作日|小时|钟头|星期|礼拜|季度|百分点|半月|点)")
_TIME_AFTER = re.compile(
    r"\s?(?:年|月|日|号|点|时|分(?!期)|秒|周|天|小时|个月|个工作日|星期|季度|楼|层|期|代|岁|:|[-/]\d)"
)
_TIME_BEFORE = re.compile(r"(?:\d[-/:.]|周|星期|礼拜|第|[a-z]-?|尾号|编号|单号|手机|电话|[年月][份]?)$")
_CONTEXT = re.compile(
    r"(?:金额|报价|到账|到帐|回款|首付款?|定金|订金|尾款|合同额|总价|单价|价格|价|付了?|打了?|转了?|汇了?|收了?|款|预算|费用|成本|欠|返点|签了?|额|收款)[是为:约共了]?\s?[约共]?$"
)
_HUNDREDTHS = re.compile(r"百分之(?=[0-9零一二两三四五六七八九十百])")
_VAGUE = re.compile("[来多余几]")
_HALF = re.compile(r"(?:对|半)折")


def _ratio(number: Number, by: int) -> tuple[Decimal, Decimal | None]:
    return number.value / by, None if number.high is None else number.high / by


def _discount(number: Number) -> tuple[Decimal, Decimal | None]:
    """八折 and 8折 are 0.8, 八五折 and 85折 are 0.85, 8.5折 is 0.85."""
    return _ratio(number, 100 if number.value >= 10 else 10)


def _amount(
    text: str, kind: Kind, number: Number, end: int, values: tuple[Decimal, Decimal | None], unit: str = ""
) -> Amount:
    start = number.span[0]
    return Amount(kind, values[0], (start, end), text[start:end], number.approximate, values[1], unit)


@dataclass(frozen=True)
class _Place:
    """A number and what stands around it."""

    text: str
    folded: str
    number: Number
    unit_at: int
    before: str


def _as_ratio(place: _Place) -> Amount | None:
    number = place.number
    if match := _PERCENT.match(place.folded, place.unit_at):
        return _amount(place.text, Kind.PERCENT, number, match.end(), _ratio(number, 100))
    match = _DISCOUNT.match(place.folded, place.unit_at)
    if match and 0 < number.value < 100:
        return _amount(place.text, Kind.DISCOUNT, number, match.end(), _discount(number))
    return None


def _as_marked_money(place: _Place) -> Amount | None:
    number, plain = place.number, (place.number.value, place.number.high)
    if match := _YUAN.match(place.folded, place.unit_at):
        return _amount(place.text, Kind.MONEY, number, match.end(), plain, match[1] or "")
    if _CURRENCY.search(place.before):
        return _amount(place.text, Kind.MONEY, number, number.span[1], plain)
    return None


def _as_tenths(place: _Place) -> Amount | None:
    match = _TENTH.match(place.folded, place.unit_at)
    if match and 0 < place.number.value <= 10:
        return _amount(place.text, Kind.PERCENT, place.number, match.end(), _ratio(place.number, 10))
    return None


def _as_count_or_sum(place: _Place) -> Amount | None:
    """50台 is a quantity; 3千5 and 金额 860 are money; a date, a time or a bare number is neither."""
    number, plain = place.number, (place.number.value, place.number.high)
    if _TIME_AFTER.match(place.folded, place.unit_at) or (_TIME_BEFORE.search(place.before) and not number.scaled):
        return None
    if match := _QUANTITY.match(place.folded, place.unit_at):
        return _amount(place.text, Kind.QUANTITY, number, match.end(), plain, match[1])
    if number.scaled or (_CONTEXT.search(place.before) and abs(number.value) >= 100):
        return _amount(place.text, Kind.MONEY, number, place.unit_at, plain)
    return None


_READINGS = (_as_ratio, _as_marked_money, _as_tenths, _as_count_or_sum)


def _measured(text: str, folded: str, number: Number) -> Amount | None:
    """Decide by what stands around a number what it measures; None for a bare number, a date or a time."""
    vague = _VAGUE.match(folded, number.span[1])
    before = folded[max(0, number.span[0] - 8) : number.span[0]]
    place = _Place(text, folded, number, vague.end() if vague else number.span[1], before)
    return next((amount for reading in _READINGS if (amount := reading(place))), None)


def _hundredths(text: str, folded: str) -> list[Amount]:
    """百分之八, 百分之三点五."""
    found = []
    for match in _HUNDREDTHS.finditer(folded):
        number = next(iter(find_numbers(text[match.end() :])), None)
        if number and number.span[0] == 0:
            end = match.end() + number.span[1]
            found.append(Amount(Kind.PERCENT, number.value / 100, (match.start(), end), text[match.start() : end]))
    return found


def find_amounts(text: str) -> tuple[Amount, ...]:
    """Find money, percentages, discounts and quantities; spans count characters of the text as given. Never raises.

    Codes, phones, dates and clock times are left alone. A bare number is money only after a word like 金额 or 到账.
    """
    folded = narrow(text)
    taken = list(code_spans(text))
    found = _hundredths(text, folded)
    found += [Amount(Kind.DISCOUNT, Decimal("0.5"), m.span(), text[slice(*m.span())]) for m in _HALF.finditer(folded)]
    taken += [amount.span for amount in found]
    for number in find_numbers(text):
        if any(number.span[0] < end and start < number.span[1] for start, end in taken):
            continue
        amount = _measured(text, folded, number)
        if amount:
            found.append(amount)
    return tuple(sorted(found, key=lambda amount: amount.span))


def find_money(text: str) -> tuple[Amount, ...]:
    """Only the money of `find_amounts`."""
    return tuple(amount for amount in find_amounts(text) if amount.kind is Kind.MONEY)
