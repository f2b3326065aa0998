"""From what was named to instants: the conventions about deadlines, due times and days off."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from bot.parse.time.clock import Clock
from bot.parse.time.deadline import of_period
from bot.parse.time.instants import Said, at, clock_match, day_end, exact_match
from bot.parse.time.match import Grain, Kind, Note, TimeMatch
from bot.parse.time.moment import Moment
from bot.parse.time.period import DAY, Frame, Period, Style, day

__all__ = ["resolve"]


def resolve(moment: Moment, said: Said, frame: Frame) -> TimeMatch:
    """Turn a moment into a match."""
    period = moment.period
    if period is not None and period.invalid:
        return TimeMatch(
            said.text, said.span, Kind.POINT, Grain.DAY, invalid=True, note=Note.INVALID_DATE, confidence=0.9
        )
    if period is not None and period.instant:
        return exact_match(period.instant, said, period)
    if moment.office:
        return _office(moment, said, frame)
    if moment.clock is not None:
        return _clock(moment, moment.clock, said, frame)
    if moment.part is not None:
        return _part(moment, said, frame)
    assert period is not None
    return _with_readings(of_period(period, said, frame), moment, said, frame)


_OFFICE_HOURS = {"饭": 12 * 60, "睡": 23 * 60, "晚": 18 * 60, "天": 18 * 60, "闭": 22 * 60, "打": 22 * 60}


def _minutes(wall: time) -> int:
    return wall.hour * 60 + wall.minute


def _office_minutes(moment: Moment, frame: Frame) -> int:
    """Return the minute of the day an office word means; 上午下班 and 下午上班 are the two ends of lunch."""
    calendar, word = frame.calendar, moment.office.removeprefix("快").removeprefix("一").removeprefix("吃")
    lunch = calendar.lunch or (time(12), time(13))
    hours = dict.fromkeys("下收放", calendar.work_end) | {"上": calendar.work_start, "午": lunch[0]}
    if moment.part is not None and moment.part.name in {"上午", "中午"} and word[0] in "下收放":
        return _minutes(lunch[0])
    if moment.part is not None and moment.part.name == "下午" and word[0] == "上":
        return _minutes(lunch[1])
    return _minutes(hours[word[0]]) if word[0] in hours else _OFFICE_HOURS[word[0]]


def _office(moment: Moment, said: Said, frame: Frame) -> TimeMatch:
    minutes = _office_minutes(moment, frame)
    period = moment.period
    minutes -= moment.early
    when = at(period.last if period else frame.today, minutes, frame)
    made = clock_match(when, said)
    if period is None and when < frame.now and not frame.past:
        later = at(frame.calendar.next_workday(frame.today), minutes, frame)
        return replace(clock_match(later, said, 0.6), ambiguous=True, alternatives=(made,), note=Note.ROLLED)
    return _with_readings(made, moment, said, frame) if period else made


def _clock(moment: Moment, clock: Clock, said: Said, frame: Frame) -> TimeMatch:
    base = moment.period.last if moment.period else frame.today
    clock = replace(
        clock, minutes=clock.minutes - moment.early, others=tuple(each - moment.early for each in clock.others)
    )
    when = at(base, clock.minutes, frame)
    made = clock_match(when, said, 0.85 if clock.bare else 0.95)
    others = tuple(clock_match(at(base, minutes, frame), said, 0.4) for minutes in clock.others)
    if moment.period is None and when < frame.now and not frame.past:
        return _over_today(clock, said, frame)
    if moment.period is not None:
        made = _with_readings(made, moment, said, frame)
    if _half_day_over(moment, clock, when, frame):
        later = clock_match(at(base, clock.minutes + 12 * 60, frame), said, 0.7)
        return replace(later, ambiguous=True, alternatives=(made,), note=Note.ROLLED)
    if not others:
        return made
    return replace(made, ambiguous=made.ambiguous or clock.ask, alternatives=(*made.alternatives, *others))


def _half_day_over(moment: Moment, clock: Clock, when: datetime, frame: Frame) -> bool:
    """今天9点 said at ten o'clock is rather nine in the evening."""
    today = moment.period is not None and moment.period.last == frame.today
    return today and clock.bare and when < frame.now and clock.minutes < 12 * 60 and not frame.past


def _over_today(clock: Clock, said: Said, frame: Frame) -> TimeMatch:
    """Return the readings of a clock time that is over today: asked, never guessed (convention 6)."""
    today, tomorrow = frame.today, frame.today + DAY
    readings = [at(tomorrow, clock.minutes, frame)]
    evening = at(today, clock.minutes + 12 * 60, frame)
    if clock.bare and clock.minutes < 12 * 60 and evening > frame.now:
        readings.append(evening)
        if clock.minutes < 9 * 60 or frame.now.hour >= 12:
            readings.reverse()
    readings.append(at(today, clock.minutes, frame))
    first, *rest = (clock_match(each, said, 0.6) for each in readings)
    return replace(first, ambiguous=True, alternatives=tuple(rest), note=Note.ROLLED)


