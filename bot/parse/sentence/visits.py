"""Visits: what already took place, with whom and how (M18)."""

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.parse.clause import Side
from bot.parse.sentence.agent import Voice
from bot.parse.sentence.clues import draft, earlier, how, is_question, meets, negated
from bot.parse.sentence.marks import doer
from bot.parse.sentence.plans import NAMES_WHO, going
from bot.parse.sentence.reading import SAYS, Part, Reading, Tense
from bot.parse.sentence.slots import person_slots, time_slot
from bot.parse.sentence.types import Draft, DraftKind, Slot, SlotName
from bot.parse.signal import guard

_UNREACHED = re.compile(
    r"没(?:有)?(?:见|碰|遇|找|约|联系|打通|人接|接|空|去成)|打不通|不接|关机|白跑|扑空|没人|取消|改天|占线|没聊上|放鸽子|无人|未接|没通|忙音|^[^,，。]{0,2}(?:导出|查|统计|汇总|列出|帮我|看看)|会开成"
)
_COMES_TO_US = re.compile(r"来|电话|微信|语音|视频|参观|考察|厂")
_SOMEBODY = re.compile(r"拜访|走访|回访|客户|采购|领导|老板|甲方|业主|对方|开完会")
_ARRANGED = re.compile(r"[^聊谈]{0,12}约(?:好|定)?了?$|约(?:好|定)?了?(?!聊)|说好|再[来去]")


_SEVERAL = 2


def visits(reading: Reading) -> Iterator[Draft]:
    """Recognise what already took place: 上午见王总; one visit for each customer or day, with how it was done."""
    found: list[Draft] = []
    for part in reading.parts:
        match = _met(reading, part)
        if match is None:
            continue
        told = _told_by_customer(reading, part) if _names_nobody(part) else []
        for visit in told or [_visit(reading, part, match)]:
            _add(found, visit, apart=bool(part.customers and part.times))
    yield from (_same_day(one, found, reading) for one in found)


def _add(found: list[Draft], visit: Draft, *, apart: bool) -> None:
    """Keep one visit for each customer, or for each contact where none is named; `apart`: on a day of its own."""
    who = _who(visit)
    again = next((place for place, one in enumerate(found) if _who(one) == who), None)
    if again is None or apart:
        found.append(visit)
    else:
        found[again] = _together(found[again], visit)


def _who(visit: Draft) -> str | None:
    who = visit.slot(SlotName.CUSTOMER) or visit.slot(SlotName.CONTACT)
    return who.text if who else None


def _met(reading: Reading, part: Part) -> re.Match[str] | None:
    """Return the words that say a meeting or a talk took place, None where none did or not with us."""
    match = part.meets or _served(part)
    if match is None or not _somebody(reading, part):
        return None
    return None if any(_doubts(reading, part, match)) else match


def _doubts(reading: Reading, part: Part, match: re.Match[str]) -> Iterator[bool]:
    """Every reason not to believe that we met somebody, cheapest first."""
    yield bool(
        _ARRANGED.match(match[0])
        or _TALKED_OUT.search(part.marks[: match.end() + 1], match.start())
        or _UNREACHED.search(part.text)
    )
    yield _is_ahead(part) or NAMES_WHO.search(part.marks) is not None
    yield negated(part, match.start()) or guard.hypothetical(part.text, len(part.text))
    yield match[0][0] in "请约" and not part.times and not re.search(r"[了过完的]|刚", part.text[match.start() :])
    yield bool(is_question(part) and _ASKS_WHO.search(part.text))
    yield doer(part.marks[: match.start()]) is Side.THEM and not _COMES_TO_US.search(match[0])
    yield _stood_up(reading, part) or call_to_make(reading, part) or re.match(r"改[去约到]", part.text) is not None
    yield going(reading, part) is not None or _belongs_to_plan(reading, part)


_ASKS_WHO = re.compile(r"谁(?:有|在|知道|去|跟)|来着$|[吗?？]$")
_TALKED_OUT = re.compile(r"谈(?:妥|好|拢|成|定)")
_CALLS = re.compile(r"(?:打(?!来|过来)|回|去|拨)[^,，。]{0,8}电话$")
_TOLD = re.compile(r"[了过完刚]|说|讲|问我|嫌|里")


def _stood_up(reading: Reading, part: Part) -> bool:
    """在门口等吴总，他没来."""
    later = [one for one in reading.parts[part.number + 1 :] if one.sentence == part.sentence][:1]
    return any(re.search(r"没来|没露面|放[^,，。]{0,3}鸽子|爽约|无人接|没人接|没接|打不通", one.text) for one in later)


