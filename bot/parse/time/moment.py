"""A date, a part of the day and a clock, read one after the other from a position in the text."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.parse.time import days, delay, holidays, months, weeks
from bot.parse.time.atom import Atom
from bot.parse.time.clock import Clock, Part, read_clock, read_part
from bot.parse.time.match import Grain
from bot.parse.time.period import Frame, Period, Style

__all__ = ["Moment", "read_moment"]

_ATOMS: tuple[Atom, ...] = (*months.ATOMS, *days.ATOMS, *weeks.ATOMS, *holidays.ATOMS, *delay.ATOMS)


def _by_sign(signs: Callable[[Atom], frozenset[str]]) -> dict[str, tuple[Atom, ...]]:
    every = frozenset().union(*map(signs, _ATOMS))
    return {sign: tuple(each for each in _ATOMS if sign in signs(each)) for sign in every}


_OPENING = _by_sign(lambda each: each.opens)
_CONTINUING = _by_sign(lambda each: each.continues)
_BETWEEN = re.compile(
    r"\s{1,2}|的(?=[上下早晚中第最周星礼])|,(?=\s?\d{1,2}月|\s?[一二三四五六七八九十]{1,2}月)|\s?(?=[(])|[日号]?,\s?(?=[上下早晚中]午|晚上)|那天|当天|当日"
)
_OFFICE = re.compile(
    r"(?P<word>快?下班|一?上班|午休|午饭|吃?晚饭|饭|睡觉?|收工|放工|天黑|闭店|打烊)(?=之?前|以前|之?后|以后|时|的?时候)|(?P<start>一上班)"
)
_MAX_PIECES = 8


@dataclass(frozen=True, slots=True)
class Moment:
    """What was named, and where the text of it ends."""

    end: int
    period: Period | None = None
    part: Part | None = None
    clock: Clock | None = None
    office: str = ""  # 下班, 上班, 午休: a moment of the working day
    early: int = 0  # minutes before it: 下班前半小时, 3点前10分钟

    @property
    def empty(self) -> bool:
        """Say whether nothing was read."""
        return self.period is None and self.part is None and self.clock is None and not self.office


def read_moment(text: str, at: int, frame: Frame, *, sure: bool = False) -> Moment:
    """Read the longest moment at a position; an empty one when there is none.

    `sure`: a time is known to stand here (the second half of a range), so a bare number of hours is no list.
    """
    period, end = _read_date(text, at, frame)
    if period is not None and (period.invalid or period.instant):
        return Moment(end, period)
    dated = period is not None
    if dated and not _takes_clock(period):
        return Moment(end, period)
    start = _skip(text, end) if dated else at
    office = _OFFICE.match(text, start)
    if office:
        return Moment(office.end(), period, office=office["word"] or office["start"])
    part, after = read_part(text, start) or (None, start)
    if part and (office := _OFFICE.match(text, after)):  # 明早上班前, 上午下班前
        return Moment(office.end(), period, part, office=office["word"] or office["start"])
    clock, stop = read_clock(text, _skip(text, after), part, dated=dated or sure) or (None, after)
    alone = part is not None and not dated and after - start == 1  # 早, 晚 by themselves are no time
    if clock is None and (part is None or alone):
        return Moment(end, period)
    return Moment(stop, period, part, clock)


def _takes_clock(period: Period | None) -> bool:
    return period is not None and (period.grain is Grain.DAY or period.first == period.last)


def _skip(text: str, at: int) -> int:
    found = _BETWEEN.match(text, at)
    return found.end() if found else at


def _read_date(text: str, at: int, frame: Frame) -> tuple[Period | None, int]:
    period, end = _chain(text, at, frame)
    if period is None or period.grain is not Grain.DAY or period.invalid:
        return period, end
    return _with_date_beside(text, at, end, period, frame)


def _chain(text: str, at: int, frame: Frame) -> tuple[Period | None, int]:
    period, end = None, at
    for _ in range(_MAX_PIECES):
        best, stop = _longest(text, end, frame, period)
        if best is None and period is not None and (start := _skip(text, end)) > end:
            best, stop = _longest(text, start, frame, period)
        if best is None:
            break
        period, end = best, stop
        if period.invalid:
            break
    return period, end


_ENDS_IN_WEEKDAY = re.compile(r"(?:周|星期|礼拜)[一二三四五六日天1-7]$")
_DATE_BESIDE = re.compile(r"\s?[,(]?\s?(?=\d|[一二三四五六七八九十]{1,3}[月号])")
_CLOSING = re.compile(r"\s?[)]")


def _with_date_beside(text: str, start: int, end: int, weekday: Period, frame: Frame) -> tuple[Period, int]:
    """Read 周三(1月28日), 下周一26号: the date is meant, the weekday checks it."""
    beside = _DATE_BESIDE.match(text, end) if _ENDS_IN_WEEKDAY.search(text, start, end) else None
    dated, stop = _chain(text, beside.end(), frame) if beside else (None, end)
    if (
        dated is None
        or dated.grain is not Grain.DAY
        or dated.invalid
        or dated.instant
        or dated.style is not Style.PLAIN
    ):
        return weekday, end
    closing = _CLOSING.match(text, stop)
    return weeks.agreeing(dated, weekday.first.weekday()), closing.end() if closing else stop


def _longest(text: str, at: int, frame: Frame, within: Period | None) -> tuple[Period | None, int]:
    best, stop = None, at
    table = _OPENING if within is None else _CONTINUING
    for each in table.get(text[at : at + 1], ()):
        found = each.pattern.match(text, at)
        if found is None or found.end() <= stop:
            continue
        made = each.resolve(found, frame, within)
        if made is not None:
            best, stop = made, found.end()
    return best, stop
