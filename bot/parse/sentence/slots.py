"""Slots read out of a clause and its neighbours: who, when, what, how much."""

import re
from typing import Any

from bot.parse.action import ActionHit
from bot.parse.money import Kind
from bot.parse.sentence.reading import Part, Reading
from bot.parse.sentence.types import Mention, Slot, SlotName, Span

_SURE, _LIKELY, _ASK = 0.95, 0.92, 0.6
_LEADING = re.compile(
    r"^(?:(?:我们?|咱们?|公司|也|还|都|就|又|再|先|但|但是|不过|然后|所以|另外|下一步|下步|后续|接下来|计划|准备|打算|需要?|要|得|会|记得|争取|尽快|马上|一定|务必|口头|当场|今天|并|和|把|给|答应|承诺|保证|说好|约好|约定|同意|了|好|过|跟|向|对|客户|他们?|对方|前|之前|以前|内|之内|以内|为|[:：、\-—])+)"
)
_NOT_MET = re.compile(r"(?:没|不)(?:有|去|是|再)?(?:见|碰|遇|找|约)(?:到|着|上)?$|不在$")
_COMPANION = re.compile(r"(?:叫上|带上?|约上|拉上|派了?|安排了?|辛苦|麻烦)$")
_TRAILING = re.compile(r"(?:了|吧|哈|啊|呢|的|给(?:他们?|客户|对方)|过去|过来|出去|[。.!！~～])+$")


def _mention(name: SlotName, mention: Mention, text: str, *, near: bool) -> Slot:
    (start, end), resolution = mention
    start += len(text[start:end]) - len(text[start:end].lstrip("的 "))
    span = (start, end)
    decided = resolution.decided is not None and not resolution.ask
    confidence = (_SURE if near else _LIKELY) if decided else _ASK
    return Slot(name, resolution, text[slice(*span)], span, confidence)


def nearest_mention(name: SlotName, reading: Reading, part: Part) -> Slot | None:
    """Return who the clause is about: named in it, else named last before it, else the first one after it."""
    everyone = reading.customers if name is SlotName.CUSTOMER else reading.people
    here = part.customers if name is SlotName.CUSTOMER else part.people
    here = tuple(one for one in here if not _missed(reading, one))
    if here:
        return _mention(name, here[0], reading.text, near=True)
    everyone = tuple(one for one in everyone if not _missed(reading, one))
    before = [one for one in everyone if one[0][0] < part.span[0]]
    if before:
        return _mention(name, before[-1], reading.text, near=len(everyone) == 1)
    behind = next(iter(everyone), None)
    if behind is None or (part.people and part.times and _has_its_own_day(reading, behind)):
        return None
    return _mention(name, behind, reading.text, near=len(everyone) == 1)


def _has_its_own_day(reading: Reading, mention: Mention) -> bool:
    """明天上午给何主任送资料，下午去恒立: who is named with another time is another matter."""
    return any(one.times and one.span[0] <= mention[0][0] < one.span[1] for one in reading.parts)


def _missed(reading: Reading, mention: Mention) -> bool:
    """没见到王总, 叫上小孙: a person the visit did not reach, or one of ours."""
    front = reading.copy[max(0, mention[0][0] - 6) : mention[0][0]]
    sent = reading.copy[slice(*mention[0])].startswith("小") and re.search(r"[让叫]$", front)
    return bool(_NOT_MET.search(front) or _COMPANION.search(front) or sent)


def time_slot(name: SlotName, part: Part, reading: Reading) -> Slot | None:
    """Return the time of a clause; an ambiguous or vague one is asked about."""
    times = [time for time in part.times if str(time.kind) not in {"recurring", "vague"}]
    if not times:
        return None
    deadlines = [time for time in times if str(time.kind) == "deadline"]
    time = (deadlines or times)[-1 if name is SlotName.DUE else 0]
    sure = not time.ambiguous and (time.due_at or time.start) is not None
    certain = sure and not getattr(time, "invalid", False)
    return Slot(name, time, reading.text[slice(*time.span)].strip(), time.span, _SURE if certain else _ASK)


def amount_slot(part: Part, kind: Kind = Kind.MONEY) -> Slot | None:
    """Return the first amount of a kind in a clause."""
    amount = next((amount for amount in part.amounts if amount.kind is kind), None)
    if amount is None:
        return None
    confidence = 0.8 if amount.approximate else _SURE
    return Slot(SlotName.AMOUNT, amount, amount.text, amount.span, confidence)


def what_slot(part: Part, hit: ActionHit) -> Slot:
    """Say the deed in few words: the dictionary's title when the clause says nothing else, else the person's words."""
    words = _words(part)
    title = hit.action.title
    extra = len(words) - (hit.span[1] - hit.span[0])
    value = title if extra <= 0 or not words else words
    return Slot(SlotName.WHAT, value, part.shown, part.span, _SURE if len(words) <= 20 else 0.85)


def _words(part: Part) -> str:
    """Cut times, names and helping words off a clause: 答应月底前派人调试 → 派人调试."""
    taken: list[Span] = [
        (start - part.span[0], end - part.span[0])
        for start, end in [*(time.span for time in part.times), *(span for span, _ in (*part.customers, *part.people))]
    ]
    kept = "".join(
        char for place, char in enumerate(part.shown) if not any(start <= place < end for start, end in taken)
    )
    words, last = kept.strip(), ""
    while words != last:
        last = words
        words = _TRAILING.sub("", _LEADING.sub("", words)).strip()
    return words


def person_slots(reading: Reading, part: Part) -> list[Slot]:
    """Return customer and contact of a clause, as far as they are named."""
    found: list[Any] = [nearest_mention(name, reading, part) for name in (SlotName.CUSTOMER, SlotName.CONTACT)]
    return [slot for slot in found if slot]
