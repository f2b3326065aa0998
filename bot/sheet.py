"""Tables as files: CSV in the encodings people have and XLSX, read as text; written so that no cell runs as a formula."""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import openpyxl
import xlsxwriter
from openpyxl.utils.exceptions import InvalidFileException

MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 100
MAX_BYTES: Final = 30 * 2**20
MAX_UNPACKED: Final = 300 * 2**20
FORMULA_START: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
SUFFIXES: Final = ("csv", "xlsx")


class SheetError(Exception):
    """A file that is no table we can read; the text says why and what to do (Chinese)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file: its number as people count (the heads are row 1) and its cells by position, stripped."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Heads and the rows that are not empty."""

    heads: tuple[str, ...]
    lines: tuple[Line, ...]


def read_sheet(data: bytes, name: str) -> Sheet:
    """Read a CSV (UTF-8 with or without BOM, UTF-16 with BOM, GB18030) or XLSX file; raises SheetError."""
    if len(data) > MAX_BYTES:
        raise SheetError(f"文件太大（{len(data) // 2**20} MB，最多 {MAX_BYTES // 2**20} MB），请拆开再导。")
    if data.startswith(b"PK\x03\x04"):
        return _sheet(_xlsx_rows(data))
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise SheetError("这是老格式 .xls，请另存为 .xlsx 或 CSV 再发。")
    if b"\x00" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SheetError(f"「{name}」不是表格文件，只收 CSV 和 XLSX。")
    return _sheet(_csv_rows(decoded(data)))


def decoded(data: bytes) -> str:
    """Return the text of a CSV file; raises SheetError when no encoding fits."""
    encodings = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetError("文字编码认不出来，请另存为 UTF-8 的 CSV 或 XLSX。")


def _csv_rows(text: str) -> Iterator[list[str]]:
    first = text.partition("\n")[0]
    delimiter = max(",\t;", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)
    except csv.Error as error:
        raise SheetError(f"CSV 读不下去：{error}") from None


def _xlsx_rows(data: bytes) -> Iterator[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(item.file_size for item in archive.infolist()) > MAX_UNPACKED:
                raise SheetError("文件展开后太大，请拆开再导。")
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise SheetError("这个文件打不开，不像是 XLSX。请用 Excel 或 WPS 另存一次再发。") from error
    try:
        page = next((one for one in book.worksheets if one.sheet_state == "visible"), None)
        if page is None:
            raise SheetError("这个 XLSX 里没有工作表。")
        for row in page.iter_rows(values_only=True, max_col=MAX_COLUMNS):
            yield [cell_text(value) for value in row]
    finally:
        book.close()


def cell_text(value: Any) -> str:
    """Return what a spreadsheet cell says: 13800001001.0 → 13800001001, dates as ISO, nothing as ''."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def _sheet(rows: Iterable[Sequence[str]]) -> Sheet:
    heads: tuple[str, ...] | None = None
    lines: list[Line] = []
    for number, row in enumerate(rows, start=1):
        cells = tuple(_cleaned(cell) for cell in row[:MAX_COLUMNS])
        if not any(cells):
            continue
        if heads is None:
            heads = cells[: max(place for place, cell in enumerate(cells, start=1) if cell)]
            continue
        if len(lines) >= MAX_ROWS:
            raise SheetError(f"超过 {MAX_ROWS:,} 行，请拆开再导。")
        lines.append(Line(number, (cells + ("",) * len(heads))[: len(heads)]))
    if heads is None:
        raise SheetError("这个文件是空的。")
    return Sheet(heads, tuple(lines))


def _cleaned(cell: str) -> str:
    """Strip blanks and invisible characters, and the quote that `defused` put in front."""
    text = "".join(c for c in cell if c in "\n\t" or unicodedata.category(c) not in {"Cf", "Cc"}).strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_START) else text


def defused(cell: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULA_START):
        return f"'{cell}"
    return cell


def csv_bytes(rows: Iterable[Sequence[Any]]) -> bytes:
    """Return rows as CSV that Excel opens as UTF-8, formulas defused."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows([defused("" if cell is None else cell) for cell in row] for row in rows)
    return ("\ufeff" + out.getvalue()).encode()


def xlsx_bytes(pages: Iterable[tuple[str, Iterable[Sequence[Any]]]]) -> bytes:
    """Return pages (title, rows) as XLSX; text is never taken for a formula, link or number."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True})
        for title, rows in pages:
            page = book.add_worksheet(title)
            page.freeze_panes(1, 0)
            for number, row in enumerate(rows):
                page.write_row(number, 0, [defused(cell) for cell in row], bold if number == 0 else None)
    return out.getvalue()
