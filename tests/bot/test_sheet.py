"""Tables as people have them: every encoding, every spreadsheet, and nothing that runs when it is opened."""

from __future__ import annotations

import csv
import io
import zipfile

import openpyxl
import pytest

from bot.sheet import SheetError, csv_bytes, read_sheet, xlsx_bytes

TEXT = "id,name,role\nw1,王建国,rep\n\nw2,李婷,rep\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_a_csv_is_read_in_the_encodings_people_have(encoding: str) -> None:
    sheet = read_sheet(TEXT.encode(encoding), "people.csv")
    assert sheet.heads == ("id", "name", "role")
    assert [(line.number, line.cells) for line in sheet.lines] == [
        (2, ("w1", "王建国", "rep")),
        (4, ("w2", "李婷", "rep")),
    ]


def test_what_excel_calls_unicode_text_is_read() -> None:
    assert read_sheet("编号\t姓名\nw1\t王建国\n".encode("utf-16"), "a.txt").lines[0].cells == ("w1", "王建国")


def test_a_spreadsheet_keeps_long_numbers_and_skips_empty_rows() -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (
        ["编号", "手机", "在职"],
        [1023, 13800001001.0, True],
        [None, None, None],
        ["C2", "13800001002", False],
    ):
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    sheet = read_sheet(out.getvalue(), "a.xlsx")
    assert [(line.number, line.cells) for line in sheet.lines] == [
        (2, ("1023", "13800001001", "true")), (4, ("C2", "13800001002", "false")),
    ]  # fmt: skip


def test_invisible_characters_and_blanks_around_a_cell_are_dropped() -> None:
    assert read_sheet("id,name\n\u200bw1 ,\u3000王建国\ufeff\n".encode(), "a.csv").lines[0].cells == ("w1", "王建国")


def _zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", b"0" * (80 * 2**20))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "空的"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 100, ".xls"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "不是表格"),
        (b"PK\x03\x04 not a zip", "打不开"),
        (b"id,name\n\xff\xff\xff\xff\n", "编码"),
    ],
)
def test_what_is_no_table_is_refused_in_one_clear_sentence(data: bytes, said: str) -> None:
    with pytest.raises(SheetError, match=said):
        read_sheet(data, "a.csv")


def test_a_spreadsheet_that_unpacks_to_hundreds_of_megabytes_is_refused() -> None:
    with pytest.raises(SheetError, match="太大"):
        read_sheet(_zip_bomb(), "a.xlsx")


EVIL = ["=1+1", "+86 138", "-2+3", "@SUM(A1)", "\t=1", " =1", "＝1", "\r=1"]


def test_no_exported_cell_is_a_formula_and_reading_it_back_gives_the_words() -> None:
    data = csv_bytes([["name"], *[[cell] for cell in EVIL], [-5], ["普通"]])
    cells = [row[0] for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))]
    assert cells[-2:] == ["-5", "普通"]
    assert all(cell.startswith("'") for cell in cells[1:-2])
    assert read_sheet(data, "a.csv").lines[0].cells == ("=1+1",)


def test_no_cell_of_an_exported_spreadsheet_is_a_formula() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes([("people", [["name"], *[[cell] for cell in EVIL]])])))
    cells = [row[0] for row in book["people"].iter_rows()]
    assert all(cell.data_type == "s" for cell in cells)
    assert all(str(cell.value).startswith("'") for cell in cells[1:])
