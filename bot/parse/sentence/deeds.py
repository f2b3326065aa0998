"""Deeds: what we will do; a promise when said so or dated with 前, else a next step (M18, P01, P14)."""

import re
from collections.abc import Iterator

from bot.parse.action import ActionHit, find_actions
from bot.parse.clause import Side
from bot.parse.sentence.clues import (
    draft,
    from_them,
    how,
    is_question,
    main_deed,
    meets,
    negated,
    ours,
    sum_said,
    they_do,
)
from bot.parse.sentence.plans import going
from bot.parse.sentence.reading import Part, Reading, Tense
from bot.parse.sentence.slots import person_slots, time_slot, what_slot
from bot.parse.sentence.types import Draft, DraftKind, Slot, SlotName
from bot.parse.signal import Strength, guard

_MEETING = {"visit", "meet"}


_AT_THEIR_PLACE = {
    "visit",
    "meet",
    "send_person",
    "demo",
    "debug",
    "install",
    "train",
    "call",
}  # the meeting says it all


_CALL_AGAIN = re.compile(r"再打(?:过去|一个|给[^,，。]{1,3})?$")


_SEND_VERB = re.compile(
    r"(?:寄|发|送|给|交|出|补|传|装|报)(?:一个|一份|一套|个|份)?(?:过去|出去|过来|齐|邮箱|微信|(?:给)?(?:他们?|她们?|客户|对方|[一-龥](?:总|工|姐|哥|主任|经理)))?(?:$|[。.!！吧])"
)


_HAND_OVER = re.compile(r"把[^,，。]{1,10}(?:发|给|寄|传)")


_CALLED = {"样": "样品", "新版": "合同"}


_THING = re.compile(
    r"样品|样件|样机|(?<=的)样(?!子|本)|新版|书面回[复执]|图纸|资料|资质|参数表?|合同|协议|发票|报价单?|报价|方案|手册|清单|证书|案例|对比表|说明书|彩页|视频"
)


def _is_commitment(reading: Reading, part: Part, hit: ActionHit) -> float:
    """Return how surely a planned deed is a promise to the customer, 0 when it is only a plan."""
    promise = reading.promise_over(part.span)
    if promise and promise.strength is Strength.SAID:
        return 0.95
    deadline = any(str(time.kind) == "deadline" and _says_before(time.text) for time in part.times)
    goes_himself = hit.action.name == "send_person" and not re.search(r"派|安排", part.text)
    if not (hit.action.outward and deadline) or goes_himself:
        return 0.0
    return 0.92 if reading.people or reading.customers or promise else 0.8


def _says_before(words: str) -> bool:
    return bool(re.search(r"前|内|之前|以前|最晚|最迟|至迟|截止|不晚于|不超过", words))


def deeds(reading: Reading) -> Iterator[Draft]:
    """Recognise what we will do: a promise when said so or dated with 前, else a next step or a planned visit."""
    last: ActionHit | None = None
    for part in reading.parts:
        hit = main_deed(part) or _same_again(reading, part, last)
        last = hit or next(iter(ours(part)), None) or next(iter(part.actions), last)
        if hit is None or is_question(part) or guard.hypothetical(part.text, len(part.text)):
            continue
        promise = reading.promise_over(part.span)
        if any(meets(signal.span, part.span) for signal in reading.signals if signal.label == "stall"):
            continue
        if part.tense is Tense.DONE and not (promise and promise.strength is Strength.SAID):
            continue
        due = time_slot(SlotName.DUE, part, reading)
        sure = _is_commitment(reading, part, hit)
        if due is None and not sure and (part.tense is Tense.UNKNOWN or hit.action.name in _WISHES or _wished(part)):
            continue
        if not sure and (from_them(reading, part) or _owed_to_us(part)):
            continue
        action = Slot(SlotName.ACTION, hit.action.name, part.shown, part.span, 0.92)
        if hit.action.name in _AT_THEIR_PLACE and not sure and going(reading, part) is not None:
            continue
        if hit.action.name in _MEETING and not sure:
            if going(reading, part) is None and (part.times or re.search(r"约|准备|打算|计划|安排", part.text)):
                when = time_slot(SlotName.AT, part, reading)
                slots = [*person_slots(reading, part), when, what_slot(part, hit), how(reading, part, hit.span)]
                yield draft(DraftKind.PLAN, reading, part.span, slots)
            continue
        kind = DraftKind.COMMITMENT if sure else DraftKind.NEXT_STEP
        slots = [*person_slots(reading, part), what_slot(part, hit), due, action, sum_said(reading, part)]
        yield draft(kind, reading, part.span, slots, sure or (0.92 if due else 0.85))


_WISHES = {"discount", "terms"}


def _owed_to_us(part: Part) -> bool:
    """开票资料蓝海还没给: what they have not given us yet."""
    return bool((part.customers or part.people) and re.search(r"没(?:给|回|付|寄来|发来|发我|传)", part.text))


def _wished(part: Part) -> bool:
    """要提前10天交货, 要降10个点: what the customer would like."""
    return (
        part.side is not Side.US
        and bool(re.match(r"[^,，。我咱]{0,6}(?:要|要求|想|希望|必须)", part.text))
        and not part.times
    )


def _same_again(reading: Reading, part: Part, last: ActionHit | None) -> ActionHit | None:
    """还没寄样，明天寄: a bare verb with a time repeats the deed before it, or gives the thing named before it."""
    if not part.times or part.actions:
        return None
    if last is not None and last.action.name == "call" and (again := _CALL_AGAIN.search(part.text)):
        return ActionHit(last.action, again.span())
    match = _SEND_VERB.search(part.text)
    if match is None or negated(part, match.start()) or they_do(part, match.start()):
        return None
    things = _THING.findall(reading.copy[: part.span[0] + match.start()])
    if not things and _HAND_OVER.search(reading.copy[: part.span[0]]):
        things = ["资料"]
    named = find_actions(f"发{_CALLED.get(things[-1], things[-1])}") if things else ()
    action = named[0].action if named else last.action if last is not None else None
    return ActionHit(action, match.span()) if action else None
