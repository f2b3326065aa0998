"""Which signals of a message hold once the whole sentence is known: what we plan ourselves is no news of theirs (F09, M18)."""

import re
from collections.abc import Callable, Mapping

from bot.parse.clause import Side
from bot.parse.sentence.agent import demanded_of
from bot.parse.sentence.clues import main_deed
from bot.parse.sentence.marks import doer
from bot.parse.sentence.plans import going
from bot.parse.sentence.reading import Part, Reading, Tense
from bot.parse.signal import Signal, guard

_TO_COME = re.compile(r"付|打|转|汇|签|下单|订|盖章")
_OURS_TO_DO = re.compile(
    r"把[^,，。]{0,10}(?:签|敲定|谈|定|收)|给[^,，。]{1,4}签|答应[^,，。]{0,10}(?:签|盖)|^(?:再|顺便|然后)"
)
_ON_CONDITION = re.compile(r"再[^,，。]{0,8}就(?:签|定|下)|没敢|没松口|没同意")
_AWAITS_WORD = re.compile(
    r"等|不在|没在|出差|出国|国外|休|请假|回来|拍不了|拍板|做不了主|说了不算|定不了|没法定|决策|[审报]?批|会签?|审|流程|签字|没空|上会|过会|院务会|集团"
)
_DECISION = re.compile(r"等|定|签(?!到|收)|批(?!次)|拍|才|决策|做不了主|说了不算|上会|院务会")
_ABSENT = re.compile(r"不在|没在|没空|开会")
_GOES_ON = re.compile(
    r"到账|到帐|打款|(?:今天|明天|后天|这周|本周|下周.?|周.)走(?:审批|流程|oa)|走[^,，。]{0,4}流程[,，][^,，。]{0,3}(?:今天|明天|后天|下|周|这|[0-9])"
)
_DECIDER_KNOWN = re.compile(r"(?:最后|最终|都)?(?:是|由|归)[P总经理]{1,4}(?:拍板|说了算|做主)")
_MOVED_DAY = re.compile(r"推迟|延到|爽约|改期|延期")
_UNREACHED = re.compile(r"没接|不接|没人接|无人接|没吭声|打不通")


def holds(reading: Reading, signal: Signal) -> bool:
    """Say whether a signal found in a message stands beside what else the message tells."""
    part = part_at(reading, signal.span[0])
    weigh = _WEIGHED.get(signal.label)
    return part is None or weigh is None or weigh(reading, part, signal)


def part_at(reading: Reading, place: int) -> Part | None:
    """Return the piece a place of the text lies in."""
    return next((one for one in reading.parts if one.span[0] <= place < one.span[1]), None)


def _good_news(reading: Reading, part: Part, signal: Signal) -> bool:
    """答应周五前付款 is waited for, 去蓝海把尾款敲定 is planned by us, 再降三个点就定 is a condition."""
    if part.times and part.tense is Tense.FUTURE and _TO_COME.search(part.text):
        return False
    if doer(part.marks[: max(0, signal.span[0] - part.span[0])]) is Side.US:
        return False
    if main_deed(part) and doer(part.marks) is not Side.THEM and demanded_of(part.marks) is None:
        return False  # 合同寄出了, 承诺质保三年: what we do
    if going(reading, part) is not None and _OURS_TO_DO.search(part.text):
        return False
    return not (_OURS_TO_DO.search(part.text) and doer(part.marks) is not Side.THEM) and not _ON_CONDITION.search(
        part.text
    )


def _waits_for_somebody(reading: Reading, part: Part, signal: Signal) -> bool:
    """Whoever is away stalls nothing unless something hangs on him; an approval that has its day does not either."""
    start, end = guard.sentence_at(reading.copy, *signal.span)
    sentence = reading.copy[start:end]
    if _GOES_ON.search(sentence) or _DECIDER_KNOWN.search(part.marks) or _UNREACHED.search(signal.text):
        return False
    if _ABSENT.search(signal.text) and not _DECISION.search(sentence):
        return False
    return _AWAITS_WORD.search(signal.text) is not None


def _puts_off(reading: Reading, part: Part, signal: Signal) -> bool:
    """Tell a purchase put off from a meeting moved, and from what we think or ask ourselves."""
    moved = _MOVED_DAY.search(signal.text) and (going(reading, part) is not None or re.search(r"会|约|见|○", part.text))
    return not moved and doer(part.marks[: max(0, signal.span[0] - part.span[0])]) is not Side.US


def _is_rival(reading: Reading, part: Part, signal: Signal) -> bool:
    """竞品对比 and 竞品分析 are papers, no rival at work."""
    del part
    return re.match(
        r"(?:的|产品)?(?:对比|比较|分析|资料)(?!我们|咱)", reading.copy[signal.span[1] :]
    ) is None and not re.search(r"(?:竞品|友商|同行)(?:对比|分析)", signal.text)


_WEIGHED: Mapping[str, Callable[[Reading, Part, Signal], bool]] = {
    "competitor": _is_rival,
    "positive": _good_news,
    "decider_away": _waits_for_somebody,
    "stall": _puts_off,
}
