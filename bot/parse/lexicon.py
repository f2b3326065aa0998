"""Patterns written as data: word lists in a file, patterns that name them.

In a pattern `{list}` stands for any word of that list and `~n` for up to n characters of the same clause.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

_GAP = re.compile(r"~(\d+)")
_LIST = re.compile(r"\{([a-z_]+)\}")
_IN_CLAUSE = r"[^,，。！？!?;；\\n]{0,\1}?"


def load(file: Path) -> Any:
    """Return what a YAML file of the package holds."""
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def filled(pattern: str, lists: Mapping[str, str]) -> str:
    """Return a pattern with its lists and gaps written out; a list may name other lists."""
    while _LIST.search(pattern):
        pattern = _LIST.sub(lambda name: f"(?:{lists[name[1]]})", pattern)
    return _GAP.sub(_IN_CLAUSE, pattern)


def compiled(patterns: Iterable[str], lists: Mapping[str, str]) -> re.Pattern[str]:
    """Return one expression that matches where any of the patterns does."""
    return re.compile("|".join(filled(pattern, lists) for pattern in patterns))
