"""Verdicts about what a picture shows: agrees, differs, cannot be read (V02-V04, V12, A02).

The papers have `photo_paper`, seals `photo_seal`. "Cannot read" is never scored as "differs": a difference is only claimed of a confident, self-consistent reading. The
words for a verdict are in `bot/cards`; nothing here calls anybody a liar.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum

from models.rules.alike import apart, same_title
from models.rules.code_word import is_written

CHINA = timezone(timedelta(hours=8))
TOLERANCE = timedelta(minutes=15)
RADIUS_M = 200
ON_THE_SPOT = timedelta(minutes=15)
BACKFILL_AFTER = timedelta(hours=2)

SURE = 0.85  # below this a reading may agree but never differ
SURE_IF_SPOILT = 0.95  # the same on a blurred or dark picture
SURE_IF_ONE_OFF = 0.97  # the same when one misread character would explain the difference
READABLE = 0.3


class Verdict(StrEnum):
    """Three answers; a person decides what follows."""

    AGREES = "agrees"
    DIFFERS = "differs"
    CANNOT_READ = "cannot_read"


class Reason(StrEnum):
    """Why a verdict is what it is; cards have a sentence for each."""

    OK = "ok"
    NAME_ONLY = "name_only"
    TIME_ONLY = "time_only"
    WRONG_TIME = "wrong_time"
    IN_FUTURE = "in_future"
    NOT_FOUND = "not_found"
    BLURRED = "blurred"
    DARK = "dark"
    UNSURE = "unsure"
    INCONSISTENT = "inconsistent"
    ONE_CHARACTER_OFF = "one_character_off"
    OTHER_NAME = "other_name"
    OTHER_TITLE = "other_title"
    SURNAME_ONLY = "surname_only"
    OTHER_PARTY = "other_party"
    OTHER_NUMBER = "other_number"
    OTHER_KIND = "other_kind"
    OTHER_DATE = "other_date"
    OTHER_CODE = "other_code"
    NO_RED_SEAL = "no_red_seal"
    OTHER_SEAL = "other_seal"
    AUTHORITY_SEAL = "authority_seal"
    BLACK_AND_WHITE = "black_and_white"
    TOO_FAR = "too_far"
    TOO_LATE = "too_late"
    BAD_FILE = "bad_file"


@dataclass(frozen=True, slots=True)
class ReadField:
    """A value in normal form (see `bot.photo.Field`) and how sure of its weakest character."""

    value: str
    confidence: float


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """What the rules need to know of a picture; `bot.photo.facts_of` makes one from a reading.

    `kind` is a `PhotoKind` value, `seal` one of present, not_seen, cannot_tell, `seal_text` the
    name along its ring when legible, `seal_place` where it stands (右下, 中间); `spoilt` is blurred or dark;
    `problem` says why the file could not be opened at all.
    """

    kind: str
    fields: Mapping[str, ReadField] = field(default_factory=dict)
    text: str = ""
    seal: str = "cannot_tell"
    seal_confidence: float = 0.0
    seal_text: str | None = None
    seal_place: str = ""
    spoilt: Reason | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class KnownContact:
    """A contact person of the customer, as the team knows them."""

    name: str
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's outcome: what was expected, what the machine read, how sure it was. `read_at` is an aware instant."""

    check: str
    verdict: Verdict
    expected: str
    read: str | None
    confidence: float
    reason: Reason
    read_at: datetime | None = None


class EntryTiming(StrEnum):
    """How promptly a visit was written down (V12)."""

    ON_THE_SPOT = "on_the_spot"
    SAME_DAY = "same_day"
    BACKFILLED = "backfilled"


def entry_timing(happened_at: datetime, recorded_at: datetime) -> EntryTiming:
    """Label a record by its lag (V12): up to 15 minutes on the spot, up to 2 hours same day, later backfilled."""
    lag = recorded_at - happened_at
    if lag <= ON_THE_SPOT:
        return EntryTiming.ON_THE_SPOT
    return EntryTiming.SAME_DAY if lag <= BACKFILL_AFTER else EntryTiming.BACKFILLED


