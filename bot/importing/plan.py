"""What an import would do, row by row; the same plan is shown, counted and carried out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from bot.importing.columns import ImportKind

NEW_CUSTOMER: Final = "new"
"""What a person decides about a doubtful row that is nobody we know."""


class Verdict(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    SUSPECTED = "suspected"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row and what becomes of it.

    `record_id` is the record it is (None: a new one without a number of its own); `before`/`after` the values that change;
    `like` customers it may already be.
    """

    number: int
    verdict: Verdict
    values: Mapping[str, Any]
    cells: tuple[str, ...]
    record_id: str | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    like: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What a person calls the row."""
        return str(self.values.get("name") or self.values.get("id") or "")


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything an import would do."""

    kind: ImportKind
    heads: tuple[str, ...]
    rows: tuple[PlannedRow, ...]
    ignored: tuple[str, ...] = ()
    same_named: int = 0

    def of(self, verdict: Verdict) -> Sequence[PlannedRow]:
        """Return the rows with a verdict."""
        return [row for row in self.rows if row.verdict is verdict]

    @property
    def counts(self) -> dict[str, int]:
        """Return how many rows there are of each verdict, `total`, and `filled` for sources that get 未知来源 (C06)."""
        found = Counter(row.verdict.value for row in self.rows)
        filled = sum(bool(row.notes) and row.verdict is not Verdict.BAD for row in self.rows)
        return {verdict.value: found[verdict.value] for verdict in Verdict} | {
            "total": len(self.rows),
            "filled": filled,
        }
