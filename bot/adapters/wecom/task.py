"""Outbox key ↔ `task_id` of a card, so that a press tells which card it stood on and a repeat is recognised."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

MAX_TASK_ID: Final = 128
_ESCAPE = re.compile(r"@([0-9a-f]{2})")
_MARK: Final = "@@"  # no escape looks like this
_MARK_CHARS: Final = 8


def task_id(keys: Sequence[str], content: object = "") -> str:
    """Return the task id of a card owed under these outbox keys: the same keys and content give the same id.

    WeCom allows digits, letters and `_-@`, and each id once: other bytes are written `@xx`, and a mark of the content follows, so
    that a card that is sent anew because it changed has another id, and one that is sent again has not. Several keys, or a very
    long one, become a digest.
    """
    mark = sha256(repr(content).encode()).hexdigest()
    if len(keys) == 1:
        escaped = "".join(_escaped(byte) for byte in keys[0].encode())
        if len(escaped) + len(_MARK) + _MARK_CHARS <= MAX_TASK_ID:
            return f"{escaped}{_MARK}{mark[:_MARK_CHARS]}"
    return _MARK + sha256("\n".join([*sorted(keys), mark]).encode()).hexdigest()


def key_of(task: str) -> str:
    """Return the outbox key of a task id; empty for a digest (the card is then known by its buttons)."""
    task = task.partition(_MARK)[0]
    raw = bytearray()
    position = 0
    for match in _ESCAPE.finditer(task):
        raw += task[position : match.start()].encode() + bytes([int(match[1], 16)])
        position = match.end()
    raw += task[position:].encode()
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return task


def _escaped(byte: int) -> str:
    char = chr(byte)
    return char if byte < 128 and (char.isalnum() or char in "_-") else f"@{byte:02x}"
