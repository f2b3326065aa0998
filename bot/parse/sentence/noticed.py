"""What a sentence lets on: objections, signals, progress, empty phrases (V06, F09, D03, V11)."""

import re
from collections.abc import Iterator

from bot.parse.clause import Side
from bot.parse.money import Kind
from bot.parse.sentence.agent import Voice
from bot.parse.sentence.clues import draft, main_deed
from bot.parse.sentence.marks import doer
from bot.parse.sentence.reading import Part, Reading, Tense
from bot.parse.sentence.slots import amount_slot, nearest_mention
from bot.parse.sentence.types import Draft, DraftKind, Slot, SlotName, Span
from bot.parse.sentence.weighed import holds
from bot.parse.sentence.words import OBJECTION_CUES, OBJECTION_OF_SIGNAL, PROGRESS_CUES, Objection
from bot.parse.signal import Signal, guard

_SAYING = re.compile(r"(?:说|讲|表示|原话|透露)\s*[:：]?\s*[“\"「]?([^。；;\n]{4,80})")


_ONLY_ASKED = re.compile(r"问|询|打听|催|什么时候|啥时候|几时|多久|最快|能○能|可○可以|能否|货到|加急")


_TROUBLED = re.compile(
    r"嫌|担心|怕|顾虑|太|晚|慢|长|不接受|接受不了|不满|没底|不放心|等不|赶不|来不及|提前|压缩|缩短|不行|没谱|延|拖"
)


def _objected(reading: Reading, signal: Signal) -> Objection | None:
    """Return what a signal objects to; a question about delivery is none, a rival who is better is one."""
    part = _part_at(reading, signal.span)
    around = part.text if part else signal.text
    if part and any(hit.action.name == "ask_inside" for hit in part.actions) and part.tense is Tense.FUTURE:
        return None  # 明天找领导申请折扣
    if signal.label == "delivery" and _ONLY_ASKED.search(around) and not _TROUBLED.search(around):
        return None
    if re.match(r"的事(?!情没)|方面的事", reading.copy[signal.span[1] :]):
        return None  # 回电话说交期的事
    if signal.label == "competitor" and re.search(r"比(?:我们|咱们?|你们|我司|你家)", around):
        return Objection.RIVAL
    return OBJECTION_OF_SIGNAL.get(signal.label)


def _listed(reading: Reading) -> Iterator[tuple[Objection, Span]]:
    """Read 提了三个点：价格、交期、售后: every word of the list is an objection."""
    for found in _LIST_OF_TROUBLE.finditer(reading.copy):
        name = "list" if found["list"] else "stuck"
        for category, word in _TROUBLE_WORDS.items():
            if match := re.search(word, found[name]):
                start = found.start(name) + match.start()
                yield category, (start, start + len(match[0]))


_LIST_OF_TROUBLE = re.compile(
    r"(?:卡在|卡到|僵在|纠结的?是?|纠结在|顾虑的?[是在]|分歧[是在]|问题(?:就)?(?:出)?在|主要(?:还)?是|谈不拢的是)(?P<stuck>[^,，。;；]{2,10})|(?:提了|提出|顾虑|异议|担心|问题|意见|卡在|不满)[^,，。;；:：]{0,8}[:：](?P<list>[^。;；\n]{2,40})"
)


_TROUBLE_WORDS = {
    Objection.PRICE: "价格|价钱|报价|费用",
    Objection.DELIVERY: "交期|货期|交付|工期",
    Objection.SERVICE: "售后|服务|响应|维护",
    Objection.PAYMENT: "账期|付款|预付|月结|首付|尾款比例",
    Objection.FEATURE: "功能|质量|性能|精度|稳定性",
}


def objections(reading: Reading) -> Iterator[Draft]:
    """Recognise what the customer objects to: price and delivery from the signals, the rest from cues (V06)."""
    seen = set()
    for signal in reading.signals:
        category = _objected(reading, signal)
        if category:
            seen.add(category)
            slot = Slot(SlotName.CATEGORY, category, signal.text, signal.span, 0.95)
            slots = [slot, *_of_whom(reading, signal.span), _sum_at(reading, signal.span)]
            sure = 0.95 if _is_theirs(reading, signal.span) else 0.85
            yield draft(DraftKind.OBJECTION, reading, signal.span, slots, sure)
    for category, span in _listed(reading):
        if category not in seen:
            seen.add(category)
            slot = Slot(SlotName.CATEGORY, category, reading.text[slice(*span)], span, 0.92)
            yield draft(DraftKind.OBJECTION, reading, span, [slot, *_of_whom(reading, span)])
    for category, pattern in OBJECTION_CUES.items():
        match = next((one for one in pattern.finditer(reading.copy) if _stands(reading.copy, one.span())), None)
        if match and category not in seen:
            slot = Slot(SlotName.CATEGORY, category, reading.text[slice(*match.span())], match.span(), 0.92)
            sure = 0.92 if _is_theirs(reading, match.span()) else 0.85
            yield draft(DraftKind.OBJECTION, reading, match.span(), [slot, *_of_whom(reading, match.span())], sure)


