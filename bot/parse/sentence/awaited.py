"""What the customer said they will do (M18)."""

import re
from collections.abc import Iterator

from bot.parse.action import ActionHit, By
from bot.parse.clause import Side
from bot.parse.sentence.clues import (
    PAY_NOUN,
    REPLIES,
    cut_times,
    draft,
    from_them,
    how,
    is_question,
    main_deed,
    meets,
    negated,
    sum_said,
)
from bot.parse.sentence.plans import going
from bot.parse.sentence.reading import Part, Reading, Tense
from bot.parse.sentence.slots import amount_slot, person_slots, time_slot
from bot.parse.sentence.types import Draft, DraftKind, Slot, SlotName
from bot.parse.sentence.words import OBJECTION_CUES, PROGRESS_CUES, Objection
from bot.parse.signal import guard

_AWAITS = re.compile(r"^(?:就|还|现在|先|得|要|再|正)?等(?!级|于|待时)")


_GIVES_US = re.compile(
    r"(?:给|发|寄|传|回|答复|回复|反馈|通知|告诉)(?:给)?(?:我们?|咱们?)|(?:给|回|有)(?:个|一个)?(?:答复|回复|反馈|结论|结果|消息|信儿?|准信|话|说法|意见)|"
    r"(?:付|打|转|汇|结|到账|到位|打款|走款|放款)|(?:定|签|批|盖章|下单|拍板|上会|开标)(?:下来|完|好|掉)?|把[^,，。]{1,8}(?:发|给|传|寄)|(?:寄|发|传|送|拿|交|补)(?:回来|过来|齐|全)|(?:出|给|发)[^,，。]{0,4}(?:报告|图纸|参数|清单|结果|方案|意见|合同)"
)


_WHAT_IS_GIVEN = re.compile(
    r"答复|回复|反馈|结论|结果|消息|信儿|准信|说法|开票资料|参数表?|图纸|测试报告|报告|清单|合同条款|合同|尾款|首付款?|定金|预付款|货款|款子|余款|订单|po|资料|样品|名单|数据|付[^,，。]{0,6}(?:万|元|块|%)|付款|打款"
)


_ONLY_WHEN = re.compile(
    r"(?:他|她|他们|客户|对方|[一-龥](?:总|工|姐|哥|主任|经理))?(?:说|讲|回|答应)?(?:是|的是|在|会在)?"
)


def awaited(reading: Reading) -> Iterator[Draft]:
    """Recognise what the customer said they will do, with its date: 王总答应下周三付款, 等他们下周给答复."""
    for part in reading.parts:
        theirs = [hit for hit in part.actions if hit.action.by is By.THEM and not negated(part, hit.span[0])]
        waits = _AWAITS.search(part.text) is not None
        carried = from_them(reading, part)
        theirs_to_give = waits or carried or (part.side is Side.THEM and part.times) or _TO_US.search(part.text)
        gives = _GIVES_US.search(part.text) or REPLIES.search(part.text) if theirs_to_give else None
        when = time_slot(SlotName.DUE, part, reading) or _said_next(reading, part)
        if not (theirs or (gives and when)) or is_question(part) or going(reading, part) is not None:
            continue
        if (
            not waits
            and not carried
            and (part.tense is not Tense.FUTURE or part.side is Side.US)
            and not _TO_US.search(part.text)
        ):
            continue
        if (main_deed(part) and not (gives and (waits or carried or _TO_US.search(part.text)))) or _demands(part):
            continue
        if guard.hypothetical(part.text, len(part.text)) or guard.negated(part.text, len(part.text), 6):
            continue
        if OBJECTION_CUES[Objection.PAYMENT].search(part.text):
            continue
        away = any(meets(one.span, part.span) for one in reading.signals if one.label == "decider_away")
        if away and re.search(r"等|回来|不在", part.text) and not re.search(r"给|付|打款|到账|发|答复", part.text):
            continue
        yield from _awaited_draft(reading, part, theirs, when)


_TO_US = re.compile(r"(?:寄|发|传|送|拿|交|带)(?:回来|过来)|(?:给|发|寄|传|回|答复|回复|通知)(?:给)?(?:我们?|咱们?)")


def _demands(part: Part) -> bool:
    """让我们周四前报价: what they want is ours to do."""
    return bool(re.search(r"(?:让|要|要求|叫|催|请|希望)(?:我们?|咱们?|你们)", part.text))


def _said_next(reading: Reading, part: Part) -> Slot | None:
    """等李工把参数发我，他说今天下班前: the time stands alone in the clause behind."""
    following = reading.parts[part.number + 1] if part.number + 1 < len(reading.parts) else None
    if following is None or following.actions or not following.times:
        return None
    rest = cut_times(following, following.text)
    return time_slot(SlotName.DUE, following, reading) if _ONLY_WHEN.fullmatch(rest) else None


def _awaited_draft(reading: Reading, part: Part, theirs: list[ActionHit], when: Slot | None) -> Iterator[Draft]:
    before = [one for one in reading.parts if one.sentence == part.sentence and one.number < part.number]
    places = [part, *reversed(before)]
    given = next((found for one in places if (found := _WHAT_IS_GIVEN.search(one.text))), None)
    title = (
        theirs[0].action.title if theirs and theirs[0].action.name != "answer_us" else given[0] if given else part.shown
    )
    what = Slot(SlotName.WHAT, title, part.shown, part.span, 0.92)
    if theirs and theirs[0].action.name == "come":
        at = time_slot(SlotName.AT, part, reading)
        yield draft(
            DraftKind.PLAN,
            reading,
            part.span,
            [*person_slots(reading, part), at, what, how(reading, part, (0, len(part.text)))],
        )
    elif not any(pattern.search(part.text) for pattern in PROGRESS_CUES.values()):
        owed = next((one for one in before if PAY_NOUN.search(one.text)), None)
        amount = sum_said(reading, part) or (amount_slot(owed) if owed else None)
        slots = [*person_slots(reading, part), when, what, amount]
        yield draft(DraftKind.AWAITED, reading, part.span, slots, 0.85)
