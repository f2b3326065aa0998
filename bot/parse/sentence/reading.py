"""A text taken apart once, for all recognisers: clauses with their deeds, times, people, tense and whose deed it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.parse.action import ActionHit, By, find_actions
from bot.parse.clause import Side, subject
from bot.parse.money import Amount, find_amounts
from bot.parse.sentence.agent import Voice, voice
from bot.parse.sentence.contacts import contact
from bot.parse.sentence.marks import masked
from bot.parse.sentence.segments import segments
from bot.parse.sentence.types import Mention, Mentions, Span, Times
from bot.parse.signal import Promise, RuleSet, Signal, built_in, guard, mine_promises
from bot.parse.text import clean

MAX_LENGTH = 1000  # one spoken or typed message; longer notes go through the review form


class Tense(StrEnum):
    """When a clause's deed happens."""

    DONE = "done"
    FUTURE = "future"
    UNKNOWN = "unknown"


_PROMISED = re.compile(r"(?:答应|承诺|保证|约|定|说好|约好|讲好|谈好|商量好|安排|计划|同意)(?:好)?了?")
_DONE = re.compile(
    r"已经?|刚刚?(?!性)|昨天|昨晚|前天|上周|上个?月|今早|早上|了(?!解|吗|没|不)|过(?=$|[,，。]|一次|两次|几次|王|李|张|[^来去几]?[总工])|完毕|完成"
)
_FUTURE = re.compile(
    r"明天|明早|明晚|后天|下周|下个?月|下次|下礼拜|下星期|要(?!求|是|价|账|合同)|(?<![开议例周大展频话机社协学工晚年])会(?!议|见|面|上|诊)|准备|打算|计划|安排|约好?|待|将|再(?!三)|尽快|马上|回头|争取|答应|承诺|保证|务必|一定|记得|需要?|得(?=发|寄|去|给|做|跟|找|约|报|送|补|问)|等会|晚点|稍后|接下来|下一步|后续|后面|去(?=拜访|见|做|装|看|演示|调试)|过去(?!了)|该|还没|还差|过来|(?<=[得要])回去(?=问|跟|请示|申请|查|改|做|整理|就)"
)
_WENT = re.compile(r"(?:拜访|见|聊|谈|跑|碰)过(?!去|来|几天|两天|了?年|完)")
_FUTURE_TIME_KINDS = {"deadline", "open_end"}


@dataclass(frozen=True)
class Part:
    """One clause and all that stands in it; every span counts characters of the whole cleaned text."""

    text: str  # folded, A-not-A masked
    marks: str  # the same with names and times masked by a letter
    shown: str
    span: Span
    sentence: int
    number: int
    actions: tuple[ActionHit, ...]
    times: tuple[Any, ...]
    amounts: tuple[Amount, ...]
    customers: tuple[Mention, ...]
    people: tuple[Mention, ...]
    tense: Tense
    opening: Tense  # the same of the words before 说: 电话里说还没好 tells of a talk that took place
    side: Side
    speaker: Voice
    meets: re.Match[str] | None  # where people meet or talk, in `marks`

    def place(self, span: Span) -> Span:
        """Turn a span of this clause into one of the whole text."""
        return self.span[0] + span[0], self.span[0] + span[1]


@dataclass(frozen=True)
class Reading:
    """The whole message, taken apart."""

    text: str
    copy: str
    marks: str  # the copy with names and times masked by a letter
    parts: tuple[Part, ...]
    customers: tuple[Mention, ...]
    people: tuple[Mention, ...]
    times: tuple[Any, ...]
    signals: tuple[Signal, ...]
    doubtful: tuple[Signal, ...]  # heard by a phrase the other words of the message do not bear out
    empty: tuple[Signal, ...]
    promises: tuple[Promise, ...]

    def promise_over(self, span: Span) -> Promise | None:
        """Return the promise that overlaps a span."""
        return next((p for p in self.promises if p.span[0] < span[1] and span[0] < p.span[1]), None)


def nobody(text: str) -> Sequence[Mention]:
    """Name no one: the resolver of a caller who has none."""
    del text
    return ()


@dataclass(frozen=True)
class Resolvers:
    """What a caller injects; spans they return count characters of the text they are given."""

    times: Times
    customers: Mentions = nobody
    people: Mentions = nobody
    rules: RuleSet | None = None
    now: datetime | None = None


def _inside(span: Span, outer: Span) -> bool:
    return outer[0] <= span[0] < outer[1]


def _may_be_over(time: Any, now: datetime | None) -> bool:
    """Whether an hour may be this morning's: 上午10点 said in the afternoon, with nothing of the future beside it."""
    others = getattr(time, "alternatives", ()) if str(time.note) == "rolled" or str(time.kind) == "range" else ()
    return bool(now and any(one.start and one.start <= now for one in others))


