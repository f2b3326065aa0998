"""Cutting long text into messages: by characters, because clients fold long ones, and by bytes, because the platform refuses them."""

from __future__ import annotations

import json
import re
from typing import Final

MAX_CHARS: Final = 3_500
MAX_BYTES: Final = 14_000
"""Of the JSON-escaped text; the platform allows 15,000 for everything."""

_WHOLE: Final = re.compile(r"!?\[[^\]\n]*\]\([^)\n]*\)|@[\w$:.-]+")  # a link, a picture, a mention: never cut inside
_BREAKS: Final = ("\n\n", "\n", "。", "；", "，", " ")


def split_text(text: str, *, max_chars: int = MAX_CHARS, max_bytes: int = MAX_BYTES) -> list[str]:
    """Return the pieces of `text` in order, none longer than allowed, cut at paragraphs, lines or sentences if possible."""
    pieces = []
    rest = text.strip("\n")
    while rest:
        end = _end_of_piece(rest, max_chars, max_bytes)
        piece, rest = rest[:end].strip("\n"), rest[end:].lstrip("\n")
        if piece:
            pieces.append(piece)
    return pieces or [text]


def wire_bytes(text: str) -> int:
    """Return how many bytes `text` takes inside a JSON string."""
    return len(json.dumps(text, ensure_ascii=False).encode("utf-8", "replace"))


def _end_of_piece(text: str, max_chars: int, max_bytes: int) -> int:
    most = _most(text, max_chars, max_bytes)
    if most == len(text):
        return most
    for mark in _BREAKS:
        at = text.rfind(mark, most // 2, most)
        if at > 0 and not _inside(text, at + len(mark)):
            return at + len(mark)
    start = _inside(text, most)
    return start or most


def _most(text: str, max_chars: int, max_bytes: int) -> int:
    """Return the length of the longest beginning that is allowed."""
    low, high = 1, min(len(text), max_chars)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if wire_bytes(text[:middle]) <= max_bytes else (low, middle - 1)
    return low


def _inside(text: str, at: int) -> int:
    """Return where the link or mention begins that a cut at `at` would tear, 0 if it tears none (or one that begins the text)."""
    return next((found.start() for found in _WHOLE.finditer(text) if found.start() < at < found.end()), 0)
