"""The recognisers: each claims the clauses it understands with drafts. A new kind of record is one more function."""

import re
from collections.abc import Callable, Iterator

from bot.parse.action import ActionHit, By
from bot.parse.clause import Side, subject
from bot.parse.code import CodeKind, find_codes
from bot.parse.money import Kind
from bot.parse.sentence.reading import Part, Reading, Tense
from bot.parse.sentence.slots import amount_slot, nearest_mention, person_slots, time_slot, what_slot
from bot.parse.sentence.types import Draft, DraftKind, Slot, SlotName, Span
from bot.parse.sentence.words import OBJECTION_CUES, OBJECTION_OF_SIGNAL, PROGRESS_CUES
from bot.parse.signal import Strength, guard

Recogniser = Callable[[Reading], Iterator[Draft]]

_VISITED = re.compile(
    r"拜访|走访|回访|拜会|登门|陪访|第一次去|见(?:到|了|过|完|的)?(?!面会|识|效|解|谅|习|证|底|笑|附|图|上)|去(?:了|过)(?!一?下?电话)|到了?(?=[^期货账位手场]{1,8}(?:厂|公司|现场|那边|总部|门店))|跑了|碰(?:到|了|上)|面谈|面聊|"
    r"(?:跟|和|与)[^,，。]{1,10}(?:聊|谈|沟通|交流|吃饭|开了?个?会|喝茶)|从[^,，。]{1,10}回来|请[^,，。]{1,8}吃|打了?(?:个)?电话|通了?(?:个)?电话|电话(?:里|沟通|联系|回访|(?=[一-龥]{1,2}(?:总|工|姐|哥|主任|经理)))|来(?:我们)?(?:公司|厂)"
)
_MODES = ((re.compile(r"电话|通话|语音|微信|视频"), "电话"), (re.compile(r"开了?个?会|会议"), "会议"))
_MEETING = {"visit", "meet"}
_TO_SEE = re.compile(r"见|拜访|去|跟|和|约")
_PAID = re.compile(
    r"(?:到账|到帐|入账|收到(?!.{0,4}(?:发票|合同|样|货|资料|短信|消息|邮件))|打过来|转过来|付了|打了|转了|汇了|付过来|付清|结清|已付|已打|回款(?!计划|方式))"
)
_PAY_NOUN = re.compile(r"款|钱|账|帐|定金|订金|首付|预付|尾款|万|元|金额|流水|回单")
_SIGNED = re.compile(
    r"合同[^,，。不没未]{0,6}签(?:了|好|完|回|下)|签(?:了|好了|完了|下了?)[^,，。]{0,4}(?:合同|协议|单)|已签(?:约|合同)|签约(?:了|成功|完成)|^签了"
)
_SIGNED_WHOM = re.compile(r"签(?:了|下了?)(?!字|到|收)")
_QUOTED = re.compile(
    r"报价[^,，。不没未]{0,8}(?:发|给|报|提交|传|交)?(?:了|过去|出去)|(?:报|发|出|给)了[^,，。不没]{0,8}(?:报价|价)|报价[^,，。不没未]{0,12}已(?:发|给|报|传)|报了\s?[0-9一二三四五六七八九十两百.]+"
)
_SAYING = re.compile(r"(?:说|讲|表示|原话|透露)\s*[:：]?\s*[“\"「]?([^。；;\n]{4,80})")
_SEND_VERB = re.compile(r"(?:寄|发|送|给|交|出|补|传|装|报)(?:过去|出去|过来|给(?:他们?|客户|对方))?(?:$|[。.!！吧])")
_DEMANDED = re.compile(r"(?:要求|希望|想让|想要|让|要|催|请|叫|盼|需要)(?:我们?|咱们?|你们)?")
_CODE_ALONE = re.compile(r"(?:单号|快递|顺丰|中通|圆通|申通|编号|运单号?|快递单号|物流)?[:： ]?[a-z#][a-z0-9-]{4,}$")
_NOT_DONE = re.compile(r"(?:都|也|一直|暂时)?(?:还没|没有?|未|不用|不能|不了)")


