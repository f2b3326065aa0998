"""Times of day: 3点半, 15:30, 差五分八点, 下午, 下班前."""

import re
from dataclasses import dataclass

from bot.parse.time.numerals import to_int

__all__ = ["PARTS", "Clock", "Part", "read_clock", "read_part"]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day, in hours of the day (24 = midnight at its end)."""

    name: str
    start: float
    end: float
    pm: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day in minutes from the named day's midnight; may exceed 24 hours (今晚12点, 晚上1点)."""

    minutes: int
    others: tuple[int, ...] = ()
    bare: bool = False  # no part of the day was said and the sign is 点: 3点
    ask: bool = False


_MORNING, _FORENOON = Part("早上", 8, 12), Part("上午", 8, 12)
_NOON, _AFTERNOON, _DUSK = Part("中午", 12, 13, pm=True), Part("下午", 12, 18, pm=True), Part("傍晚", 17, 19, pm=True)
_EVENING, _NIGHT, _DAWN = Part("晚上", 18, 24, pm=True), Part("深夜", 22, 24, pm=True), Part("凌晨", 0, 6)
PARTS = {
    **dict.fromkeys(("早上", "早晨", "清晨", "清早", "一早", "大清早", "一大早", "早", "晨", "早间", "晨间"), _MORNING),
    **dict.fromkeys(("上午", "午前"), _FORENOON),
    **dict.fromkeys(("中午", "正午", "午间", "晌午", "大中午"), _NOON),
    **dict.fromkeys(("下午", "午后", "后半天"), _AFTERNOON),
    **dict.fromkeys(("傍晚", "黄昏"), _DUSK),
    **dict.fromkeys(("晚上", "晚间", "夜里", "夜间", "夜晚", "晚", "夜", "今夜"), _EVENING),
    **dict.fromkeys(("半夜", "深夜", "午夜", "大半夜", "后半夜"), _NIGHT),
    **dict.fromkeys(("凌晨", "拂晓", "黎明"), _DAWN),
}
_LONG = "|".join(sorted((name for name in PARTS if len(name) > 1), key=len, reverse=True))
# A single 早 or 晚 is a part of the day only right before a clock or right after a day: 晚8点, 明早; never 晚点, 早点.
_PART = re.compile(
    rf"(?P<long>{_LONG})(?!好|安(?!排)|班)|(?P<short>[早晚晨夜])(?![一二三四五六七八九十]{1, 3}(?![点时一二三四五六七八九十])|上(?!班)|间|里|点(?!半)|安|好|餐|会|饭|宴|些|一点|报|班|市|退)"
)
_HOUR = r"(?P<h>\d{1,2}|[零〇]|二十[一二三四]?|十[一二三四五六七八九]?|廿[一二三四]?|[一二两三四五六七八九])"
_MINUTE = r"\d{1,2}|[零〇][一二三四五六七八九]|[二三四五]?十[一二三四五六七八九]?|[一二三四五六七八九](?=分)"
_QUANTITY = r"[个万元块名位人台家件条吨千百%单份张次天块号月周年箱]|小时|分钟|公"
_LIST = r"(?:建议|意见|要求|问题|原因|好处|理由|需求|说明|内容|想法|注意|思考|总结|心得|体会|诉求|结论|顾虑|优势|不足|改进|共识|反馈|疑问|：|:|，|信息|优点|缺点|方面|担心|关键|水|式)"
_CLOCKS = (
    re.compile(rf"差(?P<to>一刻|{_MINUTE})分?钟?(?:到|不到)?{_HOUR}[点时](?:钟|整)?"),
    re.compile(rf"{_HOUR}点差(?P<to>一刻|[一二三四五六七八九十\d]{{1,2}}(?=分))分?"),
    re.compile(
        r"(?P<h>[01]?\d|2[0-4])\s?:\s?(?P<m>[0-5]\d)(?::[0-5]\d)?(?![\d:])(?:\s?(?P<half12>[aApP]\.?[mM](?![A-Za-z])))?"
    ),
    re.compile(
        rf"{_HOUR}(?:点(?![一二三四五六七八九\d]折|击|评|赞|名|单|菜|货|钟头|餐|心)|时(?!间|候|段|刻|代|常|机|效|长|尚|差|区|髦|期|不|而|装|光))(?:钟|整)?"
        rf"(?:(?P<half>半)(?!年|个|天|月|数)|过?(?P<q>[一二三123])刻|[过零]?(?P<m>{_MINUTE})(?:分(?!钟|之|公|析|别|享|成)|(?![分秒折]|{_QUANTITY}))|(?P<exact>整))?(?:钟|整)?"
    ),
    re.compile(r"(?P<h>[一二两三四五六七八九])(?P<h2>[二三四五六七八九十])点(?:钟|左右)?(?![半一二三四五六七八九\d])"),
    re.compile(rf"{_HOUR}(?P<open>)(?=\s?(?:-|到|至|~)\s?(?:\d{{1,2}}|[一二两三四五六七八九十]{{1,3}})点)"),
    re.compile(r"(?P<h>1[0-2]|[1-9])\s?(?P<half12>[aApP]\.?[mM])(?![A-Za-z])"),
)
_LISTED = re.compile(rf"(?:{_LIST})")
_PM_BARE = range(1, 7)
_CLOCK_SIGNS = frozenset("0123456789零〇一二两三四五六七八九十廿差")


