"""From the lines of a file to values by column; what is wrong with a cell is a reason, never an exception."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from bot.importing.columns import Column, ImportKind
from bot.sheet import Sheet, SheetError

CLEAR: Final = frozenset({"-", "－", "—", "——"})
"""A cell that takes a value away; an empty one leaves what is there."""
_EMPTY: Final[dict[str, Any]] = {"aliases": [], "lat": None, "lng": None}


@dataclass(slots=True)
class ReadRow:
    """One row: values by column (only cells that say something) and what is wrong with it."""

    number: int
    cells: tuple[str, ...]
    values: dict[str, Any]
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as its kind understands it."""

    kind: ImportKind
    heads: tuple[str, ...]
    rows: tuple[ReadRow, ...]
    ignored: tuple[str, ...]


def read_rows(sheet: Sheet, kind: ImportKind) -> Reading:
    """Read every row; raises SheetError when a required column is missing or a column is there twice."""
    columns = [kind.column(head) for head in sheet.heads]
    _check_heads(sheet, kind, columns)
    rows = []
    for line in sheet.lines:
        row = ReadRow(line.number, line.cells, {})
        for column, cell in zip(columns, line.cells, strict=False):
            if column is not None and cell:
                _read_cell(row, column, cell)
        rows.append(row)
    ignored = tuple(head for head, column in zip(sheet.heads, columns, strict=True) if column is None and head)
    return Reading(kind, sheet.heads, tuple(rows), ignored)


def _check_heads(sheet: Sheet, kind: ImportKind, columns: list[Column | None]) -> None:
    names = [column.name for column in columns if column]
    missing = [c for c in kind.columns if c.required and c.name not in names]
    if missing:
        wanted = "、".join(f"{c.name}（{c.heads[0]}）" for c in missing)
        raise SheetError(f"表头里没有 {wanted}。第一行要是表头，现在是：{'、'.join(sheet.heads[:12])}")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SheetError(f"有两列都是 {'、'.join(twice)}，请删掉一列。")


def _read_cell(row: ReadRow, column: Column, cell: str) -> None:
    if cell in CLEAR:
        if not column.required:
            row.values[column.name] = _EMPTY.get(column.name, "")
        return
    try:
        row.values[column.name] = column.read(cell)
    except ValueError as error:
        row.reasons.append(f"{column.name}：{error}")
