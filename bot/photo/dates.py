"""Dates, clock times and weekdays in every form seen on photos; a weekday proves its date."""

import re
from dataclasses import dataclass
from datetime import date

from bot.photo.text import Heard

_D = r"[0-9OoQDIl|]"
_DATE = re.compile(
    rf"(?P<y>(?:20|19){_D}{{2}}|(?<![0-9]){_D}{{2}}(?=[-./年]))"
    rf"[-./,:年]{{1,2}}(?P<m>{_D}{{1,2}})[-./,:月]{{1,2}}(?P<d>{_D}{{1,2}}?)(?P<end>日|号)?"
    rf"(?=(?P<tail>[^0-9]|$|{_D}{{1,2}}[:;.]{_D}{{2}}))"
)
_SOLID = re.compile(r"(?<![0-9])(?P<y>(?:20|19)[0-9]{2})(?P<m>[01][0-9])(?P<d>[0-3][0-9])(?![0-9])")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED = rf"(?P<mon>{'|'.join(_MONTHS)})[a-z]*"
_ENGLISH = tuple(  # watermark apps in English: Jan 5, 2026 and 5 Jan 2026
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_NAMED}[.,]?(?P<d>[0-3]?[0-9])(?:st|nd|rd|th)?[.,]?(?P<y>20[0-9]{{2}})(?![0-9])",
        rf"(?<![0-9])(?P<d>[0-3]?[0-9]){_NAMED}[.,]?(?P<y>20[0-9]{{2}})(?![0-9])",
    )
)
_MONTH_DAY = re.compile(r"(?<![0-9年])(?P<m>1[0-2]|0?[1-9])月(?P<d>3[01]|[12][0-9]|0?[1-9])[日号]")
_LEAP_YEAR = 2024
_STROKE_LOST = re.compile(
    r"(?<![0-9])(?P<y>20[0-9]{2})(?:[-./](?P<m>[01][0-9])[17|lI]|(?P<n>[01][0-9])[-./])(?P<d>[0-3][0-9])(?![0-9])"
)
_TIME = re.compile(
    rf"(?P<half>上午|下午|晚上|中午|凌晨|早上|AM|PM)?(?<![0-9:.])(?P<h>{_D}{{1,2}})[:;](?P<mi>{_D}{{2}})"
    rf"(?:[:;.](?P<s>{_D}{{2}}))?(?![0-9])(?P<after>AM|PM|am|pm)?"
)
_RUN_ON = re.compile(r"^[^0-9]{0,2}(?P<h>[0-2][0-9])[:;.](?P<mi>[0-5][0-9])(?:[:;.]?(?P<s>[0-5][0-9]))?(?![0-9])")
_BARRED = re.compile(r"^[0-9]{2}:[0-9]{2}[1|lI]$")  # the coloured bar beside a big clock reads as a stroke
_WEEKDAY = re.compile(r"(?:星期|周|礼拜)(?P<w>[一二三四五六日天目曰]|-$)")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_NAME = re.compile(
    r"(?<![A-Za-z])(?:Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?)(?![a-z])"
)
_DIGITS = str.maketrans("OoQDIl|", "0000111")
WEEKDAYS = "一二三四五六日"
_AFTERNOON = frozenset({"下午", "晚上", "PM", "pm"})
_MEANT = str.maketrans("天目曰-", "日日日一")  # what a blurred 日 and a thin 一 are read as
_GUESSED = 0.7
FIRST_YEAR, LAST_YEAR = 1900, 2100


@dataclass(frozen=True, slots=True)
class Found:
    """A value in normal form and the characters it was read from."""

    value: str
    start: int
    end: int
    heard: Heard


def find_date(heard: Heard) -> Found | None:
    """Return the first date that exists in the calendar, as YYYY-MM-DD."""
    for pattern in (_DATE, _SOLID):
        for match in pattern.finditer(heard.text):
            for found in (_date_of(heard, match, extra) for extra in (1, 0)):
                if found is not None:
                    return found
    return _english(heard) or _stroke_lost(heard)


def find_month_day(heard: Heard) -> Found | None:
    """Return the first day written without its year (1月5日), as MM-DD."""
    match = _MONTH_DAY.search(heard.text)
    if match is None:
        return None
    try:
        day = date(_LEAP_YEAR, int(match["m"]), int(match["d"]))
    except ValueError:
        return None
    return Found(f"{day:%m-%d}", *match.span(), heard.part(*match.span()))