def read_part(text: str, at: int) -> tuple[Part, int] | None:
    """Read a part of the day at a position: the part and where it ends."""
    found = _PART.match(text, at)
    return (PARTS[found[0]], found.end()) if found else None


def read_clock(text: str, at: int, part: Part | None, *, dated: bool) -> tuple[Clock, int] | None:
    """Read a clock time at a position.

    A bare 1-6点 is the afternoon (convention 6). Without a day or part before it, a number that rather counts points
    of a list (有三点建议) or an amount (一点) is not a time.
    """
    if text[at : at + 1] not in _CLOCK_SIGNS:
        return None
    for pattern in _CLOCKS:
        found = pattern.match(text, at)
        if found and (clock := _clock(found, part, sure=dated or part is not None)):
            return clock, found.end()
    return None


def _clock(found: re.Match[str], part: Part | None, *, sure: bool) -> Clock | None:
    groups = found.groupdict()
    hour = to_int(groups["h"])
    if hour is None or hour > 24 or not (sure or _stands_alone(found)):
        return None
    minute = _minute(groups)
    if minute is None or minute > 59 or (hour == 24 and minute):
        return None
    minute -= _short_of(groups.get("to"))
    if groups.get("half12"):
        return Clock((hour % 12 + (12 if groups["half12"][0] in "pP" else 0)) * 60 + minute)
    if groups.get("h2"):
        return _one_or_other(hour, to_int(groups["h2"]) or 0, part)
    written_out = groups["h"].startswith("0") and groups["h"] != "0"
    return _placed(hour, minute, part, literal=written_out)


def _one_or_other(first: int, second: int, part: Part | None) -> Clock | None:
    """Read 三四点 as three o'clock, with four as the other reading, and ask."""
    if second != first + 1:
        return None
    one, two = (_placed(hour, 0, part, literal=False) for hour in (first, second))
    return Clock(one.minutes, others=(two.minutes,), ask=True)


def _short_of(text: str | None) -> int:
    """Return the minutes still missing: 差一刻."""
    if not text:
        return 0
    return 15 if text == "一刻" else to_int(text) or 0


def _minute(groups: dict[str, str | None]) -> int | None:
    if groups.get("half"):
        return 30
    if quarter := groups.get("q"):
        return 15 * (to_int(quarter) or 0)
    return to_int(groups.get("m") or "0")


def _stands_alone(found: re.Match[str]) -> bool:
    """Say whether N点 without a day or part is a time: 三点开会 is, 有三点建议, 便宜一点, 一点点 are not."""
    text, groups = found.string, found.groupdict()
    before, after = text[: found.start()], text[found.end() :]
    if (before[-1:].isascii() and before[-1:].isalnum()) or before.endswith((".", "-", ":", "比", "第")):
        return False
    if ":" in found[0]:
        return not (
            re.search(r"比例?为?$|配比$|[:]$|比分$", before)
            or re.match(r"的?(?:配比|比例|稀释|兑水?|混合|勾兑|调配|配制|缩放|比分)", after)
        )
    if any(groups.get(name) for name in ("half", "q", "m", "to", "half12", "exact", "h2")) or found[0].endswith("钟"):
        return True
    if _LISTED.match(after) or re.search(r"[有这那几分共列提第说讲强调补充满以下]$|[上下]$", before):
        return False
    if found["h"] == "一":
        return bool(re.match(r"之?前|以前|之?后(?!续)|整|左右|到|半", after)) or (
            not before.strip() and re.match(r"\s*$|开|见|去|来|在|出|约|碰|准|回|打|电|视|线|培|面", after) is not None
        )
    return not after.startswith("点")


def _placed(hour: int, minute: int, part: Part | None, *, literal: bool) -> Clock:
    if part is None:
        return _unplaced(hour, minute, literal=literal)
    if part is _DAWN or (not part.pm and hour != 12):
        return Clock((hour % 12 if part is _DAWN and hour == 12 else hour) * 60 + minute)
    if part in (_EVENING, _NIGHT):
        return _at_night(hour, minute)
    if part is _NOON:
        return Clock((hour + (12 if hour < 4 else 0)) * 60 + minute)
    return Clock((hour + (12 if hour < 12 and part.pm else 0)) * 60 + minute)


def _at_night(hour: int, minute: int) -> Clock:
    if hour in {0, 12, 24}:
        return Clock(24 * 60 + minute)
    if hour < 5:
        return Clock((hour + 24) * 60 + minute)
    return Clock((hour + (12 if hour < 12 else 0)) * 60 + minute)


def _unplaced(hour: int, minute: int, *, literal: bool) -> Clock:
    if hour in _PM_BARE and not literal:
        return Clock((hour + 12) * 60 + minute, others=(hour * 60 + minute,), bare=True)
    return Clock(hour * 60 + minute, bare=0 < hour <= 12 and not literal)
