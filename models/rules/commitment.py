"""Promises to customers: who in the house is told (P03), and when a day is too full to promise (P08, M9). Pure tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Telling:
    """One row of the table of who is told: words of the matter, and the roles they concern, the doer first."""

    words: re.Pattern[str]
    roles: tuple[str, ...]


TELLINGS: Final = (
    Telling(re.compile(r"样品|样机|样件|小样|寄样|打样|送样"), ("delivery", "presales")),
    Telling(re.compile(r"发货|到货|交货|送货|供货|补货|换货|备货|排产|交付|交机"), ("delivery",)),
    Telling(
        re.compile(r"调试|安装|装机|施工|进场|上线|维修|检修|更换|派人|派工|派.{0,4}工程师|上门|驻场"), ("delivery",)
    ),
    Telling(re.compile(r"(?i)方案|演示|demo|poc|宣讲|测试|参数|技术|培训|设计|图纸"), ("presales",)),
    Telling(re.compile(r"合同|协议|发票|开票|付款|收款|账期|退款|返点|保证金"), ("finance",)),
    Telling(re.compile(r"物料|展会|活动|赠品|海报|宣传"), ("marketing",)),
)
"""Which roles a matter concerns (P03). All rows that fit count; a role is told once."""

DOERS: Final = frozenset({"delivery"})
"""Roles whose days are booked by what they are told to do (P08)."""


def roles_for(matter: str) -> tuple[str, ...]:
    """Return the roles a promised matter concerns, the doer first, each once (P03)."""
    found: dict[str, None] = {}
    for row in TELLINGS:
        if row.words.search(matter):
            found.update(dict.fromkeys(row.roles))
    return tuple(found)


def is_too_full(load: float, share: float, full: float) -> bool:
    """Whether one more promise of `share` would book a day beyond `full` (shares of a day; P08: above 100 %, not at it)."""
    return round(load + share, 6) > full
