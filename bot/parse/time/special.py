"""Expressions that name no single time: vague ones, repeated ones, and windows counted from now."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.parse.time.delay import AMOUNT, Amount, read_amount, workdays_after
from bot.parse.time.instants import Said, clock_match
from bot.parse.time.match import Grain, Kind, Note, TimeMatch
from bot.parse.time.moment import Moment, read_moment
from bot.parse.time.period import DAY, Frame, Period, Style, day
from bot.parse.time.resolve import resolve

__all__ = ["SPECIAL_SIGNS", "read_special"]

# What these expressions begin with.
SPECIAL_SIGNS = frozenset(
    "0123456789一二两三四五六七八九十百数尽早抓越第过改择另等我有抽得空忙回这近最接不晚稍待下哪迟几多立马随到届每去未今往后现此当即眼前"
)

_VAGUE = re.compile(
    r"尽快|尽早|抓紧|越快越好|第一时间|过(?:一)?两天|过俩天|过几天|过(?:一)?阵子?|过段时间|过些(?:天|日子)|过一段时间|改天|改日|择日|另约时间|"
    r"(?:等我?|我)?有空(?!调|间|白)|有时间(?:的话|再|就)|抽空|得空|空了(?=再|就|给|联系)|忙完(?=再|就|给|这|了|后|之后)|回头(?!客|率|路|看|货)(?=再|给|我|联|说|聊|约|发|把|见|跟)|"
    r"(?:这|近|最近|接下来)(?:两三|[一两几])天|这几(?:天|日|周|个月)|这阵子?|近期|最近(?!的|一|两|三|[\d四五六七八九十几半])|近日|不久|过后(?=再)|晚(?:些|一?点儿?)(?!到|来|退|走|的)|晚点(?=再|给|联|发|说|回|打|聊|我|跟|上)|"
    r"稍后(?!\s?[\d一二两三半])|稍晚|待会儿?|等会儿?|等一?下(?=再|给|我)|一会儿?(?=再|给|后|儿|就|发|打|联|过)|过会儿?|回头再?(?=说|聊|联系)|下次(?!.{0,2}[降不])|下回|哪天|早日|迟早|几天(?:后|内|之后|以后)|几个?(?:月|周|星期|小时|工作日)(?:后|内|之?内|之后|以后)|"
    r"[十百数]?几[天周](?:后|内)|多少天|数日内|立刻|立即|马上(?=就|给|发|办|处|去|回)|随时(?!可以?|能|都|待命|在线)|到时候?|届时"
)
_WEEK = {"周", "星期", "礼拜"}
_NOW = re.compile(r"(?:现在|此刻|此时|当前|即刻|眼下)(?=\s*$|起|开始就)")
_EVERY = re.compile(
    r"每(?:个|逢|隔)?(?:(?P<n>[一两二三四五六\d])个?)?(?P<unit>周|星期|礼拜|月|天|日|年|季度?|工作日|早上?|晚上?|上午|下午|中午)"
)
_LEAD_BACK, _LEAD_AHEAD = "最近|近|过去|这|前", "未来|接下来|今后|往后|后续"
_WINDOW = re.compile(rf"(?:(?P<back>{_LEAD_BACK})|(?P<ahead>{_LEAD_AHEAD}))的?\s?{AMOUNT}(?:之?内|以内|里)?")
_APPROX = re.compile(
    r"(?:(?P<a>[一二两三四五六七八九])(?P<b>[二两三四五六七八九十])|(?<![\d.])(?P<from>\d{1,3}|[一二两三四五六七八九十]{1,2})个?(?:-|到|至|~)(?P<to>\d{1,3}|[一二两三四五六七八九十]{1,3}))(?P<unit>个?工作日|天|周|个?星期|个?月|个?小时)(?:之?内|以内|(?P<after>之?后|以后))"
)


@dataclass(frozen=True, slots=True)
class _At:
    text: str
    start: int
    frame: Frame

    def said(self, end: int) -> Said:
        return Said(self.text[self.start : end], (self.start, end))


def read_special(text: str, start: int, frame: Frame) -> TimeMatch | None:
    """Read a vague, repeated or counted-window expression at a position."""
    here = _At(text, start, frame)
    for read in (_every, _window, _approximate, _vague, _present):
        made = read(here)
        if made is not None:
            return made
    return None


def _vague(here: _At) -> TimeMatch | None:
    found = _VAGUE.match(here.text, here.start)
    if found is None:
        return None
    said = here.said(found.end())
    return TimeMatch(said.text, said.span, Kind.VAGUE, Grain.DAY, ambiguous=True, note=Note.VAGUE, confidence=0.9)


def _present(here: _At) -> TimeMatch | None:
    """Read 现在 where it is all that is said; elsewhere it fills the sentence and names no time."""
    found = _NOW.match(here.text, here.start)
    if found is None or here.text[: here.start].strip():
        return None
    return clock_match(here.frame.now, here.said(found.end()))


def _every(here: _At) -> TimeMatch | None:
    """每周五, 每月15号, 每天9点: the next time it happens; it is no single due date."""
    found = _EVERY.match(here.text, here.start)
    if found is None:
        return None
    unit, frame = found["unit"], replace(here.frame, past=False)
    rest = (
        found.start("unit")
        if unit in {"周", "星期", "礼拜", "早", "早上", "晚", "晚上", "上午", "下午", "中午"}
        else found.end()
    )
    if found["n"] and unit in _WEEK:
        rest = found.start("unit")
    moment = _after(here, rest, frame)
    if moment.empty and unit[0] in "月年季":  # 每月底, 每季度末
        moment = _after(here, found.start("unit"), frame)
    if moment.empty or (
        moment.period is not None
        and (moment.period.invalid or (moment.period.style is Style.SPAN and unit[0] in "月季"))
    ):
        return None
    if unit in {"天", "日", "工作日"} and moment.clock is None and moment.part is None and not moment.office:
        return None
    made = resolve(moment, here.said(moment.end), frame)
    made = _workday_only(made, frame) if unit == "工作日" else made
    starts = [each.start for each in (made, *made.alternatives) if each.start is not None]
    starts += [each - timedelta(weeks=1) for each in starts if unit in _WEEK]
    ahead = [
        start for start in starts if start.date() >= frame.today and (start >= frame.now or made.grain is Grain.DAY)
    ]
    return replace(
        made,
        kind=Kind.RECURRING,
        start=min(ahead, default=made.start or made.end),
        end=None,
        due_at=None,
        grace_until=None,
        ambiguous=False,
        alternatives=(),
        note=Note.RECURRING,
        confidence=0.9,
    )


def _after(here: _At, rest: int, frame: Frame) -> Moment:
    """Read a moment as if nothing stood before it."""
    return read_moment(here.text[: here.start].ljust(rest) + here.text[rest:], rest, frame)


def _workday_only(made: TimeMatch, frame: Frame) -> TimeMatch:
    if made.start is None or frame.calendar.is_workday(made.start.date()):
        return made
    moved = frame.calendar.next_workday(made.start.date())
    return clock_match(
        made.start.replace(year=moved.year, month=moved.month, day=moved.day), Said(made.text, made.span)
    )


def _window(here: _At) -> TimeMatch | None:
    """最近7天 ends today and holds seven days; 未来三天 begins tomorrow."""
    found = _WINDOW.match(here.text, here.start)
    amount = read_amount(found["amount"]) if found else None
    if found is None or amount is None or _no_window(found, here.frame):
        return None
    frame, said = here.frame, here.said(found.end())
    sign = -1 if found["back"] else 1
    if amount.exact:
        first, last = sorted((amount.leads_to(frame.now, sign), frame.now))
        return TimeMatch(said.text, said.span, Kind.RANGE, Grain.MINUTE, first, last, last, last)
    if amount.workdays:
        other = frame.calendar.add_workdays(frame.today, sign * amount.workdays)
    else:
        other = amount.leads_to(frame.now, sign).date()
    days = (other + DAY, frame.today) if sign < 0 else (frame.today + DAY, other)
    period = Period(min(days), max(days), Grain.DAY)
    return replace(resolve(Moment(0, period), said, frame), kind=Kind.RANGE, note=Note.NONE, alternatives=())


def _no_window(found: re.Match[str], frame: Frame) -> bool:
    """Say whether it is vague (这两天), names the current one (这一周), or counts from something else (前三天)."""
    back, amount = found["back"], found["amount"]
    if back == "前" and not frame.query:
        return True
    return (back == "这" and amount[0] in "一1") or (amount == "两天" and back in {"这", "近", "最近"})


def _approximate(here: _At) -> TimeMatch | None:
    """两三天内 is due at the longer end and asked about; 3-5天内 is due at the fifth."""
    found = _APPROX.match(here.text, here.start)
    if found is None:
        return None
    unit = ("个" if found["unit"] == "月" else "") + found["unit"]
    short, long = (read_amount(each + unit) for each in (found["a"] or found["from"], found["b"] or found["to"]))
    if short is None or long is None:
        return None
    first, second = (_ends(here, amount, found) for amount in ((short, long) if found["after"] else (long, short)))
    if found["from"]:
        return replace(first, alternatives=(second,), confidence=0.8)
    return replace(first, ambiguous=True, alternatives=(second,), note=Note.APPROXIMATE, confidence=0.6)


def _ends(here: _At, amount: Amount, found: re.Match[str]) -> TimeMatch:
    frame = here.frame
    said = replace(here.said(found.end()), does="" if found["after"] else "内")
    if amount.workdays:
        return resolve(Moment(0, workdays_after(frame, amount.workdays)), said, frame)
    when = amount.leads_to(frame.now)
    return resolve(Moment(0, day(when.date(), instant=when if amount.exact else None)), said, frame)
