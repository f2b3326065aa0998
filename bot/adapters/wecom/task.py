"""Outbox key ↔ `task_id` of a card, so that a press tells which card it stood on and a repeat is recognised."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

MAX_TASK_ID: Final = 128
_ESCAPE = re.compile(r"@([0-9a-f]{2})")
_DIGEST: Final = "@@"  # no escape begins like this


def task_id(keys: Sequence[str]) -> str:
    """Return the task id of a card owed under these outbox keys: the same keys give the same id.

    WeCom allows digits, letters and `_-@`; other bytes are written `@xx`. Several keys, or a very long one, become a digest.
    """
    if len(keys) == 1:
        escaped = "".join(_escaped(byte) for byte in keys[0].encode())
        if len(escaped) <= MAX_TASK_ID:
            return escaped
    return _DIGEST + sha256("\n".join(sorted(keys)).encode()).hexdigest()


def key_of(task: str) -> str:
    """Return the outbox key of a task id; empty for a digest (the card is then known by its buttons)."""
    if task.startswith(_DIGEST):
        return ""
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