def _draft(kind: DraftKind, reading: Reading, span: Span, slots: list[Slot | None], confidence: float = 0.92) -> Draft:
    return Draft(kind, tuple(slot for slot in slots if slot), span, reading.text[slice(*span)], confidence)


def _negated(part: Part, start: int) -> bool:
    return guard.negated(part.text, start, 8)


def visits(reading: Reading) -> Iterator[Draft]:
    """Recognise what already took place: 上午见王总; one visit for each customer or day, with how it was done."""
    seen: set[object] = set()
    for part in reading.parts:
        match = _VISITED.search(part.text)
        if (
            not match
            or part.tense is Tense.FUTURE
            or _negated(part, match.start())
            or guard.hypothetical(part.text, 99)
        ):
            continue
        if part.side is Side.THEM and not re.search(r"来", match[0]):
            continue
        named = part.people or part.customers or _just_named(reading, part)
        if not named and not re.search(r"拜访|走访|回访|客户|采购|领导|老板", part.text):
            continue
        who = nearest_mention(SlotName.CUSTOMER, reading, part)
        key = (who.text if who else None) if not part.customers else part.customers[0][0]
        if key in seen:
            continue
        seen.add(key)
        mode = next((name for pattern, name in _MODES if pattern.search(part.text)), "拜访")
        slots = [*person_slots(reading, part), time_slot(SlotName.AT, part, reading)]
        how = Slot(SlotName.MODE, mode, reading.text[slice(*part.place(match.span()))], part.place(match.span()), 0.92)
        yield _draft(DraftKind.VISIT, reading, part.span, [*slots, how])


def _just_named(reading: Reading, part: Part) -> bool:
    """华东机械王总，上午见的: the name stands in the clause before."""
    before = reading.parts[part.number - 1] if part.number else None
    return bool(before and before.sentence == part.sentence and (before.people or before.customers))


def _ours(part: Part) -> Iterator[ActionHit]:
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


def _main_deed(part: Part) -> ActionHit | None:
    hits = [hit for hit in _ours(part) if not _undone(part, hit)]
    outward = sorted((hit for hit in hits if hit.action.outward), key=lambda hit: hit.action.name == "send_person")
    return next(iter(outward or hits), None)


def _undone(part: Part, hit: ActionHit) -> bool:
    """没寄样, 样品还没寄, 报价还没发."""
    start, end = hit.span
    return _negated(part, start) or bool(_NOT_DONE.search(part.text[start:end]) or _NOT_DONE.match(part.text, end))


def _is_commitment(reading: Reading, part: Part, hit: ActionHit) -> float:
    """Return how surely a planned deed is a promise to the customer, 0 when it is only a plan."""
    promise = reading.promise_over(part.span)
    if promise and promise.strength is Strength.SAID:
        return 0.95
    deadline = any(str(time.kind) == "deadline" and _says_before(time.text) for time in part.times)
    if not (hit.action.outward and deadline):
        return 0.0
    return 0.92 if reading.people or reading.customers or promise else 0.8


def _says_before(words: str) -> bool:
    return bool(re.search(r"前|内|之前|以前", words))


def _is_question(part: Part) -> bool:
    return bool(re.search(r"[?？]$|吗$|○|能否|是否|要不要|怎么", part.text))


