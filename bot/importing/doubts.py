"""Which rows may already be a customer under another number (L15)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.importing.reading import Reading
from bot.parse.customer import CustomerIndex


def doubts_in(
    reading: Reading, index: CustomerIndex, known: Mapping[str, Any], *, start: int = 0, count: int | None = None
) -> tuple[dict[str, list[str]], int]:
    """Compare up to `count` new customers from position `start`; returns doubts by row number and where to go on."""
    found: dict[str, list[str]] = {}
    position, left = start, count
    for position in range(start, len(reading.rows)):
        row = reading.rows[position]
        if row.values.get("id") in known or not row.values.get("name") or row.reasons:
            continue
        if left == 0:
            return found, position
        left = left - 1 if left is not None else None
        like = [candidate.id for candidate in index.duplicates(row.values["name"]) if candidate.id in known]
        if like:
            found[str(row.number)] = like
    return found, len(reading.rows)
