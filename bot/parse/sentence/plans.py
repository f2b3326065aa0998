"""Plans: where we will go and whom we will see (M18)."""

import re
from collections.abc import Iterator

from bot.parse.clause import Side
from bot.parse.sentence.agent import demanded_of
from bot.parse.sentence.clues import draft, earlier, how, is_question, sum_said
from bot.parse.sentence.marks import doer
from bot.parse.sentence.reading import Part, Reading, Tense
from bot.parse.sentence.slots import person_slots, time_slot
from bot.parse.sentence.types import Draft, DraftKind, Slot, SlotName, Span
from bot.parse.signal import guard

_ARRANGED = re.compile(
    r"(?:改|再|重新)?约(?:好|定|到|在|了|的是|的)*(?=T|一?下|见|聊|谈|面|吃|个|P|C|他|她|客户|对方|去|过去|一次|场)|约(?:好|定)了?$"
)
_NOT_GOING = re.compile(
    r"(?:不|没|取消)(?:用|能|必|法)?(?:去|见|约|过去|拜访)(?!了[^,，。]{0,2}改)|取消|等[^,，。]{0,6}(?:给|发|回)|没空|(?:派|安排)[^,，。]{0,6}(?:人|工程师|师傅|技术|老|小)"
)
_JUST_A_CALL = re.compile(r"(?:打|回|去|通)[^,，。]{0,8}电话|回电|致电|电联|电话(?!会|沟通)|微信|语音|打电话")
_HOSTED = re.compile(r"来|参观|考察|厂|约|请我们|电话会|视频|会议|现场")
_ENTRY = re.compile(
    r"[PCT,，、:：\s的和在都去到先]*(?:送样|送货|对账|收款|交流|勘测|勘察|验收|签约|签合同|谈合同|讲方案|演示|复测|碰头|坐坐|(?:谈|聊|讨论|对|签|开)[^,，。PCT]{1,6})?"
)


NAMES_WHO = re.compile(r"(?:拜访|见|约|聊|谈)[过好]?的(?:[CP]+)T*[^,，。CPT\s]{2,}")
"""上周拜访的蓝海来消息了, 约好的张工有事: the meeting only says who."""


def plans(reading: Reading) -> Iterator[Draft]:
    """Recognise where we go and whom we will see: 周五去蓝海, 后天下午两点找赵总谈, 晚上跟王总吃饭."""
    for part in reading.parts:
        span = going(reading, part)
        if span is not None and not called_off(reading, part):
            when = time_slot(SlotName.AT, part, reading) or time_before(reading, part)
            slots = [*person_slots(reading, part), when, how(reading, part, span), sum_said(reading, part)]
            noted = part.meets is None and _ENTRY.fullmatch(part.marks) is not None
            yield draft(DraftKind.PLAN, reading, part.span, slots, 0.85 if noted else 0.92)


_OFF = re.compile(r"算了|不去了|去不了|取消|放鸽子|放了?我?鸽子|爽约|没来|没去成|作罢|泡汤|去不成|推了")


def called_off(reading: Reading, part: Part) -> bool:
    """Say whether a plan is taken back or moved later in its sentence: 下周三打算去恒信，算了不去了."""
    later = [one for one in reading.parts[part.number + 1 :] if one.sentence == part.sentence]
    return any(
        (_OFF.search(one.text) and not one.customers) or (_MOVED.search(one.marks) and part.times) for one in later
    )


def time_before(reading: Reading, part: Part, name: SlotName = SlotName.AT) -> Slot | None:
    """明天先去瑞丰，再去宏达: a step that goes on in the same breath has the time of the one before."""
    if part.times or not _GOES_ON.match(part.text):
        return None
    before = next((one for one in earlier(reading, part) if one.times), None)
    return time_slot(name, before, reading) if before and before.tense is Tense.FUTURE else None


_GOES_ON = re.compile(r"再|然后|接着|顺便|顺道|顺带|完了|同时|并|一起|之后")


def going(reading: Reading, part: Part) -> Span | None:
    """Return the words of a clause that say we will see somebody; a time ahead must be said in it."""
    ahead = any(str(time.kind) not in {"deadline", "recurring", "vague"} for time in part.times)
    goes_on = time_before(reading, part) is not None
    if not (ahead and part.tense is Tense.FUTURE) and not goes_on:
        return None
    if is_question(part) or guard.hypothetical(part.text, len(part.text)) or _NOT_GOING.search(part.text):
        return None
    if NAMES_WHO.search(part.marks):
        return None
    found = part.meets or _ARRANGED.search(part.marks) or _entry(part) or _moved(reading, part)
    if found is None or (_JUST_A_CALL.search(part.text) and not re.search(r"会议|电话会|视频|约", part.text)):
        return None
    front = part.marks[: found.start()]
    if doer(front) is Side.THEM and demanded_of(front) is not Side.US and not _HOSTED.search(found[0]):
        return None
    known = part.people or part.customers or any(one.people or one.customers for one in reading.parts)
    return found.span() if known or re.search(r"客户|甲方|工地|现场|来", part.text) else None


_MOVED = re.compile(r"(?:改|推迟|推|延|延期|挪|提前|顺延|换)(?:到|至|成|在)了?(?=T)")


def _moved(reading: Reading, part: Part) -> re.Match[str] | None:
    """昨天没去成恒信，改到周四下午."""
    meant = any(one.meets or re.search(r"会|约|见|去|拜访", one.text) for one in (*earlier(reading, part), part))
    return _MOVED.search(part.marks) if meant else None


def _entry(part: Part) -> re.Match[str] | None:
    """明天上午蓝海: an entry of who and when means a visit."""
    return _ENTRY.fullmatch(part.marks) if part.people or part.customers else None