def check_watermark_time(facts: PhotoFacts, *, received_at: datetime, tolerance: timedelta = TOLERANCE) -> Finding:
    """Compare the watermark's moment (Chinese time) with the moment the picture came in (V03).

    Without a readable date the time of day is taken as today's or yesterday's, whichever is nearer.
    """
    expected = received_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
    clock, day = facts.fields.get("time"), facts.fields.get("date")
    if clock is None or facts.problem:
        return unread("watermark_time", expected, facts)
    taken_at = _moment(clock, day, received_at)
    if taken_at is None:
        return unread("watermark_time", expected, facts, Reason.UNSURE)
    confidence = min(clock.confidence, day.confidence) if day else clock.confidence
    read = taken_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
    away = abs(received_at.replace(second=0, microsecond=0) - taken_at.replace(second=0, microsecond=0))
    if away <= tolerance and confidence >= READABLE:
        reason = Reason.OK if day else Reason.TIME_ONLY
        return Finding("watermark_time", Verdict.AGREES, expected, read, confidence, reason, taken_at)
    doubt = _time_doubt(facts, confidence, taken_at, received_at, tolerance)
    if doubt is not None:
        return Finding("watermark_time", Verdict.CANNOT_READ, expected, read, confidence, doubt, taken_at)
    reason = Reason.IN_FUTURE if taken_at > received_at else Reason.WRONG_TIME
    return Finding("watermark_time", Verdict.DIFFERS, expected, read, confidence, reason, taken_at)


def check_contact(facts: PhotoFacts, contacts: Sequence[KnownContact]) -> Finding:
    """Compare the chat's contact and title with the customer's known contacts (V04)."""
    expected = "、".join(contact.name for contact in contacts)
    name, title = facts.fields.get("contact"), facts.fields.get("title")
    if name is None or facts.problem:
        return unread("contact", expected, facts)
    known = next((contact for contact in contacts if contact.name == name.value), None)
    if known is None:
        return _other_name(facts, name, contacts, expected)
    read = f"{name.value} {title.value}" if title else name.value
    told = f"{known.name} {known.title}" if known.title else known.name
    if not known.title or title is None:
        return Finding("contact", Verdict.AGREES, told, read, name.confidence, Reason.NAME_ONLY)
    confidence = min(name.confidence, title.confidence)
    if same_title(title.value, known.title):
        return Finding("contact", Verdict.AGREES, told, read, confidence, Reason.OK)
    if title.confidence < certainty_needed(facts):
        return Finding("contact", Verdict.CANNOT_READ, told, read, confidence, doubt_of(facts))
    return Finding("contact", Verdict.DIFFERS, told, read, confidence, Reason.OTHER_TITLE)


def check_code_word(facts: PhotoFacts, code: str) -> Finding:
    """Look for the code the person was asked to write down (M5); handwriting that is not found is never a difference."""
    if facts.problem:
        return unread("code_word", code, facts)
    if is_written(code, facts.text):
        return Finding("code_word", Verdict.AGREES, code, code, 1.0, Reason.OK)
    return unread("code_word", code, facts)


def check_radius(metres: float, *, radius_m: int = RADIUS_M) -> Finding:
    """Compare a distance with the radius (V02): 200 is in, 201 is out; both are whole metres."""
    whole = round(metres)
    near = whole <= radius_m
    reason = Reason.OK if near else Reason.TOO_FAR
    return Finding("radius", Verdict.AGREES if near else Verdict.DIFFERS, str(radius_m), str(whole), 1.0, reason)


def check_sent_within(started_at: datetime, sent_at: datetime, *, limit: timedelta = timedelta(hours=24)) -> Finding:
    """Ask that a document followed within the limit (A02): at 24:00 it counts, a minute later it does not."""
    lag = sent_at.replace(second=0, microsecond=0) - started_at.replace(second=0, microsecond=0)
    in_time = lag <= limit
    verdict, reason = (Verdict.AGREES, Reason.OK) if in_time else (Verdict.DIFFERS, Reason.TOO_LATE)
    return Finding("sent_within", verdict, str(limit), str(lag), 1.0, reason, sent_at)


