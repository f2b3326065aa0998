"""Visits: what already took place, with whom and how (M18)."""

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.parse.sentence.clues import draft, how, negated, they_do
from bot.parse.sentence.reading import Part, Reading, Tense
from bot.parse.sentence.slots import nearest_mention, person_slots, time_slot
from bot.parse.sentence.types import Draft, DraftKind, SlotName
from bot.parse.signal import guard

_VISITED = re.compile(
    r"拜访|走访|回访|拜会|登门|陪访|第一次去|刚?从[^,，。]{1,10}(?:出来|回来)|上门[^,，。]{0,10}了|去了?趟|跑了趟|(?:碰|聊|谈|见)(?:了碰|了聊|了谈|了一面)|见的(?:是)?|视频会|视频(?=[^,，。]{0,4}(?:了|聊|开))|打完电话|来电|打电话(?:来|过来)|"
    r"微信(?:上|里|回|说|问)|去[^,，。]{1,8}(?:了(?!吗)|送样|送货|开会|演示|汇报|交流)|在[^,，。]{1,8}(?:现场|开会|演示)|(?:[总工姐哥任理](?:的)?|刚才|刚刚?)(?:来)?电话(?:$|里|说|问)|遇(?:到|见)|(?<![意常可再听看偏])见(?:到|了|过|完|的)?(?!面会|识|效|解|谅|习|证|底|笑|附|图|上)|去(?:了|过)(?!一?下?电话)|到了?(?=[^期货账位手场]{1,8}(?:厂|公司|现场|那边|总部|门店))|跑了|碰(?:到|了|上)|面谈|面聊|"
    r"(?:跟|和|与)[^,，。]{1,10}(?:聊|谈|沟通|交流|吃饭|开了?个?会|喝茶)|从[^,，。]{1,10}回来|请[^,，。]{1,8}吃|(?:打|通)(?:了|完|过)?(?:个|了个|一个)?(?:多小时|半天|好久)?(?:的)?电话|call(?:了|过)|^电话(?=[一-龥]{1,3}(?:总|工|姐|哥|主任|经理|院长))|见(?:了)?(?:个|一)?面|磨了|吃了?(?:个|顿)?饭|电话(?:里|沟通|联系|回访|(?=[一-龥]{1,2}(?:总|工|姐|哥|主任|经理)))|来(?:我们)?(?:公司|厂)"
)


def visits(reading: Reading) -> Iterator[Draft]:
    """Recognise what already took place: 上午见王总; one visit for each customer or day, with how it was done."""
    seen: set[object] = set()
    for part in reading.parts:
        match = _VISITED.search(part.text) or _was_there(part)
        if (
            not match
            or part.tense is Tense.FUTURE
            or negated(part, match.start())
            or guard.hypothetical(part.text, 99)
            or re.search(r"谁(?:有|在|知道|去)|来着$|发我一下", part.text)
        ):
            continue
        if they_do(part, match.start()) and not re.search(r"来|电话|微信", match[0]):
            continue
        named = part.people or part.customers or _just_named(reading, part) or _was_present(reading, part)
        if not named and not re.search(r"拜访|走访|回访|客户|采购|领导|老板", part.text):
            continue
        who = nearest_mention(SlotName.CUSTOMER, reading, part) or nearest_mention(SlotName.CONTACT, reading, part)
        key = who.text if who else None
        if key in seen and not (part.customers and part.times):
            continue
        seen.add(key)
        slots = [*person_slots(reading, part), time_slot(SlotName.AT, _before_what_they_say(part), reading)]
        yield draft(DraftKind.VISIT, reading, part.span, [*slots, how(reading, part, match.span())])


def _before_what_they_say(part: Part) -> Part:
    """刘工说格美上周去演示过: a time behind 说 is not that of our visit."""
    said = re.search(r"说|讲|透露", part.text)
    if said is None:
        return part
    return replace(part, times=tuple(time for time in part.times if time.span[0] - part.span[0] < said.start()))


def _was_there(part: Part) -> re.Match[str] | None:
    """上午10:00-11:30在恒立液压: a place and an hour that is over."""
    for (start, _), _who in part.customers:
        if part.times and part.text[: start - part.span[0]].endswith("在"):
            return re.compile("在").search(part.text, start - part.span[0] - 1)
    return None


def _was_present(reading: Reading, part: Part) -> bool:
    """上周五视频会，王总也在: who took part is named behind."""
    following = reading.parts[part.number + 1] if part.number + 1 < len(reading.parts) else None
    return bool(following and following.people and re.search(r"(?:都|也)?(?:在|参加了?|出席了?|来了)$", following.text))


def _just_named(reading: Reading, part: Part) -> bool:
    """华东机械王总，上午见的: the name stands in the clause before."""
    before = reading.parts[part.number - 1] if part.number else None
    return bool(before and before.sentence == part.sentence and (before.people or before.customers))
