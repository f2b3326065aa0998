"""Verdicts about what a picture shows: agrees, differs, cannot be read (V02-V04, V12, R02, R08, R13, A02).

"Cannot read" is never scored as "differs": a difference is only claimed of a confident, self-consistent reading. The
words for a verdict are in `bot/cards`; nothing here calls anybody a liar.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum

from models.rules.alike import alike, apart, company_core, folded, same_party, same_title

CHINA = timezone(timedelta(hours=8))
TOLERANCE = timedelta(minutes=15)
RADIUS_M = 200
ON_THE_SPOT = timedelta(minutes=15)
BACKFILL_AFTER = timedelta(hours=2)

SURE = 0.85  # below this a reading may agree but never differ
SURE_IF_SPOILT = 0.95  # the same on a blurred or dark picture
SURE_IF_ONE_OFF = 0.97  # the same when one misread character would explain the difference
READABLE = 0.3
SEAL_ALIKE = 0.75  # share of a company's name found on a ring that proves it
SEAL_UNLIKE = 0.4  # share up to which it is another company's
AUTHORITY = re.compile("监督管理局|行政审批局|工商行政|税务局|管理委员会|发票专用章|监制")


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
        return _unread("watermark_time", expected, facts)
    taken_at = _moment(clock, day, received_at)
    if taken_at is None:
        return _unread("watermark_time", expected, facts, Reason.UNSURE)
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
        return _unread("contact", expected, facts)
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
    if title.confidence < _needed(facts):
        return Finding("contact", Verdict.CANNOT_READ, told, read, confidence, _spoilt(facts))
    return Finding("contact", Verdict.DIFFERS, told, read, confidence, Reason.OTHER_TITLE)


def check_party(facts: PhotoFacts, names: Iterable[str], *, name: str = "customer") -> Finding:
    """Compare a company read off a page with the names the customer goes by, short ones included (R02, R13, J4)."""
    wanted = [one for one in names if one]
    expected = wanted[0] if wanted else ""
    read = facts.fields.get(name)
    if read is None or facts.problem:
        return _unread("party", expected, facts)
    core = company_core(read.value)
    cores = [company_core(one) for one in wanted]
    if any(same_party(core, other) for other in cores):
        return Finding("party", Verdict.AGREES, expected, read.value, read.confidence, Reason.OK)
    one_off = any(apart(core, other) <= 1 for other in cores)
    if read.confidence < (SURE_IF_ONE_OFF if one_off else _needed(facts)):
        return Finding("party", Verdict.CANNOT_READ, expected, read.value, read.confidence, _spoilt(facts))
    reason = Reason.ONE_CHARACTER_OFF if one_off else Reason.OTHER_PARTY
    return Finding("party", Verdict.DIFFERS, expected, read.value, read.confidence, reason)


def check_seal(facts: PhotoFacts) -> Finding:
    """Ask for a red company seal (R02); a black-and-white copy cannot be judged."""
    if facts.problem:
        return _unread("seal", "red seal", facts)
    outcome = {
        "present": (Verdict.AGREES, Reason.OK),
        "not_seen": (Verdict.DIFFERS, Reason.NO_RED_SEAL),
    }.get(facts.seal, (Verdict.CANNOT_READ, facts.spoilt or Reason.BLACK_AND_WHITE))
    return Finding("seal", outcome[0], "red seal", facts.seal, facts.seal_confidence, outcome[1])


def check_seal_party(facts: PhotoFacts, names: Iterable[str]) -> Finding:
    """Compare the name along the seal's ring with the names the customer goes by (R02, J4).

    Writing on a ring is often misread: only a name with little in common differs. The registrar's seal printed on a
    licence is nobody's company seal.
    """
    wanted = [one for one in names if one]
    expected, read = wanted[0] if wanted else "", facts.seal_text
    if facts.problem or facts.seal != "present" or not read or not wanted:
        return _unread("seal_party", expected, facts)
    if AUTHORITY.search(read):
        return Finding("seal_party", Verdict.CANNOT_READ, expected, read, facts.seal_confidence, Reason.AUTHORITY_SEAL)
    core = company_core(read)
    likeness = max(alike(core, company_core(one)) for one in wanted)
    if likeness >= SEAL_ALIKE:
        return Finding("seal_party", Verdict.AGREES, expected, read, likeness, Reason.OK)
    if likeness > SEAL_UNLIKE or facts.spoilt or not read.endswith("公司"):
        return Finding("seal_party", Verdict.CANNOT_READ, expected, read, likeness, _spoilt(facts))
    return Finding("seal_party", Verdict.DIFFERS, expected, read, facts.seal_confidence, Reason.OTHER_SEAL)


def check_code_word(facts: PhotoFacts, code: str) -> Finding:
    """Look for the code the person was asked to write down (M5); handwriting that is not found is never a difference."""
    if facts.problem:
        return _unread("code_word", code, facts)
    wanted = folded(code)
    words = [word for line in facts.text.splitlines() for word in re.findall(r"[A-Za-z0-9]+", line)]
    if any(folded(word) == wanted for word in words) or wanted in {folded(line) for line in facts.text.splitlines()}:
        return Finding("code_word", Verdict.AGREES, code, code, 1.0, Reason.OK)
    return _unread("code_word", code, facts)


def check_voucher(facts: PhotoFacts, *, kinds: Iterable[str], number: str | None = None) -> Finding:
    """Check a step's voucher (R08): the right kind of paper, and the waybill number when one is known."""
    wanted = tuple(kinds)
    if facts.problem:
        return _unread("voucher", number or wanted[0], facts)
    if facts.kind not in wanted:
        verdict = Verdict.CANNOT_READ if facts.kind == "other" or facts.spoilt else Verdict.DIFFERS
        reason = Reason.NOT_FOUND if verdict is Verdict.CANNOT_READ else Reason.OTHER_KIND
        return Finding("voucher", verdict, wanted[0], facts.kind, 0.0, facts.spoilt or reason)
    if number is None:
        return Finding("voucher", Verdict.AGREES, wanted[0], facts.kind, 1.0, Reason.OK)
    return check_number(facts, number, names=("waybill_no", "inv_no", "slip_no", "contract_no"))


