"""A copy to match grammar on: a person's letters are P, a customer's C, a time's T (the copy has no other capitals).

So a rule says P+ where anybody may stand, and no surname or weekday is taken for a word.
"""

import re
from collections.abc import Iterable

from bot.parse.clause import Side
from bot.parse.sentence.types import Span

NOT_THE_DOER = (
    r"(?<![给跟向对和与同替帮为陪找请把被让由从约见催等问叫带示])(?<![见约][了到过完好着])(?<!拜访)(?<!拜访了)(?<!拜访完)(?<!答应)(?<!答应了)(?<!承诺)(?<!承诺了)(?<!告诉)(?<!联系)(?<!通知)"
    r"(?<!提醒)(?<!认识)(?<!碰到)(?<!遇到)(?<!遇见)(?<![发寄送传甩])(?<!参观)(?<!回复)"
)
THEIR_OFFICE = "采购部?|财务部?|法务部?|院里|校方|老板|领导|董事长|总经理|秘书|集团|总部|技术部|设备科|质检部?|质量部|工程部|使用科室|监理|it|上面|高层"
_THEY = rf"(?:客户|对方|甲方|业主|买方|他们?|她们?|人家|友商|竞品|对手|对家|同行|竞对|别家|另一家|[一-龥]{2}的人|{THEIR_OFFICE}|(?<!P)P+(?!P| (?!说|要|嫌|让|问|催|觉得|答应|讲)))"
_SAYS = r"说|讲|表示|透露|要(?!的)|让|催|答应|承诺|同意|打算|准备|计划|想|希望|问|嫌|反馈|回复|回话|通知|确认|付|打款|签|下单|来电|来人|定"
CUSTOMER_DOES = (
    rf"(?<!C)C+(?:那边|这边|方面|他们|的人)?(?:(?:{THEIR_OFFICE})|(?=T*(?:也|都|又|还|已|刚|再|才|就)?(?:{_SAYS})))"
)
_THEIRS = re.compile(rf"{NOT_THE_DOER}(?:{_THEY})(?!的(?!(?:意思|原话)))|{NOT_THE_DOER}{CUSTOMER_DOES}")
_OURS = re.compile(
    r"(?<![给跟向对和与替帮为请让要叫催问等找发寄传送回带教])(?<!告诉)(?<!通知)(?<!答应)(?<!支持)(?:(?:我们|咱们?|我司|我方|我)(?!司|们?的)|(?:售前|交付|工厂|仓库|厂里|公司)(?=T|会|要|能|说|安排|答应|已|派|这边))"
)


def masked(copy: str, kinds: Iterable[tuple[str, Iterable[Span]]]) -> str:
    """Return the copy with the spans of each kind overwritten by its letter, later kinds giving way to earlier ones."""
    marks = list(copy)
    for letter, spans in kinds:
        for start, end in spans:
            for place in range(start, min(end, len(marks))):
                if marks[place] not in "PCT":
                    marks[place] = letter
    return _QUOTED.sub(lambda match: match[1] + match[2].translate(_CHANGED_SIDES), "".join(marks))


_QUOTED = re.compile(r"((?:客户|对方|他们?|她们?|P+)(?:说|讲|原话)?[:：]\s?)([^。！？!?;；\n]*)")
_CHANGED_SIDES = str.maketrans("我咱你您", "他他我我")  # 孙经理：你们这交期我没法交代
_WITH_HIS_OFFICE = re.compile(
    rf"(?:C+(?:那边|这边)?的?)?(?:{THEIR_OFFICE}|项目经理|总监|副总|院长|主任|负责人|工程师)?的?(?=P)"
)


def with_office(marks: str) -> str:
    """Return the marks with the company and office before a name taken as part of it: 恒信采购赵总."""
    return _WITH_HIS_OFFICE.sub(lambda match: "P" * len(match[0]), marks)


def doer(marks: str) -> Side:
    """Say who the words in front of a verb make its doer; the name nearest to the verb decides."""
    marks = with_office(marks)
    theirs = max((match.end() for match in _THEIRS.finditer(marks)), default=-1)
    ours = max((match.end() for match in _OURS.finditer(marks)), default=-1)
    if theirs < 0 and ours < 0:
        return Side.UNKNOWN
    return Side.THEM if theirs > ours else Side.US
