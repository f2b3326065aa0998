"""What the customer said they will do (M18)."""

import re
from collections.abc import Iterator

from bot.parse.action import ActionHit, By
from bot.parse.clause import Side
from bot.parse.sentence.agent import Voice, agent, demanded_of, to_them, to_us, waits
from bot.parse.sentence.clues import (
    PAY_NOUN,
    draft,
    earlier,
    how,
    is_question,
    main_deed,
    meets,
    negated,
    sum_said,
)
from bot.parse.sentence.marks import doer
from bot.parse.sentence.plans import going
from bot.parse.sentence.reading import Part, Reading, Tense
from bot.parse.sentence.slots import amount_slot, person_slots, time_slot
from bot.parse.sentence.types import Draft, DraftKind, Slot, SlotName, Span
from bot.parse.sentence.words import OBJECTION_CUES, PROGRESS_CUES, Objection
from bot.parse.signal import guard

_GIVES = re.compile(
    r"(?:给|发|寄|传|交|补|出(?!差|国|来|去|院|门|事)|提供|送|签|盖|批|付|打|转|汇|结|确认|反馈|答复|回复|拍板|下单|到账|能出来|可以出来|核完|审完|敲定|准备好|弄好|做好|改好|搞定|走完|批完|试完|看完|订)"
    r"(?:给)?(?:我们?|咱们?)?[^,，。]{0,8}$|(?:给|回|有|出)(?:个|一个)?(?:答复|回复|反馈|结论|结果|消息|信儿?|准信|话|说法|意见)"
)
_WHAT = re.compile(
    r"答复|回复|反馈|结论|结果|消息|准信儿?|信儿|说法|开票资料|参数表?|图纸|检测报告|测试报告|报告|清单|合同条款|技术协议|合同|协议|尾款|首付款?|首款|定金|订金|预付款|进度款|验收款|货款|款子|余款|质保金|欠款|回款|款|订单|po|资料|样品|名单|数据|文件|文档|回单|对账单|意见|需求表?|排期|服务器|型号|尺寸|色号|清样|图"
    r"|付[^,，。]{0,6}(?:万|元|块|%)"
)
_WHAT_IS_PAID = re.compile(
    r"尾款|首付款?|首付|首款|二期款|定金|订金|预付款|进度款|验收款|货款|款子|余款|质保金|欠款|付[^,，。]{0,6}(?:万|元|块|%)"
)
_PROMISED = re.compile(r"答应|承诺|保证|同意|说好|一定|肯定")
_OWES = re.compile(r"(?:还|一直|到现在|迟迟)?(?:还没|没有|没|未)(?:给|发|付|提供|寄|补|交|确认|传|打款|付款)")
_TOLD_BY_SIGNAL = {"decider_away", "budget_stall", "stall"}
_STALLED = re.compile(r"等[^,，。]{0,8}(?:拍板|决定|批|上会|回来)|回来|不在|没空|休|预算|再说|考虑")
_ANSWER = re.compile(r"(?:消息|答复|回复|反馈|结论|结果|准信|准话|说法|意见|信儿)(?:$|[。了吧])")
_PAYS = re.compile(r"(?:付|打|转|汇|结|到账|放款|打款)(?:过来|给我们?)?$")
_MUTUAL = {"follow_up", "meet", "visit", "call", "ask_inside"}
_TIMETABLE = {"立项", "招标", "开标", "定标", "采购", "购买"}
"""When the customer will buy is good to know, but nothing he owes us."""


def awaited(reading: Reading) -> Iterator[Draft]:
    """Recognise what the customer said they will do, with its date: 王总答应下周三付款, 等他们下周给答复."""
    for part in reading.parts:
        theirs = [
            hit
            for hit in part.actions
            if agent(part.marks, hit, part.speaker) is Side.THEM
            and not negated(part, hit.span[0])
            and (hit.action.name not in _MUTUAL or waits(part.marks))
            and (part.text[slice(*hit.span)] not in _TIMETABLE or _PROMISED.search(part.text))
        ]
        if _is_awaited(reading, part, theirs):
            yield from _awaited_draft(reading, part, theirs)


def _is_awaited(reading: Reading, part: Part, theirs: list[ActionHit]) -> bool:
    if is_question(part) or going(reading, part) is not None or not _may_come(reading, part):
        return False
    given = _they_give(reading, part)
    if not (theirs or given) or main_deed(part):
        return False
    if _OWES.search(part.text) and doer(part.marks) is Side.THEM:
        return True
    dated = time_slot(SlotName.DUE, part, reading) is not None
    promised = bool(_PROMISED.search(part.text)) and doer(part.marks) is Side.THEM
    answers = given and part.speaker is Voice.THEIRS and _ANSWER.search(part.text) is not None
    return part.tense is not Tense.DONE and (dated or answers or waits(part.marks) or (promised and bool(theirs)))


