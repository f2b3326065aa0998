"""The action dictionary: which deed a clause names, and whose deed it is (M8, M18)."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).parent / "actions.yaml"
_GAP = re.compile(r"~(\d+)")
_IN_CLAUSE = r"[^,，。！？!?;；\\n]{0,\1}?"


class By(StrEnum):
    """Who does it."""

    US = "us"
    THEM = "them"
    BOTH = "both"


@dataclass(frozen=True)
class Action:
    """One row of the dictionary. `outward`: with a deadline it is a promise to the customer."""

    name: str
    title: str
    by: By
    outward: bool
    regex: re.Pattern[str]


@dataclass(frozen=True)
class ActionHit:
    """An action found in a text; `span` counts characters of that text."""

    action: Action
    span: tuple[int, int]


@cache
def dictionary() -> tuple[Action, ...]:
    """Return the rows of actions.yaml in order."""
    rows = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return tuple(
        Action(
            row["name"],
            row["title"],
            By(row["by"]),
            row["outward"],
            re.compile("|".join(_GAP.sub(_IN_CLAUSE, pattern) for pattern in row["patterns"])),
        )
        for row in rows
    )


def find_actions(text: str) -> tuple[ActionHit, ...]:
    """Find the actions of one clause, left to right; of overlapping ones the earlier row of the dictionary stays."""
    taken: list[ActionHit] = []
    for action in dictionary():
        for match in action.regex.finditer(text):
            if not any(match.start() < hit.span[1] and hit.span[0] < match.end() for hit in taken):
                taken.append(ActionHit(action, match.span()))
    return tuple(sorted(taken, key=lambda hit: hit.span))
