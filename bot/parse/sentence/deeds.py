"""Deeds: what we will do; a promise when said so or dated with 前, else a next step (M18, P01, P14)."""

import re
from collections.abc import Iterator

from bot.parse.action import ActionHit, find_actions
from bot.parse.clause import Side
from bot.parse.sentence.agent import Voice, demanded_of, to_them, to_us
from bot.parse.sentence.clues import (
    draft,
    earlier,
    how,
    is_question,
    main_deed,
    meets,
    negated,
    ours,
    sum_said,
    thing_before,
)
from bot.parse.sentence.marks import doer
from bot.parse.sentence.plans import called_off, going, time_before
from bot.parse.sentence.reading import Part, Reading, Tense
from bot.parse.sentence.slots import person_slots, time_slot, what_slot
from bot.parse.sentence.types import Draft, DraftKind, Slot, SlotName
from bot.parse.sentence.visits import call_to_make
from bot.parse.signal import Strength, guard

_MEETING = {"visit", "meet"}
_AT_THEIR_PLACE = {"visit", "meet", "send_person", "demo", "debug", "install", "train", "call"}
"""With a planned visit the visit says it all."""

_CALL_AGAIN = re.compile(r"再打(?:过去|一个|给[^,，。]{1,3})?$")
_BARE = re.compile(
    r"(?:寄|发|送|快递|邮|递|甩|推|丢|补|拿|带|捎|传|给|交|提供|出|做|写|改|整理|准备|弄|搞|赶|更新|装|修|换|开|报|上交|提交)"
    r"(?:好|完|出来|齐|到)?(?:了)?(?:一个|一份|一版|一套|一下|个|份|版|下|点|新的|全)?(?:回去|过去|出去|过来|上去|上|掉|给)*"
    r"(?:他们?|她们?|客户|对方|P+|C+|您|邮箱|微信)?(?:一份|一个|看看|看|过目|确认)?(?:了)?(?:$|[。.!！吧啊哈呢])"
)
_TRIES = re.compile(r"争取|尽量|打算|试试|看能|看看能")
_OVER = re.compile(r"[了过完]|已|刚|昨|前天|上周|上个?月|早上|好的")
_SAID = re.compile(
    r"答应|承诺|保证|说好|讲好|许诺|应承|应下|打了?包票|拍了?胸脯|担保|满口应|我说(?:最[晚迟快])?(?=T)|跟(?:他们?|她们?|P+|客户|对方)(?:说|讲)(?:了|过|好)?(?=T|[^,，。]{0,8}(?:肯定|一定|最[晚迟]|绝对|没问题))"
)
_STRONG_DEMAND = re.compile(r"要我|(?:让|叫)(?!利|步|价|他|她|客户|[PC])")
_WISHES = {"discount", "terms"}
_ACCEPTED = re.compile(
    r"^(?:我们?|咱们?)?(?:也|当场|已经|就|当面|先|都)?(?:应下|应了|应|答应|应承|同意|接了|说行|说可以|说没问题|说好)(?:了|下来)*$"
)


def _is_commitment(reading: Reading, part: Part, hit: ActionHit) -> float:
    """Return how surely a planned deed is a promise to the customer, 0 when it is only a plan."""
    promise = reading.promise_over(part.span)
    if _TRIES.search(part.text) and not (promise and promise.strength is Strength.SAID):
        return 0.0
    if (
        (promise and promise.strength is Strength.SAID and not _is_told(part))
        or _said_so(part)
        or _accepted_next(reading, part)
    ):
        return 0.95
    deadline = any(str(time.kind) == "deadline" and _says_before(time.text) for time in part.times)
    goes_himself = hit.action.name == "send_person" and not re.search(r"派|安排", part.text)
    if not (hit.action.outward and deadline) or goes_himself:
        return 0.0
    if demanded_of(part.marks) is not None and not promise:
        return 0.85  # they want it by then; nobody says that we agreed
    return 0.92 if reading.people or reading.customers or promise else 0.8


def _said_so(part: Part) -> bool:
    """我说好明天寄出, 答应他周四发货: promised in the same breath, by us."""
    said = _SAID.search(part.marks)
    if said is None or negated(part, said.start()) or re.search(r"没敢|不敢|没法", part.text):
        return False
    return doer(part.marks[: said.start()]) is not Side.THEM


def _accepted_next(reading: Reading, part: Part) -> bool:
    """样机月底前必须到位，我应下了."""
    following = reading.parts[part.number + 1] if part.number + 1 < len(reading.parts) else None
    open_to_it = part.times or "○" in part.text or demanded_of(part.marks) is not None
    return bool(open_to_it and following and _ACCEPTED.match(following.text))


def _says_before(words: str) -> bool:
    return bool(re.search(r"前|内|之前|以前|最晚|最迟|至迟|截止|不晚于|不超过", words))


def deeds(reading: Reading) -> Iterator[Draft]:
    """Recognise what we will do: a promise when said so or dated with 前, else a next step or a planned visit."""
    last: ActionHit | None = None
    for part in reading.parts:
        hit = _of_what(reading, part, main_deed(part)) or _same_again(reading, part, last)
        last = hit or next(iter(ours(part)), None) or next(iter(part.actions), last)
        asks = is_question(part) and not _accepted_next(reading, part)
        if hit is not None and not asks and not guard.hypothetical(part.text, len(part.text)):
            yield from _deed(reading, part, hit)


