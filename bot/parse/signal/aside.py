"""What a message may talk of beside a customer: our own people, a lesson, a shop, a thing that is over (rules/asides.yaml)."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import yaml

from bot.parse.signal.rule import RULES_DIRECTORY

ASIDES_FILE: Final = "asides.yaml"


@dataclass(frozen=True)
class _Aside:
    """One row: the signals it concerns (none: all) and whether only where the words alone would speak."""

    labels: tuple[str, ...]
    alone: bool
    source: str


@lru_cache(maxsize=1)
def _asides() -> tuple[_Aside, ...]:
    rows = yaml.safe_load((RULES_DIRECTORY / ASIDES_FILE).read_text(encoding="utf-8"))
    return tuple(_Aside(tuple(row["labels"]), row.get("alone", False), "|".join(row["patterns"])) for row in rows)


@lru_cache(maxsize=64)
def _concerning(label: str, *, alone: bool) -> re.Pattern[str]:
    rows = (row for row in _asides() if (not row.labels or label in row.labels) and (alone or not row.alone))
    return re.compile("|".join(row.source for row in rows))


def beside(label: str, text: str, span: tuple[int, int], *, alone: bool = False) -> bool:
    """Whether a piece of a matching copy talks of something that is no such signal; `alone`: no rule knows it."""
    return bool(_concerning(label, alone=alone).search(text, *span))
