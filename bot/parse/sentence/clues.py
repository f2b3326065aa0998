"""What several recognisers need: questions, negations, who does it, how a record is made of it."""

import re
from collections.abc import Iterator

from bot.parse.action import ActionHit, By
from bot.parse.clause import Side, subject
from bot.parse.sentence.reading import Part, Reading
from bot.parse.sentence.slots import amount_slot
from bot.parse.sentence.types import Draft, DraftKind, Slot, SlotName, Span
from bot.parse.signal import guard

_MODES = (
    (re.compile(r"视频"), "视频"),
    (re.compile(r"电话|通话|语音|来电|致电"), "电话"),
    (re.compile(r"微信|钉钉|企微"), "微信"),
    (re.compile(r"开了?个?会|会议"), "会议"),
    (re.compile(r"吃饭|吃了|喝茶|喝酒|饭局|展会|展台|论坛|打球|酒会"), "其他"),
)


_TO_SEE = re.compile(r"见|拜访|去|跟|和|约")


PAY_NOUN = re.compile(r"款|钱|账|帐|定金|订金|首付|预付|尾款|万|元|金额|流水|回单")


_DEMANDED = re.compile(r"(?:要求|希望|想让|想要|让|要|催|请|叫|盼|需要)(?:我们?|咱们?|你们)?")


_NOT_DONE = re.compile(r"(?:都|也|一直|暂时)?(?:还没|没有?|未|不用|不能|不了)")


def draft(kind: DraftKind, reading: Reading, span: Span, slots: list[Slot | None], confidence: float = 0.92) -> Draft:
    """Make a draft of a span from the slots there are."""
    return Draft(kind, tuple(slot for slot in slots if slot), span, reading.text[slice(*span)], confidence)


def negated(part: Part, start: int) -> bool:
    """Say whether a negation takes the force out of what begins at `start` of a clause."""
    return guard.negated(part.text, start, 8)


def how(reading: Reading, part: Part, span: Span) -> Slot:
    """Return the way somebody was or will be met; in person where no other is named."""
    mode = next((name for pattern, name in _MODES if pattern.search(part.text)), "拜访")
    place = part.place(span)
    return Slot(SlotName.MODE, mode, reading.text[slice(*place)], place, 0.92)


_WITH_WHOM = re.compile(r"(?:跟|和|与|同|陪|请|约|给|找|见|去|到|从|在)[^,，。]{1,14}$")


def they_do(part: Part, start: int) -> bool:
    """Whether somebody of theirs is the subject of what begins at `start`: 王总来过, not 跟恒信王总聊了."""
    front = part.text[:start]
    return not _WITH_WHOM.search(front) and subject(front) is Side.THEM


def ours(part: Part) -> Iterator[ActionHit]:
    """Yield the deeds of a clause that are ours to do: all but theirs, and all when we are the subject."""
    if not part.actions:
        return
    demanded = bool(_DEMANDED.search(part.text[: part.actions[0].span[0]])) and part.actions[0].action.by is By.US
    for hit in part.actions:
        by = hit.action.by
        if by is By.THEM or (part.side is Side.THEM and not demanded and by is not By.US):
            continue
        if (
            part.side is Side.THEM
            and not demanded
            and not re.search(r"(?:给|跟|对|向|答应|陪)(?:了)?(?:客户|他|她|对方)", part.text)
        ):
            continue
        yield hit


def main_deed(part: Part) -> ActionHit | None:
    """Return the deed of ours a clause is about: one that leaves the house before one that stays inside."""
    hits = [hit for hit in ours(part) if not _undone(part, hit)]
    outward = sorted((hit for hit in hits if hit.action.outward), key=lambda hit: hit.action.name == "send_person")
    return next(iter(outward or hits), None)


def _undone(part: Part, hit: ActionHit) -> bool:
    """没寄样, 样品还没寄, 报价还没发."""
    start, end = hit.span
    return negated(part, start) or bool(_NOT_DONE.search(part.text[start:end]) or _NOT_DONE.match(part.text, end))


def is_question(part: Part) -> bool:
    """Say whether a clause asks."""
    return bool(re.search(r"[?？]$|吗$|○|能否|是否|要不要|怎么|对吧$|是吧$|来着$|^谁有|^谁知道|^规则是", part.text))


def cut_times(part: Part, front: str) -> str:
    """Return the front of a clause without its times."""
    for time in part.times:
        front = front.replace(part.text[time.span[0] - part.span[0] : time.span[1] - part.span[0]], "")
    return front


REPLIES = re.compile(
    r"给(?:个|一个)?(?:答复|回复|反馈|结论|结果|消息|信儿?|准信|话|说法|意见)|回(?:复|话|信)$|付|打款|到账|(?:给|发|寄|出|提供)(?:我们?|咱们?)?(?:$|[。])|给po|下单|下po"
)


def from_them(reading: Reading, part: Part) -> bool:
    """刘姐说报价收到了，周四给反馈: who spoke last does it, unless we or a receiver are named."""
    if re.search(
        r"我|咱|给(?:他|她|客户|对方|[一-龥]总|[一-龥]工|[一-龥]姐)", part.text.replace("给我", "").replace("发我", "")
    ):
        return False
    if not REPLIES.search(part.text):
        return False
    if re.match(r"[^,，。]{0,4}(?:他|她|他们|客户|对方)?说(?:是|了)?(?!好)", part.text):
        return True
    before = reading.parts[part.number - 1] if part.number else None
    return bool(before and before.sentence == part.sentence and _THEY_SAY.search(before.text))


_THEY_SAY = re.compile(
    r"(?:客户|对方|他|她|他们|人家|采购|财务|法务|院里|[一-龥](?:总|工|姐|哥|主任|经理|院长|科长|处长|厂长))[^,，。我咱]{0,4}(?:说|讲|答应|表示|收了|收下|收到|回|有意见)|等(?:他|她|客户|[一-龥](?:总|工|姐))"
)


def sum_said(reading: Reading, part: Part) -> Slot | None:
    """Return the sum of a clause, or of a clause behind it that says nothing else: 把发票开给蓝海，8.6万."""
    return amount_slot(part) or amount_next(reading, part)


def meets(one: Span, other: Span) -> bool:
    """Say whether two spans overlap."""
    return one[0] < other[1] and other[0] < one[1]


def amount_next(reading: Reading, part: Part) -> Slot | None:
    """报价发了，86万: the sum may stand in the next clause when nothing else is said there."""
    following = reading.parts[part.number + 1] if part.number + 1 < len(reading.parts) else None
    if following is None or following.actions or len(following.text) > 12:
        return None
    return amount_slot(following)


_BETTER = re.compile(r"比(?:我们|咱们?|你们|我司|你家)|低|便宜|贵|更|好|快|优惠|账期|质保")