def _may_come(reading: Reading, part: Part) -> bool:
    if guard.hypothetical(part.text, len(part.text)) or demanded_of(part.marks) is Side.US:
        return False
    if guard.negated(part.text, len(part.text), 6) and not _OWES.search(part.text):
        return False
    if OBJECTION_CUES[Objection.PAYMENT].search(part.text):
        return False
    stalled = any(meets(one.span, part.span) for one in reading.signals if one.label in _TOLD_BY_SIGNAL)
    return not (stalled and _STALLED.search(part.text) and not re.search(r"给|付|打款|到账|发|答复|寄", part.text))


def _they_give(reading: Reading, part: Part) -> bool:
    """Whether a bare verb of giving is theirs: 刘姐说报价收到了，周四给反馈; 等李工把参数发我."""
    if _PAYS.search(part.text) and any(PAY_NOUN.search(one.text) for one in (part, *earlier(reading, part))):
        return doer(part.marks) is not Side.US
    given = _GIVES.search(part.marks)
    if given is not None and demanded_of(part.marks[: given.start()]) is Side.UNKNOWN:
        return False
    if given is None or (doer(part.marks[: given.start()]) is Side.US and not to_us(part.marks)):
        return False
    if to_them(part.marks) and not waits(part.marks):
        return False
    return (
        waits(part.marks)
        or to_us(part.marks)
        or doer(part.marks[: given.start()]) is Side.THEM
        or part.speaker is Voice.THEIRS
    )


def _what(reading: Reading, part: Part, theirs: list[ActionHit]) -> tuple[str, Span]:
    """Return what is awaited in a short word: the thing named nearest before, else the deed."""
    told = [hit for hit in theirs if hit.action.by is By.THEM and hit.action.name != "answer_us"]
    deed = next((hit for hit in told if part.text[hit.span[1] : hit.span[1] + 1] not in {"完", "了", "过"}), None)
    if match := _thing(part.text, deed):
        return match[0], part.place(match.span())
    if deed and deed.action.name in {"order", "decide"}:
        return part.shown[slice(*deed.span)], part.place(deed.span)
    for one in earlier(reading, part) if deed is None or deed.action.name == "pay" else ():
        if match := _thing(one.text, deed):
            return match[0], one.place(match.span())
    if deed or _PAYS.search(part.text):
        return deed.action.title if deed else "付款", part.span
    return _first_words(part), part.span


def _thing(text: str, deed: ActionHit | None) -> re.Match[str] | None:
    """Return the thing named: of a payment only what is paid, of a signature no bare 合同."""
    if deed and deed.action.name == "pay":
        return _WHAT_IS_PAID.search(text)
    found = _WHAT.search(text)
    return None if found and deed and deed.action.name == "sign" and found[0] in {"合同", "协议"} else found


def _first_words(part: Part) -> str:
    """说两周内确认 → 确认: the words without who and when."""
    kept = "".join(char for char, mark in zip(part.shown, part.marks, strict=True) if mark not in "PCT")
    return (
        re.sub(r"^(?:等|说|那边|这边|还|就|的|要|会|在|他们?|她)+|(?:了|吧|啊)+$", "", kept.strip("，, ")) or part.shown
    )


def _awaited_draft(reading: Reading, part: Part, theirs: list[ActionHit]) -> Iterator[Draft]:
    title, place = _what(reading, part, theirs)
    what = Slot(SlotName.WHAT, title, reading.text[slice(*place)], place, 0.92)
    if theirs and theirs[0].action.name == "come":
        at = time_slot(SlotName.AT, part, reading)
        mode = how(reading, part, (0, len(part.text)))
        yield draft(DraftKind.PLAN, reading, part.span, [*person_slots(reading, part), at, what, mode])
    elif not any(pattern.search(part.text) for pattern in PROGRESS_CUES.values()):
        owed = next((one for one in earlier(reading, part) if _WHAT_IS_PAID.search(one.text)), None)
        amount = sum_said(reading, part) or (amount_slot(owed) if owed else None)
        slots = [*person_slots(reading, part), time_slot(SlotName.DUE, part, reading), what, amount]
        yield draft(DraftKind.AWAITED, reading, part.span, slots, 0.85)
