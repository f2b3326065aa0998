"""Numbers as Chinese people write them: 86, 860,000, 三十二, 3千5, 一亿二, 二十多, 八九十 → exact Decimals."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from bot.parse.text import narrow

_CN = "零〇一二两三四五六七八九"
_DIGIT = {**{char: value for value, char in enumerate("零一二三四五六七八九")}, "〇": 0, "两": 2, "俩": 2, "仨": 3}
_DIGIT |= {char: value for value, char in enumerate("零壹贰叁肆伍陆柒捌玖")} | {"兩": 2, "貳": 2, "陸": 6}
_SCALE = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "k": 1000, "廿": 20, "卅": 30}
_BIG = {"万": 10**4, "萬": 10**4, "w": 10**4, "亿": 10**8, "億": 10**8}

_CN_DIGITS = "".join(_DIGIT)
_SCALES = "十拾百佰千仟"
_BIGS = "万萬亿億"
_ARABIC = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,]*\d)|\d+(?:\.\d+)?"
_LETTER_SCALE = r"[wk](?![a-z0-9])"
_VAGUE = "来多余几"
_TOKEN = re.compile(
    rf"(?P<number>{_ARABIC})|(?P<digits>[{_CN_DIGITS}]+(?:点[{_CN_DIGITS}]+)?)|(?P<scale>[{_SCALES}廿卅]|k(?![a-z0-9]))"
    rf"|(?P<big>[{_BIGS}]|w(?![a-z0-9]))|(?P<vague>[{_VAGUE}](?=个?[{_SCALES}{_BIGS}]))|(?P<measure>个多?(?=[{_BIGS}]))"
)
_START = re.compile(rf"\d|[{_CN_DIGITS}十拾廿卅]|百(?=[来多余]?[万亿])|(?<=[上近约过超])千(?=[来多余]?万)")
_SIGN = re.compile(r"(?<![\d\w.])[-+]$|负$")
_ABOUT = re.compile(r"(?:大?约|大概|差不多|将近|接近|近|小|上|超过|至少|最多|不到|估计|可能)$")
_ABOUT_AFTER = re.compile(r"[来多余几](?![\d一二三四五六七八九])|左右|上下|出头|不到|以上|多")
_NEIGHBOURS = re.compile(rf"(?:一二|[二两]三|三四|三五|四五|五六|六七|七八|八九)(?=[{_SCALES}{_BIGS}个多])")
_SPAN = re.compile(r"\s?(?:-|~|～|到|至|—|–)\s?")


@dataclass(frozen=True)
class Number:
    """A number in a text: `value` exact, `high` the upper end of a range; `approximate` when the writer was."""

    value: Decimal
    span: tuple[int, int]
    text: str
    approximate: bool = False
    high: Decimal | None = None
    scaled: bool = False  # written with 千 万 亿 w k: an amount rather than a count


def _digits(run: str) -> Decimal:
    """三 → 3, 八五 → 85, 二〇二六 → 2026, 三点五 → 3.5."""
    whole, _, fraction = run.partition("点")
    text = "".join(str(_DIGIT[char]) for char in whole)
    return Decimal(text + ("." + "".join(str(_DIGIT[char]) for char in fraction) if fraction else ""))


@dataclass
class _Sum:
    """The running state of reading one number from left to right."""

    total: Decimal = Decimal(0)
    section: Decimal = Decimal(0)
    current: Decimal | None = None
    last: int = 0
    zero: bool = False

    def number(self, value: Decimal, *, zero: bool) -> None:
        self.current, self.zero = value, zero

    def scale(self, size: int) -> None:
        if size in (20, 30):
            self.section, self.last = self.section + size, 10
            return
        self.section += (Decimal(1) if self.current is None else self.current) * size
        self.current, self.last = None, size

    def big(self, size: int) -> None:
        section = self.section + (self.current or 0)
        base = section if section or self.total else Decimal(1)
        if self.total and self.total < size:
            self.total = (self.total + base) * size
        else:
            self.total += base * size
        self.section, self.current, self.last = Decimal(0), None, size

    def value(self) -> Decimal:
        tail = self.current or Decimal(0)
        if self.last >= 100 and not self.zero and tail == tail.to_integral() and 0 < tail < 10:
            tail *= self.last // 10  # 三千五 is 3500, 3万5 is 35000
        return self.total + self.section + tail


def _read(folded: str, position: int) -> tuple[int, Decimal, bool, bool] | None:
    """Read the number starting at `position`: its end, value, whether vague, whether scaled."""
    running, end, vague, scaled, last = _Sum(), position, False, False, ""
    while match := _TOKEN.match(folded, end):
        kind = match.lastgroup or ""
        if kind in ("number", "digits") and last in ("number", "digits"):
            break
        if kind == "number":
            running.number(Decimal(match[0].replace(",", "")), zero=False)
        elif kind == "digits":
            zero = match[0][0] in "零〇" and len(match[0]) > 1
            running.number(_digits(match[0].lstrip("零〇") or "零") if zero else _digits(match[0]), zero=zero)
        elif kind == "scale":
            running.scale(_SCALE[match[0]])
            scaled |= match[0] in "千仟k"
        elif kind == "big":
            running.big(_BIG[match[0]])
            scaled = True
        else:
            vague |= match[0] != "个"
        end, last = match.end(), kind
    if end == position or last in ("vague", "measure"):
        return None
    return end, running.value(), vague, scaled


def _neighbours(folded: str, position: int) -> tuple[int, Decimal, Decimal, bool] | None:
    """八九十万, 三四百, 五六万: two neighbouring digits name a range."""
    match = _NEIGHBOURS.match(folded, position)
    if match is None:
        return None
    low, high = (_read(digit + folded[match.end() : match.end() + 12], 0) for digit in match[0])
    if low is None or high is None or low[0] == 1:
        return None
    return match.end() + low[0] - 1, low[1], high[1], low[3]


def find_numbers(text: str) -> Iterator[Number]:
    """Yield the numbers of a text from left to right; spans count characters of the text as given. Never raises."""
    folded, position = narrow(text), 0
    while start := _START.search(folded, position):
        found = _number_at(text, folded, start.start())
        position = found.span[1] if found else start.end()
        if found:
            yield found


def _number_at(text: str, folded: str, start: int) -> Number | None:
    pair = _neighbours(folded, start)
    if pair:
        end, low, top, scaled = pair
        return Number(low, (start, end), text[start:end], approximate=True, high=top, scaled=scaled)
    read = _read(folded, start)
    if read is None:
        return None
    end, value, vague, scaled = read
    high_end = _range_end(folded, end)
    high: Decimal | None = None
    if high_end:
        end, upper, _, high_scaled = high_end
        if high_scaled and not scaled and value < upper:
            value, scaled = _same_scale(value, folded[start:end], upper), True
        high = upper if upper > value else None
    after = _ABOUT_AFTER.match(folded, end)
    before = folded[max(0, start - 3) : start]
    sign = _SIGN.search(folded[max(0, start - 2) : start])
    if sign and sign[0] in "-负":
        value, start = -value, start - len(sign[0])
    return Number(
        value,
        (start, end),
        text[start:end],
        approximate=bool(vague or after or _ABOUT.search(before) or high is not None),
        high=high,
        scaled=scaled,
    )


def _range_end(folded: str, end: int) -> tuple[int, Decimal, bool, bool] | None:
    """Read the second half of 80-90万 or 80到90万, unless it is a date or a code (11-20-…)."""
    dash = _SPAN.match(folded, end)
    if dash is None or not _START.match(folded, dash.end()):
        return None
    second = _read(folded, dash.end())
    return second if second and second[3] else None


def _same_scale(low: Decimal, written: str, high: Decimal) -> Decimal:
    """80-90万 means 80万: give the low end the unit of the high one."""
    bare = re.search(rf"([{_BIGS}wk千仟])", written[::-1])
    size = {**_BIG, "千": 1000, "仟": 1000, "k": 1000}[bare[1]] if bare else 1
    return low * size if low * size < high else low