_DISCONTENT = re.compile(
    r"[嫌闲怕]|担心|顾虑|不满|抱怨|投诉|吐槽|质疑|怀疑|觉得|认为|不接受|不认可|不同意|要求|坚持|非要|不放心|有意见|说|反馈|提出|问|谈不拢|卡在"
)


def _is_theirs(reading: Reading, span: Span) -> bool:
    """Whether the words are told as the customer's: 嫌…, 他说…; a bare fact may be ours (上次发错货了)."""
    part = _part_at(reading, span)
    if part is None or main_deed(part) or doer(part.marks[: max(0, span[0] - part.span[0])]) is Side.US:
        return False
    return part.speaker is Voice.THEIRS or _DISCONTENT.search(part.text) is not None


def _stands(copy: str, span: Span) -> bool:
    """Whether nothing takes the force out of words of discontent: a negation, a condition, a settled past, a lesson."""
    start, end = span
    return not (
        guard.negated(copy, start, 6)
        or guard.hypothetical(copy, start)
        or guard.over_by_now(copy, start, end)
        or guard.asked_by_us(copy, start)
        or guard.denied_after(copy, end)
        or guard.settled(copy, end)
        or guard.about_training(copy)
        or re.match(r"[^,，。]{0,4}(?:怎么回|怎么办|怎么应对|现在不提|不提了|已经?(?:没|不)|的问题解决)", copy[end:])
        or re.search(r"[不没][^,，。]{0,3}$", copy[max(0, start - 4) : start])
    )


def _part_at(reading: Reading, span: Span) -> Part | None:
    return next((one for one in reading.parts if one.span[0] <= span[0] < one.span[1]), None)


def _sum_at(reading: Reading, span: Span) -> Slot | None:
    part = _part_at(reading, span)
    before = reading.parts[part.number - 1] if part and part.number else None
    if part is None:
        return None
    return amount_slot(part) or (amount_slot(before) if before and "价" in before.text else None)


def _of_whom(reading: Reading, span: Span) -> list[Slot]:
    """Return the customer who says so: what a rep hears is always heard somewhere."""
    part = _part_at(reading, span)
    slot = nearest_mention(SlotName.CUSTOMER, reading, part) if part else None
    return [slot] if slot else []


_OFTEN_MISREAD = {"decider_away", "positive", "stall", "repeat_ask", "person_change"}
"""On sentences of other hands these are right nine times in ten or less: shown with a question."""


def signals(reading: Reading) -> Iterator[Draft]:
    """Recognise the other customer signals (F09); a competitor gets its own kind, with what it did."""
    for signal in (*reading.signals, *reading.doubtful):
        if signal.label in OBJECTION_OF_SIGNAL or not holds(reading, signal):
            continue
        kind = DraftKind.COMPETITOR if signal.label == "competitor" else DraftKind.SIGNAL
        doubted = signal in reading.doubtful or signal.label in _OFTEN_MISREAD
        slot = Slot(SlotName.CATEGORY, signal.label, signal.text, signal.span, 0.92)
        part = _part_at(reading, signal.span)
        share = None
        if kind is DraftKind.COMPETITOR and part:
            share = amount_slot(part, Kind.PERCENT) or amount_slot(part)
        slots = [slot, *_of_whom(reading, signal.span), share]
        yield draft(kind, reading, signal.span, slots, 0.85 if doubted else 0.92)


def progress(reading: Reading) -> Iterator[Draft]:
    """Recognise the steps of D03; each asks for the customer's own words, taken when they are quoted."""
    for name, pattern in PROGRESS_CUES.items():
        match = pattern.search(reading.copy)
        if not match or guard.negated(reading.copy, match.start(), 6) or re.search(r"[没未不]", match[0]):
            continue
        saying = _SAYING.search(reading.copy)
        words = (
            Slot(SlotName.QUOTATION, reading.text[slice(*saying.span(1))].strip('”"」'), saying[0], saying.span(1), 0.9)
            if saying
            else None
        )
        slot = Slot(SlotName.CATEGORY, name, reading.text[slice(*match.span())], match.span(), 0.92)
        yield draft(DraftKind.PROGRESS, reading, match.span(), [slot, words], 0.85)


def empty_phrases(reading: Reading) -> Iterator[Draft]:
    """Recognise claims without evidence (V11)."""
    for found in reading.empty:
        slot = Slot(SlotName.CATEGORY, found.label, found.text, found.span, 0.95)
        yield draft(DraftKind.EMPTY_PHRASE, reading, found.span, [slot], 0.95)
