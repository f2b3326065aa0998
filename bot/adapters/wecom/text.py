"""Texts that fit: WeCom counts bytes and cuts off without a word."""

from __future__ import annotations

from typing import Final

APP_TEXT: Final = 2048
APP_MARKDOWN: Final = 2048
ROBOT_TEXT: Final = 2048
ROBOT_MARKDOWN: Final = 4096
BOT_MARKDOWN: Final = 20480
"""Longest contents in bytes, by channel."""
_JOINER: Final = "\u200d"


def split(text: str, most: int) -> list[str]:
    """Return `text` in parts of at most `most` bytes, in order and with nothing left out but the line ends between parts.

    A part ends at a line, else at the end of a sentence or a blank, else between two characters.
    """
    parts: list[str] = []
    rest = text
    while len(rest.encode()) > most:
        head = _fitting(rest, most)
        cut = _good_cut(head, rest[len(head) :])
        parts.append(rest[:cut].removesuffix("\n"))
        rest = rest[cut:]
    return [part for part in (*parts, rest) if part.strip()]


def shorten(text: str, most: int) -> str:
    """Return `text` in at most `most` characters, with an ellipsis where something is missing."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"


def shorten_bytes(text: str, most: int) -> str:
    """Return `text` in at most `most` bytes, with an ellipsis where something is missing."""
    return text if len(text.encode()) <= most else _fitting(text, most - len("…".encode())) + "…"


def _fitting(text: str, most: int) -> str:
    """Return the longest beginning of `text` in `most` bytes, never half a character."""
    return text.encode()[:most].decode(errors="ignore")


def _good_cut(head: str, rest: str) -> int:
    """Return where to end a part, in its second half if possible."""
    for marks in ("\n", "。！？；!?;", "，、, "):
        at = max(head.rfind(mark) for mark in marks)
        if at + 1 > len(head) // 2:
            return at + 1
    return _before_joined(head, rest)


def _before_joined(head: str, rest: str) -> int:
    """Return the length of `head` without a character that what follows still belongs to (emoji with skin, families)."""
    text, cut = head + rest[:1], len(head)
    while cut > 1 and (_joins(text[cut]) or text[cut - 1] == _JOINER):
        cut -= 1
    return cut if cut > 1 else len(head)


def _joins(char: str) -> bool:
    return char in {_JOINER, "\ufe0f"} or 0x1F3FB <= ord(char) <= 0x1F3FF