def _deed(reading: Reading, part: Part, hit: ActionHit) -> Iterator[Draft]:
    if any(meets(signal.span, part.span) for signal in reading.signals if signal.label == "stall"):
        return
    due = time_slot(SlotName.DUE, part, reading) or time_before(reading, part, SlotName.DUE) or _brought(reading, part)
    sure = _is_commitment(reading, part, hit)
    if part.tense is Tense.DONE and not sure and not _still_today(part) and not call_to_make(reading, part):
        return
    if due is None and not sure and not _is_meant(part, hit):
        return
    if not sure and _owed_to_us(part):
        return
    action = Slot(SlotName.ACTION, hit.action.name, part.shown, part.span, 0.92 if _is_plain(part, hit) else 0.85)
    if (hit.action.name in _AT_THEIR_PLACE or not hit.action.outward) and not sure and going(reading, part) is not None:
        return
    if hit.action.name in _MEETING and not sure:
        if (
            going(reading, part) is None
            and not called_off(reading, part)
            and (part.times or re.search(r"约|准备|打算|计划|安排", part.text))
        ):
            when = time_slot(SlotName.AT, part, reading)
            slots = [*person_slots(reading, part), when, what_slot(part, hit), how(reading, part, hit.span)]
            yield draft(DraftKind.PLAN, reading, part.span, slots)
        return
    kind = DraftKind.COMMITMENT if sure else DraftKind.NEXT_STEP
    slots = [*person_slots(reading, part), what_slot(part, hit), due, action, sum_said(reading, part)]
    yield draft(kind, reading, part.span, slots, sure or (0.92 if due else 0.85))


def _is_told(part: Part) -> bool:
    """上午跟周主任开会聊了下: what took place is no promise, though one is made of the same matter behind."""
    return part.meets is not None and part.tense is not Tense.FUTURE and _SAID.search(part.marks) is None


def _is_plain(part: Part, hit: ActionHit) -> bool:
    """Whether a deed is named in its own clause, and no other of ours beside it."""
    others = {one.action.name for one in ours(part) if one.action.outward} - {hit.action.name}
    return hit in part.actions and not others and hit.action.outward


def _still_today(part: Part) -> bool:
    """我下午传: an hour of today that may be over, but nothing says that the deed is."""
    if re.search(r"先(?:把|去|给)[^,，。]*了$", part.text):
        return True  # 我今天先把发票开了
    return doer(part.marks) is Side.US and not _OVER.search(part.text)


def _is_meant(part: Part, hit: ActionHit) -> bool:
    """Whether a deed without a time is one to do: planned in words, and not merely wished for."""
    if hit.action.name in _WISHES or _wished(part):
        return False
    return part.tense is not Tense.UNKNOWN or (hit.action.outward and _STRONG_DEMAND.search(part.marks) is not None)


def _brought(reading: Reading, part: Part) -> Slot | None:
    """后天去天成，把色卡带给他: what is handed over on a planned visit has its time."""
    before = next(iter(earlier(reading, part)), None)
    if part.times or part.tense is Tense.DONE or before is None or before.tense is not Tense.FUTURE:
        return None
    if going(reading, before) is None and demanded_of(part.marks) is not Side.US:
        return None
    return time_slot(SlotName.DUE, before, reading) if re.search(r"带|捎|送|交|拿|把", part.text) else None


def _owed_to_us(part: Part) -> bool:
    """开票资料蓝海还没给: what they have not given us yet."""
    return bool((part.customers or part.people) and re.search(r"没(?:给|回|付|寄来|发来|发我|传)", part.text))


def _wished(part: Part) -> bool:
    """要提前10天交货, 要降10个点: what the customer would like."""
    return doer(part.marks) is not Side.US and bool(
        re.match(r"[^,，。我咱]{0,6}(?:要|要求|想|希望|必须)", part.text) and not part.times
    )


def _of_what(reading: Reading, part: Part, hit: ActionHit | None) -> ActionHit | None:
    """催样机，26号送到: what arrives is the sample named before."""
    if hit is None or hit.action.name != "deliver" or "货" in part.text:
        return hit
    named = thing_before(reading.marks[: part.place(hit.span)[1]])
    return ActionHit(named.action, hit.span) if named and named.action.name == "send_sample" else hit


_NOTE = re.compile(r"[PCT\s,，、的:：]*")


def _noted(part: Part) -> ActionHit | None:
    """样品 李姐 周四前: a note of the thing, who and when."""
    named = thing_before(part.marks)
    if named is None or not (part.people or part.customers):
        return None
    rest = part.marks[: named.span[0]] + part.marks[named.span[1] :]
    return named if _NOTE.fullmatch(rest) else None


def _same_again(reading: Reading, part: Part, last: ActionHit | None) -> ActionHit | None:
    """还没寄样，明天寄: a bare verb with a time repeats the deed before it, or gives the thing named before it."""
    if not part.times or any(hit.action.name != "follow_up" for hit in part.actions):
        return None
    if last is not None and last.action.name == "call" and (again := _CALL_AGAIN.search(part.text)):
        return ActionHit(last.action, again.span())
    if noted := _noted(part):
        return noted
    match = _BARE.search(part.marks)
    if match is None or negated(part, match.start()) or not _ours_to_give(part, match.start()):
        return None
    start = part.span[0]
    named = thing_before(part.marks[: match.start()]) or thing_before(reading.marks[:start])
    meant = _MENDS.get(match[0][0]) or named or last
    return ActionHit(meant.action, match.span()) if meant else None


_MENDS = {verb: next(iter(find_actions(deed))) for verb, deed in {"换": "更换", "修": "维修", "装": "安装"}.items()}


def _ours_to_give(part: Part, start: int) -> bool:
    front = part.marks[:start]
    named, demand = doer(front), demanded_of(front)
    if demand is Side.US or named is Side.US:
        return True
    if to_us(part.marks) or demand is Side.THEM or (named is Side.THEM and demand is None):
        return False
    return to_them(part.marks) or part.speaker is not Voice.THEIRS or demand is not None
