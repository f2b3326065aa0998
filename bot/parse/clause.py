"""Sentences and clauses with their places, and who a clause is about."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

_SENTENCE = re.compile(r"[^。！？!?;；\n]+[。！？!?;；]?")
_CLAUSE = re.compile(r"[^,，。！？!?;；\n\s]+(?:(?<=[a-z0-9])[ ](?=[a-z0-9])[^,，。！？!?;；\n\s]+)*[？?]?")

_SURNAME = (
    "[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧肖程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟"
    "汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温"
    "季俞章鲁葛伍韦申尤毕聂焦向柳邢骆岳齐庄涂尚莫单仇解查区房裴宫娄滕冉霍凌欧司詹关童祝左柯阮桂耿鲍凤蓝车]"
)
_TITLE = "(?:总(?!价|部|共|体|额|是|算|之|结)|工(?!作|厂|程|期|具|业|资|艺)|姐|哥|主任|经理|老板|厂长|院长|科长|处长|部长|书记|会计|老师|总监|董|校长|所长|局长|女士|先生)"
NAME_TITLE = f"(?:{_SURNAME}{_TITLE}|[老小]{_SURNAME})"
_THEIR_NAMES = rf"(?:客户|对方|甲方|他们|她们|人家|采购|业主|买方|他|她|领导|老板|院长|主任|厂长|财务|总经理|董事长|友商|竞品|对手|对家|同行|竞对|别家|另一家|{NAME_TITLE})"
_OUR_NAMES = r"(?:我们|咱们|咱|我司|我方|公司|我|售前|交付|技术部|工厂)"
_TO = r"(?<![给跟向对和与替帮为陪见约找请把被让由从同])(?<!拜访)(?<!答应)(?<!承诺)(?<!告诉)"
_THEIRS = re.compile(_TO + _THEIR_NAMES)
_OURS = re.compile(r"(?<![给跟向对和与替帮为请让要叫催问])" + _OUR_NAMES + r"(?!的领导)")


_BREATHLESS = 24  # nobody writes so long a clause; dictated text has no commas
_SHORT = 4
_TURN = re.compile(
    r"然后|接着|(?<![让要叫请])(?:他|她)(?:们|那边|这边)?说|(?<![说要])让(?:我们?|咱们?)|顺便|另外|还有就是|不过|但是|所以"
)


class Side(StrEnum):
    """Whose deed a clause tells."""

    US = "us"
    THEM = "them"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Clause:
    """A stretch between commas or blanks; `span` counts characters of the whole text."""

    text: str
    span: tuple[int, int]
    sentence: int


def pauses(text: str) -> Iterator[Clause]:
    """Cut a folded text at its commas and blanks, numbered by sentence."""
    for number, sentence in enumerate(_SENTENCE.finditer(text)):
        for match in _CLAUSE.finditer(text, *sentence.span()):
            yield Clause(match[0], match.span(), number)


def clauses(text: str) -> Iterator[Clause]:
    """Cut a folded text into clauses; what is spoken without a pause is cut where a new thought begins."""
    for clause in pauses(text):
        for start, end in _thoughts(text, *clause.span):
            yield Clause(text[start:end], (start, end), clause.sentence)


def _thoughts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    if end - start >= _BREATHLESS:
        for turn in _TURN.finditer(text, start + _SHORT, end - _SHORT):
            if turn.start() - start >= _SHORT:
                yield start, turn.start()
                start = turn.start()
    yield start, end


def subject(text: str) -> Side:
    """Say who the part of a clause in front of its verb is about; the name nearest to the verb decides."""
    theirs = [match.end() for match in _THEIRS.finditer(text)]
    ours = [match.end() for match in _OURS.finditer(text)]
    if not theirs and not ours:
        return Side.UNKNOWN
    return Side.THEM if max(theirs, default=-1) > max(ours, default=-1) else Side.US
