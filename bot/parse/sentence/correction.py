"""Corrections in words: 改成周四, 把蓝海改成蓝海包装二厂, 不是寄样是报价, 改期限 周五 → fields with their new values."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.parse.action import find_actions
from bot.parse.code import find_codes
from bot.parse.money import Kind, find_amounts
from bot.parse.sentence.reading import Resolvers
from bot.parse.sentence.types import Slot, SlotName, Span
from bot.parse.sentence.words import Breakthrough, Goal, Objection
from bot.parse.text import clean, fold

_FIELDS = {
    SlotName.DUE: "期限|时间|日期|截止日?期?|到期日?|交期",
    SlotName.CUSTOMER: "客户名?称?|公司",
    SlotName.CONTACT: "联系人|对接人",
    SlotName.WHAT: "事项|内容|动作|下一步|承诺",
    SlotName.AMOUNT: "金额|价格|报价|数量|总价",
    SlotName.GOAL: "目标",
    SlotName.BREAKTHROUGH: "突破点",
    SlotName.CATEGORY: "异议",
}
_FIELD = "|".join(f"(?P<{name.value}>{words})" for name, words in _FIELDS.items())
TO = r"(?:改成|改为|改到|改至|换成|换到|换为|调成|调整[成到为]|推迟到|延[期后]?到|提前到|挪到|往后推到|顺延到|更正为|修改为|应该?是|应为)"
_END = r"(?=[,，。；;！!\n]|$)"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"把\s?(?P<old>[^,，。；;]{{1,20}}?)\s?{TO}\s?(?P<new>[^,，。；;！!\n]{{1,40}}?)\s?{_END}",
        rf"不是\s?(?P<old>[^,，。；;是]{{1,20}}?)[,，]?\s?(?:而|应该?)?是\s?(?P<new>[^,，。；;！!\n]{{1,40}}?)\s?{_END}",
        rf"(?<!不)(?<!还)是\s?(?P<new>[^,，。；;是]{{1,20}}?)[,，]?\s?不是\s?(?P<old>[^,，。；;！!\n]{{1,20}}?)\s?{_END}",
        rf"(?:{_FIELD})?\s?{TO}\s?(?P<new>[^,，。；;！!\n]{{1,40}}?)\s?{_END}",
        rf"改一?下?(?:{_FIELD})\s?[:：]?\s?(?P<new>[^,，。；;！!\n]{{1,40}}?)\s?{_END}",
        rf"(?:不对|错了|写错了?|记错了?|弄错了?|说错了?|搞错了?)[,，。!！\s]*(?:应该?)?是?\s?(?P<new>[^,，。；;！!\n]{{1,40}}?)\s?{_END}",
    )
)
_EXPLICIT = re.compile(
    r"^(?:不对|错了|不是|是|把|改|换|应该?|更正|写错|记错|弄错|说错|搞错|推迟|提前|延|"
    + "|".join(_FIELDS.values())
    + ")"
)
_FOLLOWING = re.compile(
    r"^\s?(?:也|还有|并且?|同时|再)?(?:给|换成|改成|客户是?|对象是?)?\s?(?P<new>[^,，。；;！!\n]{1,40})$"
)
_GIVEN = re.compile(r"^(?:给|跟|向|客户|对象|也|还有|同时)")
_ENUMS = ((SlotName.GOAL, Goal), (SlotName.BREAKTHROUGH, Breakthrough), (SlotName.CATEGORY, Objection))


@dataclass(frozen=True)
class Change:
    """One new value; `field` is None when it must be asked what it replaces. `old` is the text said to be wrong."""

    field: SlotName | None
    value: Slot | None
    text: str
    span: Span
    old: str = ""


@dataclass(frozen=True)
class Correction:
    """What should change; `code` names the record when said. `explicit`: the message does nothing but correct."""

    changes: tuple[Change, ...]
    code: str | None = None
    explicit: bool = True


@dataclass(frozen=True)
class _Piece:
    """A stretch of the text that holds new values."""

    field: SlotName | None
    span: Span
    old: str


def _values(text: str, span: Span, resolvers: Resolvers) -> Iterator[Slot]:
    """Yield what a stretch of text names: a time, a customer, a person, a sum, a value of an enumeration, a deed."""
    offset, part = span[0], text[slice(*span)]

    def slot(name: SlotName, value: object, place: Span, confidence: float = 0.95) -> Slot:
        return Slot(name, value, part[slice(*place)].strip(), (offset + place[0], offset + place[1]), confidence)

    for time in resolvers.times(part):
        yield slot(SlotName.DUE, time, time.span, 0.6 if time.ambiguous else 0.95)
    for name, found in ((SlotName.CUSTOMER, resolvers.customers(part)), (SlotName.CONTACT, resolvers.people(part))):
        for place, resolution in found:
            yield slot(name, resolution, place, 0.95 if resolution.decided is not None and not resolution.ask else 0.6)
    for name, value, place in _plain_values(part):
        yield slot(name, value, place)
    for _ in find_actions(fold(part))[:1]:
        yield slot(SlotName.WHAT, part.strip(), (0, len(part)), 0.9)


def _plain_values(part: str) -> Iterator[tuple[SlotName, object, Span]]:
    """Yield sums and values of enumerations."""
    for amount in find_amounts(part):
        if amount.kind is not Kind.QUANTITY:
            yield SlotName.AMOUNT, amount, amount.span
    for name, values in _ENUMS:
        for value in values:
            if (start := part.find(value.value)) >= 0:
                yield name, value, (start, start + len(value.value))


def _changes(piece: _Piece, text: str, resolvers: Resolvers) -> Iterator[Change]:
    new = text[slice(*piece.span)].strip()
    found = list(_values(text, piece.span, resolvers))
    if piece.field:
        exact = next((slot for slot in found if slot.name == piece.field), None)
        yield Change(piece.field, exact, new, piece.span, piece.old)
        return
    named = [slot for slot in found if slot.name is not SlotName.WHAT] or found
    for slot in named:
        yield Change(slot.name, slot, slot.text, slot.span, piece.old)
    if not named:
        yield Change(_field_of_old(piece.old, resolvers), None, new, piece.span, piece.old)


def _field_of_old(old: str, resolvers: Resolvers) -> SlotName | None:
    """把蓝海改成蓝海包装二厂: what the old value is, the unknown new one is too."""
    return next((slot.name for slot in _values(old, (0, len(old)), resolvers)), None) if old else None


def _pieces(folded: str, text: str) -> list[_Piece]:
    for pattern in _PATTERNS:
        match = pattern.search(folded)
        if match:
            groups = match.groupdict()
            field = next((name for name in _FIELDS if groups.get(name.value)), None)
            old = text[slice(*match.span("old"))].strip() if groups.get("old") else ""
            first = _Piece(field, match.span("new"), old)
            return [first, *_following(folded, match.end())]
    return []


def _following(folded: str, start: int) -> Iterator[_Piece]:
    """改成周四，给华东机械: what comes after the comma is changed too, when it says for whom or another change."""
    for clause in re.finditer(r"[^,，。；;！!\n]+", folded[start:]):
        match = _FOLLOWING.match(clause[0])
        change = next((hit for pattern in _PATTERNS[:5] if (hit := pattern.search(clause[0]))), None)
        base = start + clause.start()
        if change:
            field = next((name for name in _FIELDS if change.groupdict().get(name.value)), None)
            yield _Piece(field, (base + change.start("new"), base + change.end("new")), "")
        elif match and _GIVEN.match(clause[0]):
            yield _Piece(None, (base + match.start("new"), base + match.end("new")), "")


def parse_correction(text: str, resolvers: Resolvers) -> Correction | None:
    """Read a correction, or return None. Never raises; spans count characters of the cleaned text.

    Meant for a message that quotes a card or follows one: the caller shows before and after and asks (J8).
    """
    shown = clean(text[:500]).strip()
    folded = fold(shown)
    pieces = _pieces(folded, shown)
    if not pieces:
        return None
    changes = tuple(change for piece in pieces for change in _changes(piece, shown, resolvers))
    codes = find_codes(shown)
    return Correction(changes, codes[0].value if codes else None, bool(_EXPLICIT.match(folded)))
