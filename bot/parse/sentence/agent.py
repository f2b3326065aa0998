"""Whose deed it is: the doer named, the one it is demanded of, the way it goes, who was speaking, its nature — in this order."""

import re
from enum import StrEnum

from bot.parse.action import ActionHit, By
from bot.parse.clause import Side
from bot.parse.sentence.marks import NOT_THE_DOER, THEIR_OFFICE, doer

_US = r"我们?|咱们?|我司|我方|公司|工厂|厂里|你们?"
_THEM = rf"P+|C+|客户|对方|他们?|她们?|人家|{THEIR_OFFICE}"
_DEMAND = re.compile(
    rf"(?:让|叫|催|逼|求|麻烦|拜托|指望|提醒|(?<!不)(?:想让|要求|希望|需要|(?<![只主重首不需还也又都])要(?!是|不)|要(?=我们|咱)|请(?!示|假|款)|盼))(?:着|了)?(?P<whom>{_US}|{_THEM})?"
)
_TO_US = re.compile(
    r"(?:给|发|寄|传|回复?|答复|告诉|通知|交|补|送|付|打|转)(?:给)?(?:我们?(?!们?的|司)|咱们?)|(?:寄|发|传|送|拿|交|带|打|转|汇|签|返|递)(?:回来|过来|回)(?!去)|给个?(?:准信|答复|话)我们?"
)
_TO_THEM = re.compile(
    r"(?:给|向|帮|为|替|陪|回复?|答复|告诉|通知|发|寄|传|送|甩|带|交|补|跟|对)(?:了|给)?(?:客户|对方|甲方|他们?|她们?|人家|P+|C+|您|你们|采购|财务)|(?:发|寄|送|传|带|交|补|递|拿|拉|运)(?:过去|出去|上去|回去|去)"
)
_WAIT = re.compile(r"^(?:就|还|现在|先|得|要|再|正|只能|目前)?等(?!级|于|待时|会|下(?!周|个))")
_SPEAKS = r"说|讲|表示|透露|答应|承诺|保证|反馈|回复|回了?(?![话电来去头信])|通知|告诉|同意|收到|收了|提到|问|介绍"
_THEY_SPEAK = re.compile(rf"{NOT_THE_DOER}(?<!P)(?:{_THEM})[^,，。我咱]{{0,5}}?(?:{_SPEAKS})|^(?:P+|C+|客户|对方)[:：]")
_WE_SPEAK = re.compile(
    rf"(?:我们?|咱们?)[^,，。]{{0,8}}?(?:{_SPEAKS}|没敢|没答应|回去)|^我[:：]|^(?:口头|当场|已经?|也)?(?:答应|承诺|保证|说好)了?(?!给?我)"
)
_SAYS_ON = re.compile(r"^[^,，。PC我咱不没]{0,3}(?:说|讲|表示)(?!明|话)")
_OURS_ONLY = frozenset({"new_quote", "quote", "deliver", "repair", "debug", "install", "train", "demo", "send_sample", "send_person", "invoice", "send_proposal"})  # fmt: skip
"""What only a seller does; the rest may go either way (发合同, 给答复, 打电话)."""


_ASKED_FOR = re.compile(rf"(?:问|跟|找|向|管)(?:{_THEM})要|^催(?:了|一下|下)?(?:{_THEM})")
_HEARSAY = re.compile(r"听(?!我)|据")
_MUST = re.compile(r"必须|务必|一定要|最[晚迟]|得(?=T|在|赶)|不能晚于")


class Voice(StrEnum):
    """Who is speaking when a piece has no doer of its own."""

    THEIRS = "theirs"
    OURS = "ours"
    NOBODYS = "nobody's"


def voice(marks: str, before: Voice) -> Voice:
    """Return who speaks in a piece, given who spoke before it in the sentence."""
    ours = max((one.end() for one in _WE_SPEAK.finditer(marks)), default=-1)
    theirs = max((one.end() for one in _THEY_SPEAK.finditer(marks)), default=-1)
    if ours >= 0 or theirs >= 0:
        return Voice.OURS if ours >= theirs else Voice.THEIRS
    if _SAYS_ON.match(marks):
        return Voice.THEIRS if before is Voice.NOBODYS else before
    return Voice.OURS if doer(marks) is Side.US else before


def waits(marks: str) -> bool:
    """Whether a piece says that we wait for it: 等他们付款."""
    return _WAIT.search(marks) is not None


def to_us(marks: str) -> bool:
    """Whether something comes to us: 发我, 寄回来."""
    return _TO_US.search(marks) is not None


def to_them(marks: str) -> bool:
    """Whether something goes to the customer: 发他, 寄过去."""
    return _TO_THEM.search(marks) is not None


def demanded_of(front: str) -> Side | None:
    """Return of whom the words in front of a verb demand it; UNKNOWN when of nobody named, None when nothing is demanded."""
    hits = list(_DEMAND.finditer(front))
    if not hits:
        return None
    whom = hits[-1]["whom"]
    if whom is None:
        return Side.UNKNOWN
    if re.fullmatch(_US, whom) or (re.fullmatch(THEIR_OFFICE, whom) and doer(front[: hits[-1].start()]) is Side.US):
        return Side.US  # 我让技术确认: an office of ours
    return Side.THEM


def agent(marks: str, hit: ActionHit, speaker: Voice) -> Side:
    """Say whose deed a hit of a piece is."""
    front, by = marks[: hit.span[1] - 1], hit.action.by  # 图纸他周三给: the doer may stand between thing and verb
    named = doer(front)
    if _HEARSAY.match(marks) or (waits(marks) and named is not Side.US):
        return Side.THEM
    demand = demanded_of(front)
    if named is not Side.US and (_ASKED_FOR.search(front) or (demand is Side.UNKNOWN and to_us(marks))):
        return Side.THEM
    if demand in {Side.US, Side.THEM}:
        return demand if demand is Side.US or by is not By.US or hit.action.name not in _OURS_ONLY else Side.US
    if demand is Side.UNKNOWN and by is By.US and named is not Side.US:
        return Side.US
    if by is By.THEM:
        return Side.US if named is Side.US else Side.THEM
    return _by_way(marks, hit, named, speaker)


def _by_way(marks: str, hit: ActionHit, named: Side, speaker: Voice) -> Side:
    if named is Side.US:
        return Side.US
    if to_us(marks):
        return Side.THEM
    if to_them(marks):
        return Side.US
    only_ours = hit.action.name in _OURS_ONLY
    if named is Side.THEM and only_ours:
        return Side.US if _MUST.search(marks) else Side.UNKNOWN
    if named is Side.THEM or (speaker is Voice.THEIRS and not only_ours):
        return Side.THEM
    return Side.US if hit.action.by is By.US else Side.UNKNOWN