def deeds(reading: Reading) -> Iterator[Draft]:
    """Recognise what we will do: a promise when said so or dated with 前, else a next step or a planned visit."""
    last: ActionHit | None = None
    for part in reading.parts:
        hit = _main_deed(part) or _same_again(part, last)
        last = hit or next(iter(_ours(part)), last)
        if hit is None or _is_question(part) or guard.hypothetical(part.text, len(part.text)):
            continue
        promise = reading.promise_over(part.span)
        if any(_meets(signal.span, part.span) for signal in reading.signals if signal.label == "stall"):
            continue
        if part.tense is Tense.DONE and not (promise and promise.strength is Strength.SAID):
            continue
        due = time_slot(SlotName.DUE, part, reading)
        sure = _is_commitment(reading, part, hit)
        if part.tense is Tense.UNKNOWN and due is None and not sure:
            continue
        action = Slot(SlotName.ACTION, hit.action.name, part.shown, part.span, 0.92)
        if hit.action.name in _MEETING and not sure:
            when = time_slot(SlotName.AT, part, reading)
            yield _draft(DraftKind.PLAN, reading, part.span, [*person_slots(reading, part), when, what_slot(part, hit)])
            continue
        kind = DraftKind.COMMITMENT if sure else DraftKind.NEXT_STEP
        slots = [*person_slots(reading, part), what_slot(part, hit), due, action]
        yield _draft(kind, reading, part.span, slots, sure or 0.92)