def _tense(text: str, times: Sequence[Any], now: datetime | None) -> Tense:
    if _WENT.search(text):
        return Tense.DONE
    bare = _PROMISED.sub("约", text)
    started = [time.start for time in times if time.start is not None and not _may_be_over(time, now)]
    if times and all(_may_be_over(time, now) for time in times) and not _FUTURE.search(bare):
        return Tense.DONE
    if any(str(time.kind) in _FUTURE_TIME_KINDS for time in times) or (now and any(start > now for start in started)):
        return Tense.FUTURE
    if _DONE.search(bare):
        return Tense.DONE
    if now and started and all(start < now for start in started) and not _FUTURE.search(bare):
        return Tense.DONE
    return Tense.FUTURE if _FUTURE.search(text) else Tense.UNKNOWN


SAYS = r"(?<!小)说(?!明|服)|问(?!题)|讲(?!解|方案|标)|嫌|反馈|抱怨|投诉|透露|催|担心|表示"
_DAYPART = re.compile(r"上午|下午|中午|晚上|早上|傍晚|[0-9一二三四五六七八九十两]+点半?")


def _carried(tense: Tense, times: Sequence[Any], before: Part | None) -> Tense:
    """明天上午去蓝海，下午去恒信: an hour alone is of the day named before."""
    if before is None or before.tense is not Tense.FUTURE or not before.times or not times:
        return tense
    return Tense.FUTURE if all(_DAYPART.fullmatch(time.text) for time in times) else tense


_THEY_GIVE = re.compile(r".(?:他们?|她们?|客户|对方)[^,，。]{0,6}(?:给|发|寄|付|交|传)$")  # 图纸他周三给


def _side(text: str, actions: Sequence[ActionHit]) -> Side:
    """Who does the first deed: whoever is named before it; else the one it belongs to by nature."""
    if not actions:
        return subject(text)
    first = actions[0]
    named = subject(text[: first.span[0]])
    if named is Side.UNKNOWN and _THEY_GIVE.search(text[slice(*first.span)]):
        return Side.THEM
    if named is not Side.UNKNOWN:
        return named
    return {By.US: Side.US, By.THEM: Side.THEM, By.BOTH: Side.UNKNOWN}[first.action.by]


def _without(text: str, mentions: Sequence[Mention]) -> str:
    """Blank out customers, so that 蓝海刘姐 is not read as a lady called 蓝海刘."""
    for (start, end), _ in mentions:
        text = text[:start] + "\ufffc" * (end - start) + text[end:]
    return text


_TAKEN_BACK = re.compile(r"[\s,，。]*(?:不对|哦不|噢不|不不|说错了?|错了|记错了?|不是|应该是|哦是)[\s,，是]*")


def _meant(text: str, times: tuple[Any, ...]) -> tuple[Any, ...]:
    """Leave out a time that is taken back: 明天 不对 后天下午去蓝海."""
    ordered = sorted(times, key=lambda one: one.span)
    following = [*ordered[1:], None][: len(ordered)]
    return tuple(
        one
        for one, other in zip(ordered, following, strict=True)
        if other is None or not _TAKEN_BACK.fullmatch(text[one.span[1] : other.span[0]])
    )


def read(text: str, resolvers: Resolvers) -> Reading:
    """Take a message apart; never raises on any text."""
    shown = clean(text[:MAX_LENGTH]).strip()
    copy = guard.matching_copy(shown).replace("别忘了", "记得要").replace("别忘", "记得")
    customers = tuple(resolvers.customers(shown))
    people = tuple(resolvers.people(_without(shown, customers)))
    times, amounts = _meant(shown, tuple(resolvers.times(shown))), find_amounts(shown)
    names = [span for span, _ in customers], [span for span, _ in people]
    spans = [time.span for time in times]
    marks = masked(copy, (("C", names[0]), ("P", names[1]), ("T", spans)))
    parts: list[Part] = []
    for number, piece in enumerate(segments(copy, marks, [*spans, *names[0], *names[1]])):
        here = tuple(time for time in times if _inside(time.span, piece.span))
        signs = marks[slice(*piece.span)]
        actions = find_actions(piece.text)
        before = parts[-1] if parts and parts[-1].sentence == piece.sentence else None
        opening = re.split(SAYS, piece.text, maxsplit=1)[0]
        parts.append(
            Part(
                text=piece.text,
                marks=signs,
                shown=shown[slice(*piece.span)],
                span=piece.span,
                sentence=piece.sentence,
                number=number,
                actions=actions,
                times=here,
                amounts=tuple(amount for amount in amounts if _inside(amount.span, piece.span)),
                customers=tuple(one for one in customers if _inside(one[0], piece.span)),
                people=tuple(one for one in people if _inside(one[0], piece.span)),
                tense=_carried(_tense(piece.text, here, resolvers.now), here, before),
                opening=_tense(
                    opening, [one for one in here if one.span[0] < piece.span[0] + len(opening)], resolvers.now
                ),
                side=_side(piece.text, actions),
                speaker=voice(signs, before.speaker if before else Voice.NOBODYS),
                meets=contact().search(signs),
            )
        )
    rules = resolvers.rules or built_in("signals")
    signals = rules.find(shown)
    sure = {signal.label for signal in signals}
    doubtful = tuple(one for one in rules.by_phrases.find(shown) if one.label not in sure)
    return Reading(
        shown, copy, marks, tuple(parts), customers, people, times, signals, doubtful, built_in("empty_phrases").find(shown),
        mine_promises(shown),
    )  # fmt: skip