def check_number(facts: PhotoFacts, number: str, *, names: Sequence[str]) -> Finding:
    """Compare a number on the page (the first of `names` that was read) with the one on record."""
    read = next((facts.fields[name] for name in names if name in facts.fields), None)
    if read is None or facts.problem:
        return _unread("number", number, facts)
    ours, theirs = folded(number), folded(read.value)
    if ours == theirs:
        return Finding("number", Verdict.AGREES, number, read.value, read.confidence, Reason.OK)
    one_off = apart(ours, theirs) <= 1
    if read.confidence < (SURE_IF_ONE_OFF if one_off else _needed(facts)):
        return Finding("number", Verdict.CANNOT_READ, number, read.value, read.confidence, _spoilt(facts))
    reason = Reason.ONE_CHARACTER_OFF if one_off else Reason.OTHER_NUMBER
    return Finding("number", Verdict.DIFFERS, number, read.value, read.confidence, reason)


def check_date(facts: PhotoFacts, expected: date, *, name: str = "sign_date") -> Finding:
    """Compare a date on the page with the one on record (R13)."""
    read = facts.fields.get(name)
    if read is None or facts.problem:
        return _unread("date", expected.isoformat(), facts)
    if read.value == expected.isoformat():
        return Finding("date", Verdict.AGREES, expected.isoformat(), read.value, read.confidence, Reason.OK)
    one_off = apart(read.value, expected.isoformat()) <= 1
    if read.confidence < (SURE_IF_ONE_OFF if one_off else _needed(facts)):
        return Finding("date", Verdict.CANNOT_READ, expected.isoformat(), read.value, read.confidence, _spoilt(facts))
    return Finding("date", Verdict.DIFFERS, expected.isoformat(), read.value, read.confidence, Reason.OTHER_DATE)


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
    needed = max(_needed(facts), SURE_IF_ONE_OFF if _one_digit_off(taken_at, received_at, tolerance) else 0.0)
    return _spoilt(facts) if confidence < needed else None


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
    if name.confidence < (SURE_IF_ONE_OFF if one_off else _needed(facts)):
        return Finding("contact", Verdict.CANNOT_READ, expected, name.value, name.confidence, _spoilt(facts))
    reason = Reason.ONE_CHARACTER_OFF if one_off else Reason.OTHER_NAME
    return Finding("contact", Verdict.DIFFERS, expected, name.value, name.confidence, reason)


def _unread(check: str, expected: str, facts: PhotoFacts, reason: Reason = Reason.NOT_FOUND) -> Finding:
    why = Reason.BAD_FILE if facts.problem else facts.spoilt or reason
    return Finding(check, Verdict.CANNOT_READ, expected, None, 0.0, why)


def _needed(facts: PhotoFacts) -> float:
    return SURE_IF_SPOILT if facts.spoilt else SURE


def _spoilt(facts: PhotoFacts) -> Reason:
    return facts.spoilt or Reason.UNSURE
