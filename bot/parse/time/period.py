"""Stretches of days and the calendar arithmetic on them."""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum

from bot.parse.time.match import Grain, Note
from models.rules.workday import WorkCalendar

__all__ = [
    "DAY",
    "INVALID",
    "Frame",
    "Period",
    "Style",
    "add_months",
    "day",
    "month_of",
    "nearest",
    "quarter_of",
    "week_of",
    "year_of",
]

DAY = timedelta(days=1)
_MAX_YEAR = 2199
RECENT_DAYS = 120


class Style(Enum):
    """How 前, 内 and a bare mention treat the period."""

    PLAIN = "plain"  # 周五: 前 includes it
    FEAST = "feast"  # 国庆: 前 is the last working day before, 后 the first one after
    EDGE = "edge"  # 月底: already a deadline by itself
    SPAN = "span"  # 3月, 下周: 前 means before it begins


@dataclass(frozen=True, slots=True)
class Period:
    """Days `first` to `last`, both included, with what is known about how they were named."""

    first: date
    last: date
    grain: Grain
    style: Style = Style.PLAIN
    others: tuple["Period", ...] = ()
    ambiguous: bool = False
    confidence: float = 0.95
    note: Note = Note.NONE
    instant: datetime | None = None  # an exact moment: 2小时后
    fixed: bool = True  # said outright; False: the nearest such day was taken and may roll on
    invalid: bool = False
    block: tuple[date, date] | None = None  # the days off a feast stands in

    def unsure(self, *others: "Period", note: Note = Note.NONE) -> "Period":
        """Return this reading as a question, with the other readings beside it."""
        return replace(self, others=(*self.others, *others), ambiguous=True, note=note or self.note, confidence=0.6)

    @property
    def bounds(self) -> tuple[date, date]:
        """Return the days off the feast stands in, else the period itself."""
        return self.block or (self.first, self.last)

    def contains(self, when: date) -> bool:
        """Say whether the day lies in the period."""
        return self.first <= when <= self.last


INVALID = Period(date.min, date.min, Grain.DAY, invalid=True, note=Note.INVALID_DATE)


@dataclass(frozen=True, slots=True)
class Frame:
    """What an expression is relative to: the local instant, the calendar, and whether the speaker tells of the past."""

    now: datetime
    calendar: WorkCalendar
    past: bool = False  # a visit note: the nearest such day behind
    query: bool = False  # a question about records: the one of this year or month

    @property
    def today(self) -> date:
        """Return the local day."""
        return self.now.date()


def day(when: date, **changes: object) -> Period:
    """Return one day as a period."""
    return Period(when, when, Grain.DAY, **changes)  # type: ignore[arg-type] # the names are checked at run time


def add_months(when: date, count: int) -> date:
    """Move by whole months, to the month's last day where the day is missing (01-31 + 1 = 02-28)."""
    index = when.year * 12 + when.month - 1 + count
    year, month = divmod(index, 12)
    year = min(max(year, 1), _MAX_YEAR)
    return date(year, month + 1, min(when.day, monthrange(year, month + 1)[1]))


def week_of(when: date, shift: int = 0) -> Period:
    """Return the Monday-based week of a day, moved by whole weeks."""
    first = when - timedelta(days=when.weekday()) + timedelta(weeks=shift)
    return Period(first, first + timedelta(days=6), Grain.WEEK, Style.SPAN)


def month_of(year: int, month: int) -> Period:
    """Return a month."""
    return Period(date(year, month, 1), date(year, month, monthrange(year, month)[1]), Grain.MONTH, Style.SPAN)


def quarter_of(year: int, quarter: int) -> Period:
    """Return a quarter (1-4)."""
    month = quarter * 3
    return Period(date(year, month - 2, 1), month_of(year, month).last, Grain.QUARTER, Style.SPAN)


def year_of(year: int) -> Period:
    """Return a year."""
    return Period(date(year, 1, 1), date(year, 12, 31), Grain.YEAR, Style.SPAN)


def _current(candidates: list[Period], today: date) -> Period | None:
    holding = [each for each in candidates if each.contains(today)]
    same_year = [each for each in candidates if each.first.year == today.year]
    return next(iter(holding or same_year or candidates), None)


def _lately(over: Period, today: date) -> bool:
    """Say whether what is over may still be meant: this year's for a third of a year, a day of last year's for a month."""
    since = (today - over.last).days
    return since <= (
        RECENT_DAYS if over.last.year == today.year else RECENT_DAYS // 4 if over.grain is Grain.DAY else 0
    )


def nearest(candidates: list[Period], frame: Frame) -> Period | None:
    """Choose among the same name in successive years or months: the one now or next (in the past: now or last).

    One that is lately over is kept as the other reading and asked about.
    """
    today = frame.today
    if frame.query:
        return _current(candidates, today)
    begun = [each for each in candidates if each.first <= today]
    open_ = [each for each in candidates if each.last >= today]
    if frame.past:
        return begun[-1] if begun else None
    if not open_:
        return None
    chosen, before = open_[0], [each for each in begun if each.last < today]
    if before and chosen.first > today and _lately(before[-1], today):
        return replace(chosen.unsure(before[-1], note=Note.ROLLED), fixed=False)
    return replace(chosen, fixed=False)
