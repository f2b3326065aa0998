"""Find every time expression of a text, left to right."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time

from bot.parse.time.delay import AMOUNT, read_amount, workdays_after
from bot.parse.time.feasts import NAMES
from bot.parse.time.guards import goes_on, is_part_of_a_name
from bot.parse.time.instants import Said
from bot.parse.time.match import Kind, Note, TimeMatch
from bot.parse.time.moment import Moment, read_moment
from bot.parse.time.period import DAY, Frame, Style, day
from bot.parse.time.resolve import resolve
from bot.parse.time.special import SPECIAL_SIGNS, read_special

__all__ = ["find_all"]

# Which sign may begin an expression, and what must follow it: keeps long texts cheap.
_NUMERIC = r"[\d.:/\-~年月日号点时天周个小分秒刻季工自礼星钟半至到零〇一二两俩三四五六七八九十百几数HhDdAaPp\s、来]"
_STARTS = (
    (r"[\d零〇一二两俩仨三四五六七八九十廿卅百]", _NUMERIC),
    (r"[上下]", "[个上下一周星礼月午半年季旬班工次回]"),
    (r"[今明昨后]", "[年天日儿明早晚晨夜后两个上下中]"),
    (r"[大前]", r"[年天日儿后前大一长\d三]"),
    (r"[本当同]", "[年月周季星礼日天前]"),
    (r"这", "[个周月年季星礼一两几三阵]"),
    (r"[年月季周星礼]", "[前后初中底末终内三尾度一二三四五六七八九日天末期拜之以结1-7]"),
    (r"[不最至截赶限]", "[晚得能可要超迟于在止至后初到近两]"),
    (
        r"[早晚清晨夜深半凌拂黎傍黄正中晌]",
        r"[上间晨早年个天小点时月夜里饭晚年昏午旬秋元些\d一二两三四五六七八九十刻明]",
    ),
    (r"[过再等]", r"[过两俩几些段阵一会\d二三四五六七八九十半完了下个给我]"),
    (r"[全来去首头第每双倒]", "[年一二两三四五六七八九十百\\d周星礼月季天日个逢隔工早晚上下中休最数]"),
)
_OTHERS = "差稍未接往腊冬正农阴旧闰初放收休长小假节尽改有回抽随立马待近几光快午饭吃睡天闭打翌次隔听寻越另得空忙哪迟到届数多推之现此即眼元QqDd"
_ANCHOR = re.compile(
    "|".join(f"{start}(?={after})" for start, after in _STARTS)
    + f"|[{_OTHERS}{''.join(sorted({name[0] for name in NAMES}))}]"
)
_PREFIX = re.compile(
    r"(?:(?:最迟|最晚)?不(?:得|能|可|要)?(?:晚于|迟于|超过)|最迟|最晚|至迟|截止(?:时间|日期|日)?|截至|赶在|限于?|(?i:deadline|ddl))\s?(?:是|为|到|于|在|至|:)?\s?(?=[^\s])"
)
_LATEST = re.compile(r"最迟|最晚|至迟|不|截|限|[dD]")
_SUFFIXES = (
    (
        "前",
        re.compile(
            r"(?:[(]含[^)]{0,3}[)])?\s?(?:之前|以前|前(?!提(?![交供出报前醒升示单取货案款])|[往来台面沿途景端辈任列后置言天]|半(?:年|场|段|周|月|程))|为止|截止|止)(?:[(]含[^)]{0,4}[)])?"
        ),
    ),
    ("约", re.compile(r"前后|左右")),
    ("内", re.compile(r"(?:的?时间)?(?:之内|以内|内(?![部容测训审网蒙存涵购勤外饰控]))")),
    ("后", re.compile(r"(?:之后|以后|后(?![台面续勤期端者备来果悔半门厨方援任]))")),
    ("起", re.compile(r"(?:起(?![草步诉来码点床飞航源名吊订个]))")),
    ("来", re.compile(r"(?:以来|至今|到现在|到今天|到目前)")),
)
_SUFFIX_SIGNS = frozenset("( 之以前为截止左的内后起至到")
_TO = re.compile(r"\s?(?:到|至|~|-{1,2}|直到)\s?")
_OR = re.compile(r"\s?(?:或者?|还是|要么|和|及|与|、)\s?")
_MAX_READINGS = 4
_HALF_DAY = 6 * 3600
_AFTER_FEAST = re.compile(r"(?:等|要)?(?:过[完了]|放完)(?=[年节假]|[^\s\d]{2})")
_WITHIN = re.compile(
    rf"(?<![\d.第]){AMOUNT}(?:的时间)?(?:之内|以内|内(?![部容测训审网蒙存涵购勤外饰控])|里(?![面程程碑]))"
)
_EVENT = re.compile(r"(?:之?后|以后|起|完成?|当天起)[,，]?$")
# 周二见了王总, 15号拜访过: said of the past though no tense is given.
_TOLD = re.compile(
    r"[^,。;!?，；！？\n要会将再能可]{0,7}?(?:见|访|去|到|聊|谈|签|发|寄|送|开|打|给|通|跑|碰|会|交|付|收|回|来|说|问|馈|认|加|吃|示|讲|报|成|做|看|完|待|面|触|察|观)"
    r"(?:过(?![去来目会几两一年节户程滤])|了(?!解|再|就|没|吗|的话|告|通知|给|我)|的(?=[^,。;，。；]{0,6}(?:$|[,。;，。；])))"
)


def find_all(text: str, frame: Frame) -> Iterator[TimeMatch]:
    """Yield every expression of a folded, masked text."""
    at = 0
    while (found := _ANCHOR.search(text, at)) is not None:
        made = _read(text, found.start(), frame)
        if made is None or goes_on(text, made.span[1]) or is_part_of_a_name(text, *made.span):
            at = found.start() + 1
            continue
        yield made
        at = made.span[1]


def _read(text: str, start: int, frame: Frame) -> TimeMatch | None:
    special = read_special(text, start, frame) if text[start] in SPECIAL_SIGNS else None
    plain = _within(text, start, frame) or _tensed(text, start, frame)
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


def _tensed(text: str, start: int, frame: Frame) -> TimeMatch | None:
    """Read a plain expression; what is told of in the past (周二见了王总) lies behind."""
    made = _plain(text, start, frame)
    if made is None or frame.past or frame.query or made.kind is Kind.DEADLINE or not _TOLD.match(text, made.span[1]):
        return made
    told = _plain(text, start, replace(frame, past=True))
    if told is None or told.start is None or made.start is None or told.start >= made.start:
        return made
    return replace(told, alternatives=(made,), ambiguous=False)


def _plain(text: str, start: int, frame: Frame) -> TimeMatch | None:
    after_feast = _AFTER_FEAST.match(text, start)
    prefix = None if after_feast else _PREFIX.match(text, start)
    opening = prefix or after_feast
    moment = read_moment(text, opening.end() if opening else start, frame)
    if moment.empty or (after_feast and (moment.period is None or moment.period.style is not Style.FEAST)):
        return None
    if opening is None and (span := _range(text, start, moment, frame)):
        return span
    moment = _earlier(text, moment)
    moments = _choices(text, moment, frame)
    does, end = _suffix(text, moments[-1])
    if after_feast and not does:
        does = "后"
    said = Said(text[start:end], (start, end), does)
    if prefix and does in {"", "前", "约"}:
        said = replace(said, does="前", latest=bool(_LATEST.match(prefix[0])) and does != "前")
    first, *rest = (_meant(each, said, frame, approximate=does == "约") for each in moments)
    if not rest:
        return first
    return replace(first, ambiguous=True, alternatives=tuple(rest), note=Note.SEVERAL, confidence=0.6)


_EARLIER = re.compile(rf"(?:之前|前|提前)\s?(?:的)?{AMOUNT}(?!内|之内|以内|后|前|以?前)")


def _earlier(text: str, moment: Moment) -> Moment:
    """Read 下班前半小时, 下午3点前10分钟: so long before a moment of the day."""
    found = _EARLIER.match(text, moment.end) if moment.office or moment.clock else None
    amount = read_amount(found["amount"]) if found else None
    if found is None or amount is None or not amount.exact or amount.seconds > _HALF_DAY:
        return moment
    return replace(moment, end=found.end(), early=int(amount.seconds // 60))


def _meant(moment: Moment, said: Said, frame: Frame, *, approximate: bool) -> TimeMatch:
    if said.does == "来":
        return _until_now(moment, said, frame)
    if approximate:
        return replace(resolve(moment, replace(said, does=said.does.replace("约", "")), frame), confidence=0.8)
    return resolve(moment, said, frame)


def _choices(text: str, first: Moment, frame: Frame) -> list[Moment]:
    """Read 周二或周三, 明天上午10点或下午3点, 下周二、周四: the later ones borrow week and day from the first."""
    moments = [first]
    while len(moments) < _MAX_READINGS and (link := _OR.match(text, moments[-1].end)):
        if first.office or (first.period is not None and (first.period.invalid or first.period.instant)):
            break
        second = _second(text, link.end(), first, frame)
        if second is None or (second.period is None) != (first.period is None) or not _alike(first, second, link[0]):
            break
        moments.append(second)
    return moments


def _alike(first: Moment, second: Moment, link: str) -> bool:
    """Say whether two times are choices of one kind; 和 and 、 join only days with days."""
    if second.period is not None and second.period.invalid:
        return False
    if link.strip() in {"或", "或者", "还是", "要么"}:
        return True
    return first.period is not None and second.period is not None and first.period.grain is second.period.grain


def _suffix(text: str, moment: Moment) -> tuple[str, int]:
    if moment.period is not None and moment.period.instant:
        return "", moment.end
    if text[moment.end : moment.end + 1] not in _SUFFIX_SIGNS:
        return "", moment.end
    for does, pattern in _SUFFIXES:
        found = pattern.match(text, moment.end)
        if found:
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
    begin, finish = _bounds(first, second, frame)
    words, span = text[start : second.end], (start, second.end)
    if finish.invalid:
        return replace(finish, text=words, span=span)
    opens = begin.start or begin.end
    if opens is None or finish.end is None or finish.end <= opens:
        return None
    return replace(
        finish,
        text=words,
        span=span,
        kind=Kind.RANGE,
        start=opens,
        ambiguous=any(half.ambiguous and half.alternatives for half in (begin, finish)),
        alternatives=begin.alternatives if first.period is None else (),
        note=finish.note if finish.note is Note.MISMATCH else Note.NONE,
    )


def _bounds(first: Moment, second: Moment, frame: Frame) -> tuple[TimeMatch, TimeMatch]:
    """Resolve both halves; hours without a day are today's, or tomorrow's (and asked about) when those are over."""
    said = Said("", (0, 0))
    if first.period is not None or second.period is not None:
        return resolve(first, said, frame), resolve(second, said, frame)
    begin, finish = (resolve(_on(each, frame.today), said, frame) for each in (first, second))
    if frame.past or frame.query or finish.end is None or finish.end >= frame.now:
        return begin, finish
    tomorrow, finish = (resolve(_on(each, frame.today + DAY), said, frame) for each in (first, second))
    return replace(tomorrow, ambiguous=True, alternatives=(begin,)), finish


def _on(moment: Moment, when: date) -> Moment:
    """Place the half of a span like 9点到11点 on a day; its hours are as said, even if over."""
    clock = replace(moment.clock, bare=False, others=()) if moment.clock else None
    return replace(moment, period=day(when), clock=clock)


def _second(text: str, at: int, first: Moment, frame: Frame) -> Moment | None:
    text = f"{text[: at - 1]} {text[at:]}"  # what joins the halves of a span is no part of the second number
    second = read_moment(text, at, frame, sure=True)
    if second.empty or second.office or (second.period is not None and second.period.instant):
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
