"""The yearly holiday notices of the State Council, one YAML file a year.

A year that has no file is never guessed silently: `missing_years` says so early, `WorkCalendar.is_known`
marks every result that leans on it as provisional.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import yaml

SHIPPED = Path(__file__).parent / "calendar"
"""Folder of the tables that come with the product."""

WARN_FROM = (11, 1)
"""Month and day from which next year's table is asked for; the notice comes out in October or November."""

_DECEMBER = 12


class HolidayTableError(ValueError):
    """A holiday table cannot be read; the text names the file and the line's content."""


@dataclass(frozen=True)
class HolidayYear:
    """One year's notice: days off by holiday name, and make-up working days by the holiday they pay for."""

    year: int
    notice: str
    off: Mapping[date, str]
    work: Mapping[date, str]


def load_years(path: Path) -> tuple[HolidayYear, ...]:
    """Read one table, or every `*.yaml` of a folder, oldest first; raises HolidayTableError on any doubt."""
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    years = sorted((_read(file) for file in files), key=lambda table: table.year)
    for before, after in pairwise(years):
        if before.year == after.year:
            raise HolidayTableError(f"two tables for {before.year} in {path}")
    return tuple(years)


def missing_years(today: date, known: Iterable[int]) -> tuple[int, ...]:
    """Years whose table is needed by now: this year always, next year from 1 November (J3)."""
    needed = (today.year, today.year + 1) if (today.month, today.day) >= WARN_FROM else (today.year,)
    return tuple(year for year in needed if year not in set(known))


def _read(file: Path) -> HolidayYear:
    try:
        return read_year(file.read_text(encoding="utf-8"), file.name)
    except (OSError, UnicodeDecodeError) as error:
        raise HolidayTableError(f"{file.name}: not a holiday table: {error}") from error


@lru_cache(maxsize=64)
def read_year(text: str, name: str) -> HolidayYear:
    """Read one year's table from its text; `name` stands in messages. Raises HolidayTableError on any doubt."""
    try:
        raw = yaml.safe_load(text)
        table = HolidayYear(
            year=int(raw["year"]),
            notice=str(raw["notice"]),
            off=dict(_days_off(raw["holidays"])),
            work={_day(row["day"]): str(row["name"]) for row in raw["workdays"]},
        )
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise HolidayTableError(f"{name}: not a holiday table: {error}") from error
    _check(name, table)
    return table


def _days_off(rows: Iterable[Mapping[str, object]]) -> Iterable[tuple[date, str]]:
    for row in rows:
        first, last = _day(row["first"]), _day(row["last"])
        if not 0 <= (last - first).days < 31:  # no holiday lasts a month: a mistyped month
            raise ValueError(f"{row['name']} runs from {first} to {last}")
        for offset in range((last - first).days + 1):
            yield first + timedelta(days=offset), str(row["name"])


def _day(value: object) -> date:
    if type(value) is not date:
        raise ValueError(f"{value!r} is not a date")
    return value


def _check(name: str, table: HolidayYear) -> None:
    for day in [*table.off, *table.work]:
        # A notice may rule over the last days of the December before it (元旦 2019 began on 2018-12-30).
        if day.year != table.year and (day.year, day.month) != (table.year - 1, _DECEMBER):
            raise HolidayTableError(f"{name}: {day} does not belong to {table.year}")
    both = table.off.keys() & table.work.keys()
    if both:
        raise HolidayTableError(f"{name}: both off and working: {min(both)}")
    for day in table.work:
        if day.weekday() < 5:  # Monday to Friday
            raise HolidayTableError(f"{name}: make-up day {day} is no weekend")
