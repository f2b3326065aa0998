"""The action dictionary: which deed a clause names, and whose deed it is (M8, M18)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from bot.parse.lexicon import compiled, load

_FILE = Path(__file__).parent / "actions.yaml"


class By(StrEnum):
    """Who does it."""

    US = "us"
    THEM = "them"
    BOTH = "both"


@dataclass(frozen=True)
class Action:
    """One row of the dictionary. `outward`: with a deadline it is a promise to the customer.

    `thing` matches what is handed over by it; once that is named, a bare verb (明天发) means this deed.
    """

    name: str
    title: str
    by: By
    outward: bool
    regex: re.Pattern[str]
    thing: re.Pattern[str] | None


@dataclass(frozen=True)
class ActionHit:
    """An action found in a text; `span` counts characters of that text."""

    action: Action
    span: tuple[int, int]


@cache
def dictionary() -> tuple[Action, ...]:
    """Return the rows of actions.yaml in order."""
    table = load(_FILE)
    return tuple(_action(row, table["lists"]) for row in table["actions"])


def _action(row: Mapping[str, Any], lists: Mapping[str, str]) -> Action:
    things = compiled([row["things"]], lists) if "things" in row else None
    return Action(row["name"], row["title"], By(row["by"]), row["outward"], compiled(row["patterns"], lists), things)


def find_actions(text: str) -> tuple[ActionHit, ...]:
    """Find the actions of one clause, left to right; of overlapping ones the earlier row of the dictionary stays."""
    taken: list[ActionHit] = []
    for action in dictionary():
        for match in action.regex.finditer(text):
            if not any(match.start() < hit.span[1] and hit.span[0] < match.end() for hit in taken):
                taken.append(ActionHit(action, match.span()))
    return tuple(sorted(taken, key=lambda hit: hit.span))
