"""Which days are worked, and when on such a day people may be written to.

Pure facts about a calendar: no clock is read here. Days are local dates of the calendar's zone, instants are aware.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from models.rules.holiday_table import SHIPPED, HolidayTableError, HolidayYear, load_years, missing_years

__all__ = [
    "SHIPPED",
    "HolidayTableError",
    "HolidayYear",
    "WorkCalendar",
    "calendar_of",
    "default_calendar",
    "load_years",
    "local_instant",
    "missing_years",
]

_DAY = timedelta(days=1)
_SATURDAY = 5


def local_instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """Return the UTC instant of a wall time: after the jump where spring skips it, the first pass where autumn repeats it."""
    return datetime.combine(day, wall.replace(fold=0), zone).astimezone(UTC)


@dataclass(frozen=True)
class WorkCalendar:
    """Working days, office hours and quiet hours of one zone.

    `off` and `work` list the days on which the notice departs from Monday-to-Friday; `names` says why.
    """

    zone: ZoneInfo
    work_start: time = time(9)
    work_end: time = time(18)
    lunch: tuple[time, time] | None = (time(12), time(13, 30))
    off: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()
    known_years: frozenset[int] = frozenset()
    quiet: tuple[time, time] = (time(21), time(8))
    names: Mapping[date, str] = field(default_factory=lambda: MappingProxyType({}), hash=False, repr=False)

    def is_workday(self, day: date) -> bool:
        """Say whether people work that day; in a year without a table this is the plain week (see `is_known`)."""
        if day in self.work:
            return True
        return day not in self.off and day.weekday() < _SATURDAY

    def is_known(self, day: date) -> bool:
        """Say whether the day's year has a table; if not, every answer about it is provisional."""
        return day.year in self.known_years

    def is_statutory_off(self, day: date) -> bool:
        """Say whether the notice gives the day off (a plain weekend is not statutory)."""
        return day in self.off

    def is_makeup_day(self, day: date) -> bool:
        """Say whether the day is a weekend day worked in exchange for a holiday (补班)."""
        return day in self.work

    def holiday_name(self, day: date) -> str | None:
        """Name the holiday that gives this day off (国庆, 春节 …), or None."""
        return self.names.get(day, "假期") if day in self.off else None

    def holiday_block(self, day: date) -> tuple[date, date] | None:
        """Return first and last of the run of free days around `day`; None when no statutory day is among them."""
        if self.is_workday(day):
            return None
        first = self.previous_workday(day) + _DAY
        last = self.next_workday(day) - _DAY
        run = (first + _DAY * number for number in range((last - first).days + 1))
        return (first, last) if any(map(self.is_statutory_off, run)) else None

    def next_workday(self, day: date) -> date:
        """Return the first working day strictly after `day`."""
        return self.add_workdays(day, 1)

    def previous_workday(self, day: date) -> date:
        """Return the last working day strictly before `day`."""
        return self.add_workdays(day, -1)

    def add_workdays(self, day: date, count: int) -> date:
        """Return the `count`-th working day strictly after `day` (before it when negative; `day` itself for 0)."""
        step = _DAY if count > 0 else -_DAY
        for _ in range(abs(count)):
            day += step
            while not self.is_workday(day):
                day += step
        return day

    def local_date(self, at: datetime) -> date:
        """Return the calendar day it is in this zone at the instant `at`."""
        return at.astimezone(self.zone).date()

    def at(self, day: date, wall: time) -> datetime:
        """Return the UTC instant of a local wall time (gap: after the jump; fold: first pass)."""
        return local_instant(day, wall, self.zone)

    def in_quiet(self, at: datetime) -> bool:
        """Say whether the instant lies in the quiet hours (start included, end excluded)."""
        start, end = self.quiet
        wall = at.astimezone(self.zone).time()
        return start <= wall < end if start <= end else wall >= start or wall < end

    def after_quiet(self, at: datetime) -> datetime:
        """Return `at` itself outside quiet hours, else the UTC instant at which they end."""
        if not self.in_quiet(at):
            return at
        end, day = self.quiet[1], self.local_date(at)
        today = self.at(day, end)
        return today if today > at else self.at(day + _DAY, end)


def calendar_of(years: Iterable[HolidayYear], zone: ZoneInfo) -> WorkCalendar:
    """Build a calendar with the default hours from holiday tables; a later table overrules an earlier one."""
    names: dict[date, str] = {}
    work: set[date] = set()
    known: set[int] = set()
    for table in years:
        known.add(table.year)
        work = (work - table.off.keys()) | table.work.keys()
        names = {day: name for day, name in names.items() if day not in table.work} | dict(table.off)
    return WorkCalendar(
        zone=zone,
        off=frozenset(names),
        work=frozenset(work),
        known_years=frozenset(known),
        names=MappingProxyType(names),
    )


@cache
def default_calendar(zone: ZoneInfo | str = "Asia/Shanghai") -> WorkCalendar:
    """Return the calendar of the shipped tables with the default hours, in the given zone."""
    return calendar_of(load_years(SHIPPED), ZoneInfo(zone) if isinstance(zone, str) else zone)
