"""The code word a person writes on paper and takes into the photo (M5): four characters that a hand writes legibly."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from models.rules.alike import folded

LETTERS: Final = "ACEFHKMNPRTUWXY"
"""No letter that a hand writes like a digit (B D G I J L O Q S Z) or like another of these (V)."""
DIGITS: Final = "34679"
LENGTH: Final = 4


def word_of(number: bytes) -> str:
    """Make the code word that belongs to at least four unpredictable bytes."""
    signs = LETTERS + DIGITS
    return "".join(signs[byte % len(signs)] for byte in number[:LENGTH])


def is_written(code: str, text: str) -> bool:
    """Tell whether a code stands in what was read: as a word of its own, or spread over a line."""
    wanted = folded(code)
    lines = unicodedata.normalize("NFKC", text).splitlines()  # engines write a pen's T as a full-width Ｔ
    words = (word for line in lines for word in re.findall(r"[A-Za-z0-9]+", line))
    return any(folded(word) == wanted for word in words) or any(folded(line) == wanted for line in lines)