def _part(moment: Moment, said: Said, frame: Frame) -> TimeMatch:
    part = moment.part
    assert part is not None
    base = moment.period.last if moment.period else frame.today
    start = at(base, part.start * 60, frame)
    end = day_end(base, frame) if part.end == 24 else at(base, part.end * 60, frame)
    made = TimeMatch(said.text, said.span, Kind.POINT, Grain.DAYPART, start, end, end, end)
    if said.does in {"前", "内"}:
        early = part.name == "早上"
        opens = at(base, _minutes(frame.calendar.work_start), frame) if early else start
        made = _before_part(made, opens, end, said, ask=early or end.hour not in {12, 13})
    elif said.does in {"后", "起"}:
        return replace(made, kind=Kind.OPEN_END)
    if moment.period is None:
        over = end < frame.now and not frame.past
        later = replace(moment, period=day(frame.today + DAY))
        return (
            replace(made, note=Note.PAST, alternatives=(_part(later, said, frame),), confidence=0.7) if over else made
        )
    return _with_readings(made, moment, said, frame)


def _before_part(made: TimeMatch, start: datetime, end: datetime, said: Said, *, ask: bool) -> TimeMatch:
    """中午前 is noon and 上午前 its end; 下午前 and 明早前 may mean either side of it and are asked."""
    by = replace(made, kind=Kind.DEADLINE, start=None, end=end, due_at=end, grace_until=end)
    if said.does == "内":
        return by
    if not ask:
        noon = start if end.hour == 13 else end
        return replace(by, end=noon, due_at=noon, grace_until=noon)
    early = replace(by, end=start, due_at=start, grace_until=start)
    return replace(early, ambiguous=True, alternatives=(by,), confidence=0.6)


def _with_readings(made: TimeMatch, moment: Moment, said: Said, frame: Frame) -> TimeMatch:
    """Add what is known of the day: its other readings, and a word when people are off then."""
    period = moment.period
    assert period is not None
    others = tuple(resolve(replace(moment, period=each), said, frame) for each in period.others)
    if others or period.ambiguous or period.note or period.confidence < made.confidence:
        made = replace(
            made,
            alternatives=(*made.alternatives, *others),
            ambiguous=made.ambiguous or period.ambiguous,
            note=made.note or period.note,
            confidence=min(made.confidence, period.confidence),
        )
    made = _rolled_on(made, moment, said, frame)
    return _day_off(made, moment, said, frame)


def _rolled_on(made: TimeMatch, moment: Moment, said: Said, frame: Frame) -> TimeMatch:
    """周三9点 said on Wednesday at ten means next week's; an outright day that is over is only marked."""
    due, period = made.due_at, moment.period
    if due is None or period is None or due >= frame.now or frame.past or frame.query:
        return made
    if period.fixed or period.first != frame.today:
        return replace(made, note=made.note or Note.PAST)
    later = resolve(replace(moment, period=replace(_next_like(period), fixed=True, others=())), said, frame)
    return replace(
        later, ambiguous=True, alternatives=(replace(made, alternatives=()),), note=Note.ROLLED, confidence=0.6
    )


def _next_like(period: Period) -> Period:
    shifted = period.first + timedelta(days=7)
    return replace(period, first=shifted, last=shifted)


def _day_off(made: TimeMatch, moment: Moment, said: Said, frame: Frame) -> TimeMatch:
    period, calendar = moment.period, frame.calendar
    if period is None or period.grain is not Grain.DAY or period.first != period.last:
        return made
    if made.due_at is None or period.style is Style.FEAST or period.last < frame.today:
        return made
    if not calendar.is_known(period.last):
        made = replace(made, provisional=True)
    if calendar.is_workday(period.last):
        return made
    block = calendar.holiday_block(period.last)
    backward = period.style is Style.EDGE
    other = calendar.previous_workday(period.last) if backward else calendar.next_workday(period.last)
    moved = replace(period, first=other, last=other, note=Note.NONE, others=(), ambiguous=False, fixed=True)
    working = resolve(replace(moment, period=moved), said, frame)
    note = Note.HOLIDAY if block else Note.REST_DAY
    return replace(
        made,
        note=made.note if made.note is not Note.ROLLED and made.note else note,
        alternatives=(working, *made.alternatives),
    )