def _english(heard: Heard) -> Found | None:
    for pattern in _ENGLISH:
        for match in pattern.finditer(heard.text):
            try:
                day = date(int(match["y"]), 1 + _MONTHS.index(match["mon"].lower()), int(match["d"]))
            except ValueError:
                continue
            return Found(day.isoformat(), *match.span(), heard.part(*match.span()))
    return None


def _stroke_lost(heard: Heard) -> Found | None:
    """Read 2026/01712 and 202410/21, where one slash became a digit or went; never surely."""
    for match in _STROKE_LOST.finditer(heard.text):
        try:
            value = date(int(match["y"]), int(match["m"] or match["n"]), int(match["d"]))
        except ValueError:
            continue
        part = heard.part(*match.span())
        return Found(value.isoformat(), *match.span(), Heard(part.text, tuple(min(_GUESSED, s) for s in part.sure)))
    return None


def _date_of(heard: Heard, match: re.Match[str], extra: int) -> Found | None:
    """Take the match, with one more digit of the day first: `2025-1-1217:15` is the 12th at 17:15."""
    end = match.end()
    year, month, day = (_number(match[name]) for name in ("y", "m", "d"))
    if extra:
        follow = heard.text[match.end("d") : match.end("d") + 1]
        if len(match["d"]) > 1 or not follow or not re.fullmatch(_D, follow):
            return None
        rest = heard.text[match.end("d") + 1 :]
        if rest and re.match(_D, rest) and not _TIME.match(rest):
            return None
        day, end = day * 10 + _number(follow), match.end("d") + 1
    year += 2000 if year < 100 else 0
    try:
        value = date(year, month, day)
    except ValueError:
        return None
    return Found(value.isoformat(), match.start(), end, heard.part(match.start(), end))


def find_time(heard: Heard, *, after: int = 0) -> Found | None:
    """Return the first clock time at or after a position, as HH:MM or HH:MM:SS (24 hours)."""
    tail = heard.part(after)
    if _BARRED.search(tail.text):
        tail = tail.part(0, len(tail.text) - 1)
    for match in _TIME.finditer(tail.text):
        hour, minute = _number(match["h"]), _number(match["mi"])
        second = _number(match["s"]) if match["s"] else None
        if {match["half"], match["after"]} & _AFTERNOON and hour < 12:
            hour += 12
        if hour < 24 and minute < 60 and (second is None or second < 60):
            value = f"{hour:02d}:{minute:02d}" + ("" if second is None else f":{second:02d}")
            return Found(value, after + match.start(), after + match.end(), tail.part(match.start(), match.end()))
    return _run_on(tail, after) if after else None


def _run_on(tail: Heard, after: int) -> Found | None:
    """Read 14.3913 right behind a date as 14:39:13: small colons are read as dots or not at all."""
    match = _RUN_ON.search(tail.text)
    if match is None or int(match["h"]) > 23:
        return None
    value = f"{match['h']}:{match['mi']}" + (f":{match['s']}" if match["s"] else "")
    part = tail.part(*match.span())
    sure = tuple(min(_GUESSED, one) for one in part.sure)
    return Found(value, after + match.start(), after + match.end(), Heard(part.text, sure))


def find_weekday(heard: Heard) -> Found | None:
    """Return 星期一 … 星期日."""
    match = _WEEKDAY.search(heard.text)
    if match is None:
        return _english_weekday(heard)
    value = "星期" + match["w"].translate(_MEANT)
    return Found(value, match.start(), match.end(), heard.part(match.start(), match.end()))


def _english_weekday(heard: Heard) -> Found | None:
    match = _DAY_NAME.search(heard.text)
    if match is None:
        return None
    value = "星期" + WEEKDAYS[_DAYS.index(match[0][:3].lower())]
    return Found(value, *match.span(), heard.part(*match.span()))


def weekday_of(value: str) -> str:
    """Name the weekday of a date in normal form; empty for one without a year."""
    return "星期" + WEEKDAYS[date.fromisoformat(value).weekday()] if len(value) == len("2026-01-05") else ""


def _number(text: str) -> int:
    return int(text.translate(_DIGITS))
