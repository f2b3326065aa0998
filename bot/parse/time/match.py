"""What a time expression in a sentence turns out to mean."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

__all__ = ["Grain", "Kind", "Note", "TimeMatch"]


class Grain(StrEnum):
    """How finely the speaker named the time, finest first."""

    MINUTE = "minute"
    DAYPART = "daypart"
    DAY = "day"
    WEEKEND = "weekend"
    WEEK = "week"
    TENDAY = "tenday"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"


class Kind(StrEnum):
    """What the expression does in the sentence."""

    POINT = "point"  # 明天, 周四 10 点
    DEADLINE = "deadline"  # 周五前, 三天内, 月底
    RANGE = "range"  # 下周, 2-3 至 2-6, 下午 2 点到 4 点
    OPEN_END = "open_end"  # 国庆后, 3 月起
    DURATION = "duration"  # 1 小时 (only where a command asks for one)
    RECURRING = "recurring"  # 每周五
    VAGUE = "vague"  # 尽快: a time was meant, none was said


class Note(StrEnum):
    """Why a reading deserves a word to the person; the empty note says nothing."""

    NONE = ""
    HOLIDAY = "holiday"  # falls into a statutory holiday
    REST_DAY = "rest_day"  # falls on a plain weekend
    INVALID_DATE = "invalid_date"  # 2月30日
    VAGUE = "vague"
    PAST = "past"  # said outright, and already over
    ROLLED = "rolled"  # the nearest one was over, so the next was taken
    WEEKEND_SPEECH = "weekend_speech"  # 下周X said on a Saturday or Sunday
    MISMATCH = "weekday_mismatch"  # date and weekday disagree
    SEVERAL = "several"  # 周二或周三: one must be chosen
    RELATIVE = "relative_to_event"  # 收到款后5个工作日内: the event's day is not known
    RECURRING = "recurring"
    APPROXIMATE = "approximate"


@dataclass(frozen=True, slots=True)
class TimeMatch:
    """One expression, resolved. All instants are aware, in the calendar's zone.

    `start` and `end` bound what was named; for a day or anything longer `end` is the last second (23:59:59), for clock
    times the exact instant. A deadline has no `start`. `due_at` is when it is softly overdue (the end of the working
    day unless a clock time was said), `grace_until` when it is hard. `ambiguous` asks for a question; `alternatives`
    are the other readings, likeliest first, and may be offered as buttons without asking.
    """

    text: str
    span: tuple[int, int]
    kind: Kind
    grain: Grain
    start: datetime | None = None
    end: datetime | None = None
    due_at: datetime | None = None
    grace_until: datetime | None = None
    confidence: float = 0.95
    ambiguous: bool = False
    alternatives: tuple["TimeMatch", ...] = ()
    invalid: bool = False
    note: Note = Note.NONE
    provisional: bool = False  # rests on a year whose holiday table is not known yet

    @property
    def start_on(self) -> date | None:
        """Return the first local day named."""
        return self.start.date() if self.start else None

    @property
    def end_on(self) -> date | None:
        """Return the last local day named (for a deadline: the day it is due)."""
        return self.end.date() if self.end else None

    def bounded(self, now: datetime) -> "TimeMatch | None":
        """Return the match with both a start and an end (a deadline begins now); None when it has neither."""
        if self.invalid or self.kind in {Kind.VAGUE, Kind.RECURRING} or not (self.start or self.end):
            return None
        start, end = self.start or now, self.end or self.start
        if self.kind is Kind.DEADLINE and end is not None and end < start:
            start = end.replace(hour=0, minute=0, second=0)
        return replace(self, start=start, end=end)

    @property
    def resolved(self) -> bool:
        """Say whether there is any instant to work with."""
        return self.due_at is not None or self.start is not None