def _meets(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _same_again(part: Part, last: ActionHit | None) -> ActionHit | None:
    """还没寄样，明天寄: a bare verb with a time repeats the deed before it."""
    if last is None or not part.times or part.actions:
        return None
    match = _SEND_VERB.search(part.text)
    return ActionHit(last.action, match.span()) if match and not _negated(part, match.start()) else None


def awaited(reading: Reading) -> Iterator[Draft]:
    """Recognise what the customer said they will do, with its date: 王总答应下周三付款."""
    for part in reading.parts:
        theirs = [hit for hit in part.actions if hit.action.by is By.THEM and not _negated(part, hit.span[0])]
        if not theirs or part.tense is not Tense.FUTURE or part.side is Side.US or _is_question(part):
            continue
        if _main_deed(part) or guard.hypothetical(part.text, len(part.text)):
            continue
        what = Slot(SlotName.WHAT, theirs[0].action.title, part.shown, part.span, 0.92)
        if theirs[0].action.name == "come":
            when = time_slot(SlotName.AT, part, reading)
            yield _draft(DraftKind.PLAN, reading, part.span, [*person_slots(reading, part), when, what])
            continue
        if any(pattern.search(part.text) for pattern in PROGRESS_CUES.values()):
            continue
        slots = [*person_slots(reading, part), time_slot(SlotName.DUE, part, reading)]
        yield _draft(DraftKind.AWAITED, reading, part.span, [*slots, what], 0.85)


def done(reading: Reading) -> Iterator[Draft]:
    """Recognise what was done: money that came, a contract signed, a quote out, a promise kept (样品寄了 SF…)."""
    for part in reading.parts:
        codes = find_codes(reading.text[part.span[0] : _end_with_code(reading, part)])
        code = [Slot(SlotName.CODE, one.value, one.value, part.place(one.span), 0.97) for one in codes[:1]]
        paid, signed, quoted = (pattern.search(part.text) for pattern in (_PAID, _SIGNED, _QUOTED))
        who = person_slots(reading, part)
        when = time_slot(SlotName.AT, part, reading)
        amount = amount_slot(part) or _amount_next(reading, part)
        if _is_question(part) or (part.tense is Tense.FUTURE and not codes):
            continue
        if paid and _PAY_NOUN.search(part.text) and not _negated(part, paid.start()) and not _is_our_payment(part):
            yield _draft(DraftKind.PAYMENT, reading, part.span, [*who, amount, when, *code])
        elif (
            (signed or (part.customers and _SIGNED_WHOM.search(part.text)))
            and not _negated(part, part.text.find("签"))
            and not guard.hypothetical(part.text, len(part.text))
        ):
            yield _draft(DraftKind.CONTRACT, reading, part.span, [*who, amount, when, *code])
        elif quoted and not _negated(part, quoted.start()) and subject(part.text[: quoted.end()]) is not Side.THEM:
            yield _draft(DraftKind.QUOTE, reading, part.span, [*who, amount, when])
        elif hit := _finished(part, parcel=any(one.kind is CodeKind.PARCEL for one in codes)):
            action = Slot(SlotName.ACTION, hit.action.name, part.shown, part.span, 0.92)
            yield _draft(DraftKind.DONE, reading, part.span, [*who, what_slot(part, hit), action, when, *code])


def _end_with_code(reading: Reading, part: Part) -> int:
    """样品寄了，单号SF1392210: a clause that only names a code belongs to the one before it."""
    following = reading.parts[part.number + 1] if part.number + 1 < len(reading.parts) else None
    alone = following and _CODE_ALONE.match(following.text)
    return following.span[1] if following and alone else part.span[1]


def _is_our_payment(part: Part) -> bool:
    return bool(re.search(r"我(?:们)?(?:付|打|转|汇|垫)", part.text))


def _amount_next(reading: Reading, part: Part) -> Slot | None:
    """报价发了，86万: the sum may stand in the next clause when nothing else is said there."""
    following = reading.parts[part.number + 1] if part.number + 1 < len(reading.parts) else None
    if following is None or following.actions or len(following.text) > 12:
        return None
    return amount_slot(following)


def _finished(part: Part, *, parcel: bool) -> ActionHit | None:
    """Return the outward deed of ours a clause says is done: 样品寄了, 资料已发."""
    hits = [hit for hit in part.actions if hit.action.by is By.US and hit.action.outward]
    if not hits or part.side is Side.THEM or _negated(part, hits[0].span[0]):
        return None
    start, end = hits[0].span
    around = part.text[max(0, start - 3) : end + 5]
    return hits[0] if parcel or re.search(r"了(?!吗|没)|已|完成|完毕|搞定|好了", around) else None


def objections(reading: Reading) -> Iterator[Draft]:
    """Recognise what the customer objects to: price and delivery from the signals, the rest from cues (V06)."""
    seen = set()
    for signal in reading.signals:
        category = OBJECTION_OF_SIGNAL.get(signal.label)
        if category:
            seen.add(category)
            slot = Slot(SlotName.CATEGORY, category, signal.text, signal.span, 0.95)
            yield _draft(DraftKind.OBJECTION, reading, signal.span, [slot], 0.95)
    for category, pattern in OBJECTION_CUES.items():
        match = pattern.search(reading.copy)
        if match and category not in seen and not guard.negated(reading.copy, match.start(), 6):
            slot = Slot(SlotName.CATEGORY, category, reading.text[slice(*match.span())], match.span(), 0.92)
            yield _draft(DraftKind.OBJECTION, reading, match.span(), [slot])


def signals(reading: Reading) -> Iterator[Draft]:
    """Recognise the other customer signals (F09); a competitor gets its own kind, with what it did."""
    for signal in reading.signals:
        if signal.label in OBJECTION_OF_SIGNAL:
            continue
        kind = DraftKind.COMPETITOR if signal.label == "competitor" else DraftKind.SIGNAL
        slot = Slot(SlotName.CATEGORY, signal.label, signal.text, signal.span, 0.92)
        part = next((one for one in reading.parts if one.span[0] <= signal.span[0] < one.span[1]), None)
        share = None
        if kind is DraftKind.COMPETITOR and part:
            share = amount_slot(part, Kind.PERCENT) or amount_slot(part)
        yield _draft(kind, reading, signal.span, [slot, share])


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
        yield _draft(DraftKind.PROGRESS, reading, match.span(), [slot, words], 0.85)


def empty_phrases(reading: Reading) -> Iterator[Draft]:
    """Recognise claims without evidence (V11)."""
    for found in reading.empty:
        slot = Slot(SlotName.CATEGORY, found.label, found.text, found.span, 0.95)
        yield _draft(DraftKind.EMPTY_PHRASE, reading, found.span, [slot], 0.95)


RECOGNISERS: tuple[Recogniser, ...] = (visits, objections, deeds, awaited, done, signals, progress, empty_phrases)