def call_to_make(reading: Reading, part: Part) -> bool:
    """Say whether a call is still to be made: nothing is told of it (下午4点给刘姐打电话确认地址)."""
    if part.meets is None or not _CALLS.search(part.meets[0]) or _TOLD.search(part.text):
        return False
    later = reading.parts[part.number + 1 :]
    return bool(part.times) and not any(one.speaker is Voice.THEIRS and "的事" not in one.text for one in later)


def _served(part: Part) -> re.Match[str] | None:
    """今天给蓝海送货: work done at the customer's is a visit."""
    return _SERVED.search(part.marks) if part.times and part.tense is not Tense.FUTURE else None


_SERVED = re.compile(
    r"(?:给|帮|为|在)(?:P+|C+|客户|他们?)[^,，。]{0,4}(?:送货|送样|装机|安装|调试|维修|检修|培训|演示|盘点|换件|理货|布展)"
)
_SAYS = re.compile(SAYS)


def _is_ahead(part: Part) -> bool:
    """Whether it is still to come; what is said in it does not count: 电话里说问题还没解决."""
    if any(str(time.kind) == "recurring" for time in part.times) or re.search(
        r"每(?:个?月|季度?|周|年|天|次|半年)", part.text
    ):
        return True
    return (part.opening if _SAYS.search(part.text) else part.tense) is Tense.FUTURE


def _belongs_to_plan(reading: Reading, part: Part) -> bool:
    """下周二约了王总，去他们新厂: what follows a plan and is not said to be over is planned too."""
    return part.tense is Tense.UNKNOWN and any(going(reading, one) is not None for one in earlier(reading, part))


def _somebody(reading: Reading, part: Part) -> bool:
    following = reading.parts[part.number + 1] if part.number + 1 < len(reading.parts) else None
    near = [*reading.parts[: part.number], part, *([following] if following else [])]
    return any(one.people or one.customers for one in near) or bool(_SOMEBODY.search(part.text))


def _visit(reading: Reading, part: Part, match: re.Match[str]) -> Draft:
    slots = [*person_slots(reading, part), time_slot(SlotName.AT, _before_what_they_say(part), reading)]
    return draft(DraftKind.VISIT, reading, part.span, [*slots, how(reading, part, match.span())])


def _names_nobody(part: Part) -> bool:
    return not part.people and not part.customers


def _told_by_customer(reading: Reading, part: Part) -> list[Draft]:
    """跑了一下午，华东机械王总嫌贵，恒信赵总说等预算: each customer that is told of was seen."""
    later = [one for one in reading.parts[part.number + 1 :] if one.customers and one.tense is not Tense.FUTURE]
    seen = [one for one in later if not _UNREACHED.search(one.text)]
    if len({one.customers[0][0] for one in later}) < 2 or reading.parts[: part.number]:
        return []
    when = time_slot(SlotName.AT, part, reading)
    return [
        draft(
            DraftKind.VISIT,
            reading,
            one.span,
            [*person_slots(reading, one), when, how(reading, part, (0, len(part.text)))],
        )
        for one in seen
    ]


def _together(first: Draft, second: Draft) -> Draft:
    """拜访博雅学校，见到苏主任: one visit, with what either piece tells of it."""
    guessed = {slot.name for slot in first.slots if slot.name is SlotName.CONTACT and not meets(slot.span, first.span)}
    sure = [slot for slot in second.slots if meets(slot.span, second.span)]
    kept = [slot for slot in first.slots if not (slot.name in guessed and any(one.name is slot.name for one in sure))]
    known = {slot.name for slot in kept}
    more: tuple[Slot, ...] = tuple(slot for slot in second.slots if slot.name not in known)
    return replace(first, slots=(*kept, *more))


def _same_day(visit: Draft, found: list[Draft], reading: Reading) -> Draft:
    """今天跑了恒信和蓝海，恒信见了吴总，蓝海见了陈经理: the day is that of all."""
    when = found[0].slot(SlotName.AT)
    if when is None or visit.slot(SlotName.AT) or len(reading.parts[0].customers) < _SEVERAL:
        return visit
    return replace(visit, slots=(*visit.slots, when))


def _before_what_they_say(part: Part) -> Part:
    """刘工说格美上周去演示过: a time behind 说 is not that of our visit."""
    said = re.search(r"说|讲(?!方案|标|解)|透露", part.text)
    if said is None:
        return part
    return replace(part, times=tuple(time for time in part.times if time.span[0] - part.span[0] < said.start()))
