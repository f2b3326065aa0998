"""What was done: money that came, a contract signed, a quote out, a promise kept (M18)."""

import re
from collections.abc import Iterator

from bot.parse.action import ActionHit, By
from bot.parse.clause import Side, subject
from bot.parse.code import CodeKind, find_codes
from bot.parse.sentence.clues import PAY_NOUN, amount_next, draft, is_question, negated
from bot.parse.sentence.reading import Part, Reading, Tense
from bot.parse.sentence.slots import amount_slot, person_slots, time_slot, what_slot
from bot.parse.sentence.types import Draft, DraftKind, Slot, SlotName
from bot.parse.signal import guard

_PAID = re.compile(
    r"(?:到账|到帐|入账|收到(?!.{0,4}(?:发票|合同|样|货|资料|短信|消息|邮件))|打过来|转过来|付了|打了|转了|汇了|付过来|付清|结清|已付|已打|回款(?!计划|方式))"
)


_SIGNED = re.compile(
    r"合同[^,，。不没未]{0,6}签(?:了|好|完|回|下)|签(?:了|好了|完了|下了?)[^,，。]{0,4}(?:合同|协议|单)|已签(?:约|合同)|签约(?:了|成功|完成)|^签了"
)


_SIGNED_WHOM = re.compile(r"签(?:了|下了?)(?!字|到|收)")


_QUOTED = re.compile(
    r"报价[^,，。不没未]{0,8}(?:发|给|报|提交|传|交)?(?:了|过去|出去)|(?:报|发|出|给)了[^,，。不没]{0,8}(?:报价|价)|报价[^,，。不没未]{0,12}已(?:发|给|报|传)|报了\s?[0-9一二三四五六七八九十两百.]+"
)


_CODE_ALONE = re.compile(r"(?:单号|快递|顺丰|中通|圆通|申通|编号|运单号?|快递单号|物流)?[:： ]?[a-z#][a-z0-9-]{4,}$")


def done(reading: Reading) -> Iterator[Draft]:
    """Recognise what was done: money that came, a contract signed, a quote out, a promise kept (样品寄了 SF…)."""
    for part in reading.parts:
        codes = find_codes(reading.text[part.span[0] : _end_with_code(reading, part)])
        code = [Slot(SlotName.CODE, one.value, one.value, part.place(one.span), 0.97) for one in codes[:1]]
        paid, signed, quoted = (pattern.search(part.text) for pattern in (_PAID, _SIGNED, _QUOTED))
        who = person_slots(reading, part)
        when = time_slot(SlotName.AT, part, reading)
        amount = amount_slot(part) or amount_next(reading, part)
        if is_question(part) or (part.tense is Tense.FUTURE and not codes):
            continue
        if paid and PAY_NOUN.search(part.text) and not negated(part, paid.start()) and not _is_our_payment(part):
            yield draft(DraftKind.PAYMENT, reading, part.span, [*who, amount, when, *code])
        elif (
            (signed or (part.customers and _SIGNED_WHOM.search(part.text)))
            and not negated(part, part.text.find("签"))
            and not guard.hypothetical(part.text, len(part.text))
        ):
            yield draft(DraftKind.CONTRACT, reading, part.span, [*who, amount, when, *code])
        elif quoted and not negated(part, quoted.start()) and subject(part.text[: quoted.end()]) is not Side.THEM:
            yield draft(DraftKind.QUOTE, reading, part.span, [*who, amount, when])
        elif hit := _finished(part, parcel=any(one.kind is CodeKind.PARCEL for one in codes)):
            action = Slot(SlotName.ACTION, hit.action.name, part.shown, part.span, 0.92)
            yield draft(DraftKind.DONE, reading, part.span, [*who, what_slot(part, hit), action, when, *code])


def _end_with_code(reading: Reading, part: Part) -> int:
    """样品寄了，单号SF1392210: a clause that only names a code belongs to the one before it."""
    following = reading.parts[part.number + 1] if part.number + 1 < len(reading.parts) else None
    alone = following and _CODE_ALONE.match(following.text)
    return following.span[1] if following and alone else part.span[1]


def _is_our_payment(part: Part) -> bool:
    return bool(re.search(r"我(?:们)?(?:付|打|转|汇|垫)", part.text))


def _finished(part: Part, *, parcel: bool) -> ActionHit | None:
    """Return the outward deed of ours a clause says is done: 样品寄了, 资料已发."""
    hits = [hit for hit in part.actions if hit.action.by is By.US and hit.action.outward]
    if not hits or part.side is Side.THEM or negated(part, hits[0].span[0]):
        return None
    start, end = hits[0].span
    around = part.text[max(0, start - 3) : end + 5]
    return hits[0] if parcel or re.search(r"了(?!吗|没)|已|完成|完毕|搞定|好了", around) else None
