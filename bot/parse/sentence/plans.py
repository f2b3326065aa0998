"""Plans: where we will go and whom we will see (M18)."""

import re
from collections.abc import Iterator

from bot.parse.clause import Side, subject
from bot.parse.sentence.clues import cut_times, draft, how, is_question, sum_said
from bot.parse.sentence.reading import Part, Reading, Tense
from bot.parse.sentence.slots import person_slots, time_slot
from bot.parse.sentence.types import Draft, DraftKind, SlotName, Span
from bot.parse.signal import guard

_GOING = re.compile(
    r"(?:去趟|去一趟|跑一趟|去|到|拜访|走访|回访|陪访|登门|见|找|约了?|碰|会|请)(?:下|一下|完)?[^,，。]{0,8}$|(?:跟|和|与|同|陪)[^,，。]{0,4}$"
)


_GOING_BEHIND = re.compile(
    r"^[^,，。]{0,4}(?:见|面谈|碰头|碰面|谈|聊|吃饭|吃个饭|喝茶|开会|会面|交流|对接|过方案|拜访|勘测|看现场|签合同|那边|那儿|$)"
)


_GO = re.compile(
    r"拜访|走访|回访|登门|上门|面谈|碰头|见面|会面|勘测|看现场|去见|约了?(?=[^,，。]{0,10}(?:见|聊|谈|面|会|$))"
)


def plans(reading: Reading) -> Iterator[Draft]:
    """Recognise where we go and whom we will see: 周五去蓝海, 后天下午两点找赵总谈, 晚上跟王总吃饭."""
    for part in reading.parts:
        span = going(reading, part)
        if span is not None:
            when = time_slot(SlotName.AT, part, reading)
            slots = [*person_slots(reading, part), when, how(reading, part, span), sum_said(reading, part)]
            yield draft(DraftKind.PLAN, reading, part.span, slots)


def going(reading: Reading, part: Part) -> Span | None:
    """Return the words of a clause that say we will see somebody; a time ahead must be said in it."""
    ahead = any(str(time.kind) not in {"deadline", "recurring", "vague"} for time in part.times)
    if (
        not ahead
        or part.tense is not Tense.FUTURE
        or is_question(part)
        or guard.hypothetical(part.text, len(part.text))
    ):
        return None
    if _NOT_GOING.search(part.text):
        return None
    for (start, end), _ in (*part.people, *part.customers):
        front = cut_times(part, part.text[: start - part.span[0]])
        if (found := _GOING.search(front)) is None:
            continue
        with_somebody = found[0][0] in "跟和与同陪"
        if not with_somebody and subject(front[: found.start()]) is Side.THEM and not _GO.search(part.text):
            continue
        if not with_somebody or _GOING_BEHIND.match(part.text[end - part.span[0] :]):
            return found.span() if found.end() <= len(part.text) else (0, 1)
    found = _GO.search(part.text) or re.search(r"再去|再过去|再来一趟|过去一趟|去一趟|上门", part.text)
    if part.side is Side.THEM and found and not (part.people or part.customers):
        return None
    return found.span() if found and (part.people or part.customers or _named_here(reading, part)) else None


def _named_here(reading: Reading, part: Part) -> bool:
    """Whether somebody is named earlier in the sentence."""
    return any(
        one.people or one.customers
        for one in reading.parts
        if one.sentence == part.sentence and one.number < part.number
    )


_NOT_GOING = re.compile(
    r"(?:不|没|取消|改)(?:用|能|必|法)?(?:去|见|约|过去|拜访)(?!了[^,，。]{0,2}改)|取消|要我们|让我们|等[^,，。]{0,6}(?:给|发|回)"
)
