"""When two written names mean the same company, title or number."""

import re

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

_LEGAL_FORM = re.compile(r"(?:有限责任公司|股份有限公司|集团有限公司|有限公司|集团公司|公司|集团)$")
_PLACE = re.compile(r"^(?:中国)?(?:[\u4e00-\u9fff]{2,3}(?:省|市)){0,2}")
_BRACKETS = re.compile(r"[()（）·\s]")
_TITLE_NOISE = re.compile(r"(?:部门|部|处|科|中心|室)(?=.)")
_CONFUSED = str.maketrans({"O": "0", "I": "1", "L": "1", "Q": "0", "Z": "2", "S": "5", "B": "8"})
_CITIES = (
    "北京",
    "上海",
    "天津",
    "重庆",
    "广州",
    "深圳",
    "杭州",
    "成都",
    "武汉",
    "南京",
    "西安",
    "郑州",
    "苏州",
    "长沙",
)
_SHORTEST = 2


def company_core(name: str) -> str:
    """Strip the legal form, brackets and a leading place: 上海市蓝海包装有限公司 → 蓝海包装."""
    core = _LEGAL_FORM.sub("", _BRACKETS.sub("", name))
    shorter = _PLACE.sub("", core, count=1)
    for city in _CITIES:
        if shorter.startswith(city) and len(shorter) >= len(city) + _SHORTEST:
            shorter = shorter.removeprefix(city)
    return shorter if len(shorter) >= _SHORTEST else core


def same_party(one: str, other: str) -> bool:
    """Tell whether two cores name one company; a short name stands for the longer one that begins with it."""
    if not one or not other:
        return False
    short, long = sorted((one, other), key=len)
    return short == long or (len(short) >= _SHORTEST and long.startswith(short))


def same_title(one: str, other: str) -> bool:
    """Tell whether two titles are the same post: 采购经理 = 采购部经理."""
    return _TITLE_NOISE.sub("", one) == _TITLE_NOISE.sub("", other)


def folded(number: str) -> str:
    """Fold characters that look alike, for numbers and codes."""
    return re.sub(r"[^A-Z0-9]", "", number.upper()).translate(_CONFUSED)


def alike(one: str, other: str) -> float:
    """Return the share (0…1) of the shorter name that stands somewhere in the longer one, character by character."""
    return fuzz.partial_ratio(one, other) / 100 if min(len(one), len(other)) >= _SHORTEST else 0.0


def apart(one: str, other: str) -> int:
    """Count the edits between two texts."""
    return int(Levenshtein.distance(one, other))
