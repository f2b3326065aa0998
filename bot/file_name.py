"""The name a file came with: a stranger's words, shown to people and kept in tables, never used as a path."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST: Final = 120
"""Characters kept of a name, its ending among them."""
_LONGEST_ENDING: Final = 12
_HIDDEN: Final = frozenset({"Cc", "Cf", "Co", "Cn", "Cs"})
"""Unicode classes nobody sees and some programs obey: NUL, line feeds, the right-to-left override, half surrogates."""
_FOLDERS: Final = re.compile(r"[/\\]")


def plain_file_name(sent: str) -> str:
    """Return a name without folders, line breaks and signs that hide or turn its ending; empty when nothing is left."""
    name = _FOLDERS.split(unicodedata.normalize("NFC", sent))[-1]
    seen = "".join(
        " " if char.isspace() else char for char in name if char.isspace() or unicodedata.category(char) not in _HIDDEN
    )
    name = " ".join(seen.split()).rstrip(". ")
    if len(name) <= LONGEST:
        return name
    stem, dot, ending = name.rpartition(".")
    kept = dot + ending if dot and len(ending) <= _LONGEST_ENDING else ""
    return f"{(stem if kept else name)[: LONGEST - len(kept) - 1]}…{kept}"
