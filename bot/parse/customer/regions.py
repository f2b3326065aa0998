"""Places at the front (or in brackets) of a company name: provinces, cities, counties, long and short."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.parse.customer.words import words

_FILE = Path(__file__).with_name("regions.txt")
_PROVINCE_SHORT = {
    "内蒙古自治区": "内蒙古",
    "广西壮族自治区": "广西",
    "西藏自治区": "西藏",
    "宁夏回族自治区": "宁夏",
    "新疆维吾尔自治区": "新疆",
    "香港特别行政区": "香港",
    "澳门特别行政区": "澳门",
}
_MUNICIPALITIES = frozenset({"北京市", "天津市", "上海市", "重庆市"})
# Common words or brands first, a place second: never stripped unless the suffix 市/县 is written.
_ALSO_WORDS = frozenset(words("also words"))
_SUFFIX = re.compile(r"(?:自治州|自治县|自治旗|特别行政区|自治区|地区|新区|林区|矿区|省|市|盟|县|区|旗)$")
LONGEST = 12


@dataclass(frozen=True, slots=True)
class Region:
    """A place: its short name and the short names of what lies around it, itself included."""

    short: str
    around: frozenset[str]


def shorten(full: str) -> str:
    """Return the everyday name: 延边朝鲜族自治州 → 延边, 昆山市 → 昆山; too short a rest keeps its suffix (沙县)."""
    if full in _PROVINCE_SHORT:
        return _PROVINCE_SHORT[full]
    plain = _SUFFIX.sub("", full)
    if plain != full and "自治" in full:
        while people := next(
            (one for one in words("peoples") if plain.endswith(one) and len(plain) > len(one) + 1), None
        ):
            plain = plain.removesuffix(people)
    return plain if len(plain) >= 2 else full


def _lines() -> list[list[str]]:
    text = _FILE.read_text(encoding="utf-8")
    return [line.split("|") for line in text.splitlines() if line and not line.startswith("#")]


def _put(table: dict[str, Region], name: str, short: str, parents: tuple[str, ...]) -> None:
    """Add a name; one that two places share (朝阳区, 鼓楼区) lies around both."""
    around = frozenset({short, *parents})
    if known := table.get(name):
        around |= known.around
    table[name] = Region(short, around)


@cache
def table() -> dict[str, Region]:
    """Return every name a region is written with; district short names (浦东) count only when in the zones."""
    found: dict[str, Region] = {}
    for zone in words("zones"):
        _put(found, zone, zone, ())
    for province, city, areas in _lines():
        top = shorten(province)
        for name in (province, top):
            _put(found, name, top, ())
        middle = shorten(city) if city else top
        if city:
            _put(found, city, middle, (top,))
            if middle not in _ALSO_WORDS:
                _put(found, middle, middle, (top,))
        for area in areas.split():
            short = shorten(area)
            _put(found, area, short, (middle, top))
            if area.endswith("市") and province not in _MUNICIPALITIES and short not in _ALSO_WORDS:
                _put(found, short, short, (middle, top))
    return found


@cache
def districts() -> dict[str, Region]:
    """Return the short names of counties and districts (顺德, 萧山): many are also words, so they are a second guess."""
    found: dict[str, Region] = {}
    for province, city, areas in _lines():
        top = shorten(province)
        middle = shorten(city) if city else top
        for area in areas.split():
            short = shorten(area)
            if short != area and short not in table():
                _put(found, short, short, (middle, top))
    return found


def leading_district(text: str) -> Region | None:
    """Return the district whose short name `text` starts with."""
    known = districts()
    return next((known[text[:size]] for size in (4, 3, 2) if text[:size] in known), None)


def leading(text: str) -> tuple[str, Region] | None:
    """Return the longest region that `text` starts with, as written and as a Region."""
    known = table()
    for size in range(min(LONGEST, len(text)), 1, -1):
        if region := known.get(text[:size]):
            return text[:size], region
    return None


def compatible(one: frozenset[str], other: frozenset[str]) -> bool:
    """Tell whether two places can be the same office: one lies around the other."""
    return not one or not other or bool(one & other)
