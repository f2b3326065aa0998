"""What several recognisers need: questions, negations, whose deed it is, how a record is made of it."""

import re
from collections.abc import Iterator

from bot.parse.action import Action, ActionHit, dictionary
from bot.parse.clause import Side
from bot.parse.sentence.agent import agent
from bot.parse.sentence.reading import Part, Reading
from bot.parse.sentence.slots import amount_slot
from bot.parse.sentence.types import Draft, DraftKind, Slot, SlotName, Span
from bot.parse.signal import guard

_MODES = (
    (re.compile(r"视频|腾讯会议|线上会|网络会|远程会议|连线"), "视频"),
    (re.compile(r"电话|通话|通[了完过]?个?话|[通打]上了|打通了|接通了|语音|来电|致电|电联|call|座机"), "电话"),
    (re.compile(r"微信|钉钉|企微"), "微信"),
    (re.compile(r"开了?[个完]?短?会|会议|通话会议|(?:开|做|办|组织)[^,，。]{0,8}会(?!议室|员|计)|(?:启动|沟通|推进|总结|答疑|座谈|评审)会|评审会|交流会|协调会|对接会|洽谈会|评标会"), "会议"),
    (re.compile(r"吃[个了顿]*便?饭|吃了|喝了?顿?[茶酒]|喝[茶酒]|饭局|展会|展台|论坛|打球|酒会|钓鱼|唱歌|请[^,，。]{1,8}(?:吃|喝)|聚餐|约[^,，。]{0,4}饭|宴请|高尔夫"), "其他"),
)  # fmt: skip

PAY_NOUN = re.compile(r"款|钱|账|帐|定金|订金|首付|预付|尾款|万|元|金额|流水|回单")

_NOT_DONE = re.compile(r"(?:都|也|一直|暂时)?(?:还没|没有?|未|不用|不能|不了)")


def draft(kind: DraftKind, reading: Reading, span: Span, slots: list[Slot | None], confidence: float = 0.92) -> Draft:
    """Make a draft of a span from the slots there are."""
    return Draft(kind, tuple(slot for slot in slots if slot), span, reading.text[slice(*span)], confidence)


def negated(part: Part, start: int) -> bool:
    """Say whether a negation takes the force out of what begins at `start` of a clause."""
    return guard.negated(part.text, start, 8)


def how(reading: Reading, part: Part, span: Span) -> Slot:
    """Return the way somebody was or will be met; in person where no other is named."""
    mode = next((name for pattern, name in _MODES if pattern.search(part.text)), None)
    place = part.place(span)
    sure = mode is not None or _IN_PERSON.search(part.text) is not None
    return Slot(SlotName.MODE, mode or "拜访", reading.text[slice(*place)], place, 0.92 if sure else 0.85)


_IN_PERSON = re.compile(
    r"拜访|访|见|去|跑|到|上门|来|回|面|碰|遇|会|参观|考察|验|勘|现场|送|装|修|调试|演示|培训|坐|陪|出来|在"
)


def ours(part: Part) -> Iterator[ActionHit]:
    """Yield the deeds of a clause that are ours to do."""
    for hit in part.actions:
        if agent(part.marks, hit, part.speaker) is Side.US:
            yield hit


_WEAK = {"send_person", "terms", "discount"}  # named beside another deed they only say how


def main_deed(part: Part) -> ActionHit | None:
    """Return the deed of ours a clause is about: one that leaves the house before one that stays inside."""
    hits = [hit for hit in ours(part) if not _undone(part, hit)]
    outward = sorted((hit for hit in hits if hit.action.outward), key=lambda hit: hit.action.name in _WEAK)
    return next(iter(outward or hits), None)


def _undone(part: Part, hit: ActionHit) -> bool:
    """没寄样, 样品还没寄, 报价还没发."""
    start, end = hit.span
    return negated(part, start) or bool(_NOT_DONE.search(part.text[start:end]) or _NOT_DONE.match(part.text, end))


def thing_before(text: str) -> ActionHit | None:
    """Return what is handed over with the thing a text names last: 要图纸 → 发资料."""
    found: ActionHit | None = None
    for action in dictionary():
        for match in action.thing.finditer(text) if action.thing else ():
            if found is None or _rank(action, match.span()) > _rank(found.action, found.span):
                found = ActionHit(action, match.span())
    return found


def _rank(action: Action, span: Span) -> tuple[bool, int, int]:
    """Sort things: what has a name before mere 货 and 两台, then the last one, then the longest."""
    return action.name != "deliver", span[1], -span[0]


def is_question(part: Part) -> bool:
    """Say whether a clause asks."""
    return bool(
        re.search(
            r"[?？]$|吗$|○|能否|是否|要不要|怎么|对吧$|是吧$|来着$|^谁有|^谁知道|^规则是|谁(?:在|跟|去)", part.text
        )
    )


def cut_times(part: Part, front: str) -> str:
    """Return the front of a clause without its times."""
    for time in part.times:
        front = front.replace(part.text[time.span[0] - part.span[0] : time.span[1] - part.span[0]], "")
    return front


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


def earlier(reading: Reading, part: Part) -> list[Part]:
    """Return the clauses before one in its sentence, the nearest first."""
    return [one for one in reversed(reading.parts[: part.number]) if one.sentence == part.sentence]
