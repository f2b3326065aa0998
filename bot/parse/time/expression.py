"""Find every time expression of a text, left to right."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time

from bot.parse.time.delay import AMOUNT, read_amount, workdays_after
from bot.parse.time.guards import is_part_of_a_name
from bot.parse.time.match import Kind, Note, TimeMatch
from bot.parse.time.moment import Moment, read_moment
from bot.parse.time.period import Frame, day
from bot.parse.time.resolve import Said, resolve
from bot.parse.time.special import read_special

__all__ = ["find_all"]

_ANCHOR = re.compile(
    r"[0-9零〇一二两俩三仨四五六七八九十廿卅百半今明后昨前大当本这下上周星礼月年季第首头最至不截赶限早晨清中正午晌傍黄晚夜深凌拂黎差过再等稍未接往每双元春除端"
    r"七国重冬腊小平圣农阴旧闰初放收休长假节尽改有回抽随立马待近母父教情妇儿感万建劳植愚鬼团光北上新吃睡天闭打翌次隔听寻全来去越另得空忙哪迟到届早几数多快QqDd]"
)
_PREFIX = re.compile(
    r"(?:最迟|最晚|至迟|不得?晚于|不得?迟于|不能晚于|截止(?:时间|日期|日)?|截至|赶在|限于?|(?i:deadline|ddl))\s?(?:是|为|到|于|在|至|:)?\s?(?=[^\s])"
)
_LATEST = re.compile(r"最迟|最晚|至迟|不|截|限|[dD]")
_SUFFIXES = (
    ("前", re.compile(r"\s?(?:之前|以前|前(?![往来台面沿途景端辈任列提后置言天]|半(?:年|场|段))|为止|截止|止)")),
    ("约", re.compile(r"前后|左右")),
    ("内", re.compile(r"(?:的?时间)?(?:之内|以内|内(?![部容测训审网蒙存涵购勤外饰控]))")),
    ("后", re.compile(r"(?:之后|以后|后(?![台面续勤期端者备来果悔半门厨方援任]))")),
    ("起", re.compile(r"(?:起(?![草步诉来码点床飞航源名吊订个]))")),
    ("来", re.compile(r"(?:以来|至今|到现在|到今天|到目前)")),
)
_TO = re.compile(r"\s?(?:到|至|~|-{1,2}|直到)\s?")
_OR = re.compile(r"\s?(?:或者?|还是|/|要么)\s?")
_WITHIN = re.compile(
    rf"(?<![\d.第]){AMOUNT}(?:的时间)?(?:之内|以内|内(?![部容测训审网蒙存涵购勤外饰控])|里(?![面程程碑]))"
)
_EVENT = re.compile(r"(?:之?后|以后|起|完成?|当天起)[,，]?$")
_PAST_VERB = re.compile(
    r"[^,。;!?，；！？\n到要会将]{0,6}?(?:(?<!为)了(?!解|再|就|没|吗)|过(?![去来目会几两程一户年节])|刚)"
)
_CLAUSE = "，,。;；!！?？\n"


def find_all(text: str, frame: Frame) -> Iterator[TimeMatch]:
    """Yield every expression of a folded, masked text."""
    at = 0
    while (found := _ANCHOR.search(text, at)) is not None:
        made = _read(text, found.start(), frame)
        if made is None or is_part_of_a_name(text, *made.span):
            at = found.start() + 1
            continue
        yield made
        at = made.span[1]


def _read(text: str, start: int, frame: Frame) -> TimeMatch | None:
    special = read_special(text, start, frame)
    plain = _within(text, start, frame) or _plain(text, start, frame)
    if special and (plain is None or special.span[1] >= plain.span[1]):
        return special
    return plain


def _within(text: str, start: int, frame: Frame) -> TimeMatch | None:
    """三天内, 24小时内, 5个工作日内 (convention 3)."""
    found = _WITHIN.match(text, start)
    amount = read_amount(found["amount"]) if found else None
    if found is None or amount is None:
        return None
    said = Said(text[start : found.end()], (start, found.end()), "内")
    if amount.workdays:
        period = workdays_after(frame, amount.workdays)
    else:
        when = amount.leads_to(frame.now)
        period = day(when.date(), instant=when if amount.exact or amount.days % 1 else None)
    made = resolve(Moment(found.end(), period), said, frame)
    after_event = _EVENT.search(text[max(0, start - 6) : start])
    return replace(made, note=Note.RELATIVE, confidence=0.7) if after_event else made


def _plain(text: str, start: int, frame: Frame) -> TimeMatch | None:
    prefix = _PREFIX.match(text, start)
    at = prefix.end() if prefix else start
    moment = read_moment(text, at, frame)
    if moment.empty:
        return None
    if prefix is None and (span := _range(text, start, moment, frame)):
        return span
    does, end = _suffix(text, moment)
    said = Said(text[start:end], (start, end), does, latest=False)
    if prefix and does in {"", "前", "约"}:
        said = replace(said, does="前", latest=bool(_LATEST.match(prefix[0])) and does != "前")
    if does == "约":
        return replace(resolve(moment, replace(said, does=said.does if prefix else ""), frame), confidence=0.8)
    if does == "来":
        return _until_now(moment, said, frame)
    return resolve(moment, said, frame)


def _suffix(text: str, moment: Moment) -> tuple[str, int]:
    for does, pattern in _SUFFIXES:
        found = pattern.match(text, moment.end)
        if found and not (moment.period is not None and moment.period.instant):
            return does, found.end()
    return "", moment.end


def _until_now(moment: Moment, said: Said, frame: Frame) -> TimeMatch:
    made = resolve(moment, replace(said, does=""), replace(frame, past=True))
    return replace(made, kind=Kind.RANGE, end=frame.now, due_at=frame.now, grace_until=frame.now, ambiguous=False)


def _range(text: str, start: int, first: Moment, frame: Frame) -> TimeMatch | None:
    """Read A 到 B; the second half borrows day, part of the day or month from the first."""
    link = _TO.match(text, first.end)
    if link is None or (first.period is not None and (first.period.invalid or first.period.instant)) or first.office:
        return None
    second = _second(text, link.end(), first, frame)
    if second is None:
        return None
    begin = resolve(first, Said("", (0, 0)), frame)
    finish = resolve(second, Said("", (0, 0)), frame)
    if finish.invalid:
        return replace(finish, text=text[start : second.end], span=(start, second.end))
    opens = begin.start or begin.end
    if opens is None or finish.end is None or finish.end <= opens:
        return None
    return replace(
        finish,
        text=text[start : second.end],
        span=(start, second.end),
        kind=Kind.RANGE,
        start=opens,
        ambiguous=begin.ambiguous or finish.ambiguous,
        alternatives=(),
        note=Note.NONE if finish.note is not Note.MISMATCH else finish.note,
    )


def _second(text: str, at: int, first: Moment, frame: Frame) -> Moment | None:
    second = read_moment(text, at, frame, sure=True)
    if second.empty or second.office:
        return None
    if second.period is None:
        return _same_day(second, first)
    if second.period.fixed or first.period is None:
        return second
    opens = datetime.combine(first.period.first, time(), frame.calendar.zone)
    return read_moment(text, at, replace(frame, now=opens, past=False, query=False), sure=True)


def _same_day(second: Moment, first: Moment) -> Moment | None:
    """下午2点到4点, 9点到11点, 10点到2点: later on the same day."""
    if first.clock is None and first.part is None:
        return None
    second = replace(second, period=first.period)
    if second.clock is None or first.clock is None:
        return second
    minutes = second.clock.minutes
    if second.part is None and minutes <= first.clock.minutes and minutes + 720 > first.clock.minutes:
        minutes += 720
    if second.clock.bare and first.clock.minutes < 12 * 60 <= minutes and minutes - 720 > first.clock.minutes:
        minutes -= 720
    return replace(second, clock=replace(second.clock, minutes=minutes, others=()))
