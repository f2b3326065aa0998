"""Next year's table is asked for in time, read strictly, and refused with the reason when it is wrong."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from models.rules.workday import (
    SHIPPED,
    HolidayTableError,
    calendar_of,
    load_years,
    missing_years,
)

GOOD = """
year: 2027
notice: 国办发明电〔2026〕9号
holidays:
  - { name: 元旦, first: 2026-12-31, last: 2027-01-02 }
workdays:
  - { day: 2027-01-03, name: 元旦 }
"""


def write(folder: Path, text: str, name: str = "2027.yaml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_twelve_years_are_shipped_each_with_its_notice() -> None:
    years = load_years(SHIPPED)
    assert [table.year for table in years] == list(range(2015, 2027))
    assert all("国" in table.notice and "号" in table.notice for table in years)


def test_an_admin_imports_next_year_and_the_calendar_follows(tmp_path: Path) -> None:
    tables = [*load_years(SHIPPED), *load_years(write(tmp_path, GOOD))]
    calendar = calendar_of(tables, ZoneInfo("Asia/Shanghai"))
    assert calendar.is_known(date(2027, 6, 1))
    assert calendar.holiday_name(date(2027, 1, 1)) == "元旦"
    assert not calendar.is_workday(date(2026, 12, 31))
    assert calendar.is_makeup_day(date(2027, 1, 3))


def test_a_corrected_notice_overrules_the_first(tmp_path: Path) -> None:
    changed = GOOD.replace("day: 2027-01-03", "day: 2027-01-09").replace("last: 2027-01-02", "last: 2027-01-03")
    tables = [*load_years(write(tmp_path, GOOD)), *load_years(write(tmp_path, changed))]
    calendar = calendar_of(tables, ZoneInfo("Asia/Shanghai"))
    assert not calendar.is_workday(date(2027, 1, 3))
    assert calendar.is_workday(date(2027, 1, 9))


@pytest.mark.parametrize(
    ("today", "missing"),
    [("2026-10-31", ()), ("2026-11-01", (2027,)), ("2026-12-31", (2027,)), ("2027-01-01", (2027,))],
)
def test_the_missing_year_is_announced_from_the_first_of_november(today: str, missing: tuple[int, ...]) -> None:
    known = {table.year for table in load_years(SHIPPED)}
    assert missing_years(date.fromisoformat(today), known) == missing


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("last: 2027-01-02", "last: 2028-01-02"), "runs from"),
        (("first: 2026-12-31", "first: 2027-02-30"), "not a holiday table"),
        (("first: 2026-12-31, last: 2027-01-02", "first: 2026-10-01, last: 2026-10-02"), "does not belong"),
        (("day: 2027-01-03", "day: 2027-01-02"), "both off and working"),
        (("day: 2027-01-03", "day: 2027-01-04"), "no weekend"),
        (("notice:", "Notice:"), "notice"),
        (("year: 2027", "year: [2027"), "not a holiday table"),
        (("day: 2027-01-03", "day: 二〇二七"), "is not a date"),
    ],
)
def test_a_doubtful_table_is_refused_with_the_reason(tmp_path: Path, change: tuple[str, str], reason: str) -> None:
    with pytest.raises(HolidayTableError, match=reason):
        load_years(write(tmp_path, GOOD.replace(*change)))


def test_two_tables_for_one_year_are_refused(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, GOOD, "2027-second.yaml")
    with pytest.raises(HolidayTableError, match="two tables for 2027"):
        load_years(tmp_path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HolidayTableError, match="2031"):
        load_years(tmp_path / "2031.yaml")