def _moment(clock: ReadField, day: ReadField | None, received_at: datetime) -> datetime | None:
    try:
        at = time.fromisoformat(clock.value)
        if day is not None and len(day.value) == len("2026-01-05"):
            return datetime.combine(date.fromisoformat(day.value), at, CHINA).astimezone(UTC)
        today = received_at.astimezone(CHINA).date()
        days = [today - timedelta(days=back) for back in (0, 1)]
        if day is not None:  # 01-05: the year is the one that puts it nearest
            days = [date.fromisoformat(f"{today.year - back}-{day.value}") for back in (0, 1)]
    except ValueError:
        return None
    moments = [datetime.combine(one, at, CHINA).astimezone(UTC) for one in days]
    return min(moments, key=lambda moment: abs(moment - received_at))


def _time_doubt(
    facts: PhotoFacts, confidence: float, taken_at: datetime, received_at: datetime, tolerance: timedelta
) -> Reason | None:
    """Say why a time that differs must not be held against anybody, or None when it is certain."""
    day, weekday = facts.fields.get("date"), facts.fields.get("weekday")
    proven = bool(day and weekday and _weekday(day.value) == weekday.value)
    if day and weekday and _weekday(day.value) not in {weekday.value, None}:
        return Reason.INCONSISTENT
    if taken_at > received_at + timedelta(days=1) and not proven:
        return Reason.UNSURE
    needed = max(certainty_needed(facts), SURE_IF_ONE_OFF if _one_digit_off(taken_at, received_at, tolerance) else 0.0)
    return doubt_of(facts) if confidence < needed else None


def _weekday(value: str) -> str | None:
    try:
        return "星期" + "一二三四五六日"[date.fromisoformat(value).weekday()]
    except ValueError:
        return None


def _one_digit_off(taken_at: datetime, received_at: datetime, tolerance: timedelta) -> bool:
    """Tell whether one misread digit would explain the whole difference."""
    written = taken_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
    steps = range(-int(tolerance.total_seconds() // 60), int(tolerance.total_seconds() // 60) + 1)
    near = (received_at.astimezone(CHINA) + timedelta(minutes=step) for step in steps)
    return any(apart(written, moment.strftime("%Y-%m-%d %H:%M")) <= 1 for moment in near)


def _other_name(facts: PhotoFacts, name: ReadField, contacts: Sequence[KnownContact], expected: str) -> Finding:
    if re.fullmatch(r".{1,2}(?:总|工|姐|哥|经理|主任|老师)", name.value):
        return Finding("contact", Verdict.CANNOT_READ, expected, name.value, name.confidence, Reason.SURNAME_ONLY)
    one_off = any(apart(name.value, contact.name) <= 1 for contact in contacts)
    if name.confidence < (SURE_IF_ONE_OFF if one_off else certainty_needed(facts)):
        return Finding("contact", Verdict.CANNOT_READ, expected, name.value, name.confidence, doubt_of(facts))
    reason = Reason.ONE_CHARACTER_OFF if one_off else Reason.OTHER_NAME
    return Finding("contact", Verdict.DIFFERS, expected, name.value, name.confidence, reason)


def unread(check: str, expected: str, facts: PhotoFacts, reason: Reason = Reason.NOT_FOUND) -> Finding:
    """Return a check's "cannot read"; a file that did not open or is spoilt says so before `reason` does."""
    why = Reason.BAD_FILE if facts.problem else facts.spoilt or reason
    return Finding(check, Verdict.CANNOT_READ, expected, None, 0.0, why)


def certainty_needed(facts: PhotoFacts) -> float:
    """Return the confidence from which something read may be called different; higher on a spoilt picture."""
    return SURE_IF_SPOILT if facts.spoilt else SURE


def doubt_of(facts: PhotoFacts) -> Reason:
    """Return why a reading is not sure enough: the picture's fault when it has one."""
    return facts.spoilt or Reason.UNSURE
