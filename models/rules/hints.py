"""Yellow hints about evidence: worth a look by the line above, never a verdict and never held against anybody (M6, M7, M20)."""

from __future__ import annotations

from enum import StrEnum


class Hint(StrEnum):
    """What caught the eye; `bot/cards/drill_down.py` has a sentence for each."""

    SEEN_BEFORE = "seen_before"
    SEEN_EXPLAINED = "seen_explained"
