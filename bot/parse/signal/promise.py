"""Promises overheard in notes (M8): 答应月底前派人调试 is ours to the customer; theirs, past and asked ones are not."""

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.parse.action import By, find_actions
from bot.parse.clause import NAME_TITLE, Clause, Side, clauses, subject
from bot.parse.signal import guard
from bot.parse.text import clean

MAX_LENGTH = 2000

_VERB = re.compile(
    r"我(?:说|讲|回)(?!不|没|如果|要是|的|了算|回去|再|考虑)|(?:口头|已经?|也|都|当场|当面|满口|一口)?(?:答应|承诺|保证|许诺|允诺|应承|应允|打了?包票|拍[了着]?胸脯(?:说|保证)?|担保|应下|立了?军令状|夸下海口|许了|打了?保票|表了?态|表态|同意(?=给|为|把|免费|延|降|打|按|先|送))(?:了|过|下来|说|好)?"
    r"|(?:说好|讲好|约好|谈好|说定|讲定|谈定|商定|定好|说妥|讲妥|敲定|约定)(?:了)?|(?:跟|和|向|给|对|回复|告诉)(?:了)?(?:客户|他们?|她们?|对方|采购|厂长|主任|院长|老板|经理|科长|领导|甲方|"
    + NAME_TITLE
    + r")(?:说|讲|回|回复|保证|承诺|答应|表态|确认|敲定|讲定|讲好|约定)(?:了|过|好)?(?:了)?|告诉(?:了)?(?:客户|他们?|对方|"
    + NAME_TITLE
    + ")"
)
_WEAK_VERB = re.compile(
    r"^(?:说好|讲好|约好|谈好|说定|讲定|谈定|商定|定好|说妥|讲妥|敲定|约定|我说|我讲|(?:已|已经)?(?:跟|和|向|给|对|回复|告诉)(?![^,，]*(?:保证|承诺|答应|表态)))"
)
_WE_DO = re.compile(
    r"(?:我们?|咱们?|我方|公司)(?:来|会|就|再|去|亲自|这边|负责|全|都|先|马上|安排|可以|派)?[^,，。不没]{0,8}(?:处理|承担|负责|包|出|送|派|换|修|装|做|发|寄|给|补|安排|解决|垫|去|传|备|调试|培训|讲解|保养)"
    r"|(?:给|帮|替|为)(?:他们?|她们?|客户|对方|您|你们|"
    + NAME_TITLE
    + r")[^,，。不没]{0,12}(?:准数|准信|结|做|出|送|装|换|修|补|备|发|办|留|延|减|免|加|讲|换新|处理)"
    r"|(?<![我咱])给(?:出|到|个|一份|份|一套|套|新|正式){0,2}(?:样品|样机|样|资料|报价|方案|合同|货|发票|图纸|结果|答复|回复|准信|清单|数据|报告|账号|名额|折扣)"
    r"|把[^,，。不没]{1,10}(?:拉|运|搬|带|拿|送|发|寄|传|装|换|修|改|做)"
)
# 今晚我把图纸发您, 坏了我们负责换: said to the customer himself.
_TO_YOU = re.compile(r"您|给你们|帮你们|替你们|为你们|贵司|贵公司|您们")
_CANNOT = re.compile(
    r"[出来做到赶交发装完修供]不(?:来|了|到|上|完|出|及)|没法|没办法|不行|做不到|不可能|不能|未必|不一定|够呛|悬"
)
_SAID_SO = re.compile(
    r"^我?(?:已经?|也|都|当场)?(?:跟|和|向|给|对)?(?:他们?|她们?|客户|对方|人家|"
    + NAME_TITLE
    + r")?(?:已经?)?(?:说过|讲过|说|讲|答应|承诺|保证|应|许)(?:过)?(?:了|下来了?|好了|过了)(?:的)?$"
)
_NOUN = re.compile(
    r"(?:答应|承诺|保证|许诺)(?:过|了|下来)?(?:他们?|客户|对方)?的|承诺(?:书|函|制|清单|登记|规范|率|事项|期限?$|表|单|卡|编号)|(?:服务|质量|售后|交期|价格)承诺|保证(?:金|书|人|函)|登记承诺"
    r"|(?:催|未结|逾期|到期|到期的|登记)(?:的)?承诺|保证(?:不了|得了)|承诺(?:不了|得了)"
)
_NOT_YET = re.compile(
    r"(?:考虑|打算|准备|差点|险些|建议|申请|请示|想|能|可以|敢|肯|愿意?|要|必须|应该|需要|得|会|可能|大概|也许|希望|要求|让|逼|非要|问|求|催|请|看|是否|能否|怎么|谁|轻易|随便|乱|先)"
    r"(?:我们|我|咱们?|你们|公司|客户|要|去|先|给|再){0,3}$"
)
_DEMAND = re.compile(r"(?:要求|希望|想让|想要|让|要|催|请|问|盼|提出|非要|能○能|可○可以)(?:我们|我|咱们?|你们)?")
_ACCEPTED = re.compile(
    r"^(?:我们?|咱们?)?(?:就|也|当场|已经?|都|先)?(?:口头)?(?:答应|同意|应下来?|应承|应|接|许|承诺|保证)(?:了|下来了?|下了|没问题)?(?:他们?|客户|她)?(?:了)?$|^我?(?:说|回)(?:了)?没问题$"
)
_PAST = re.compile(
    r"上次|上回|(?<![天周一二三四五六日号点月底末0-9])(?:之前|以前)|去年|上个?月|上周|上星期|原来|早就|当时|曾经?|那次|历来|向来|一直以来|前年|年初|原本"
)
_DONE = re.compile(
    r"已经?(?:寄|发|给|完成|做|派|办|到|兑现|送|交|装|安排|处理|解决|报)|(?:寄|发|送|办|做|交|装|派|调|给|报|修|换|出)(?:好|完|出去|过去|走|出|到)?了(?!$|个|一个|[一-龥]{1,4}(?:吗|没))|兑现|寄出|完成了|作废|取消|不算"
)
_DONE_AT_END = re.compile(r"(?:寄|发|送|办|做|交|装|派|调|报|修|换)(?:好|完|出去|过去|走|出|到)?了$")
_HEARSAY = re.compile(r"听说|据说|传言|竞品|友商|对手|别家|同行|竞争对手|另一家")
_TO_US = re.compile(r"(?:给|帮|替|为|找|请|来|到|跟|答应|承诺|向)(?:了)?(?:我们|咱们?|我(?!们?的?(?:客户)))")
_TO_THEM = re.compile(
    r"(?:给|帮|替|为|对|答应|承诺|跟|向|陪)(?:了)?(?:客户|对方|他们?|她们?|甲方|业主|" + NAME_TITLE + "|采购)"
)
_DEADLINE = re.compile(
    r"(?:今天|明天|后天|今晚|明早|明晚|下午|中午|晚上|周[一二三四五六日天末]|星期[一二三四五六日天]|礼拜[一二三四五六日天]|月底|月初|月中|年底|年前|节前|季度末|国庆|春节|元旦|下班|[0-9一二三四五六七八九十]+[号日点月]|下周|这周|本周|下个?月|本月|这个?月)"
    r"[^,，。;；]{0,8}?(?:前|之前|以前|之内|以内|内)|[0-9一二两三四五六七八九十半]+个?(?:工作日|天|小时|周|星期|月)(?:之|以)?内"
)
_INSIDE = re.compile(
    r"日报|周报|月报|报销|业绩|目标|打卡|例会|总结|指标|考核|学习|工资|提成|内部|领导交|给(?:领导|主管|财务|公司|陈敏|总部)"
)
_BENEFIT = re.compile(
    r"折|优惠|质保|账期|返点|赠|免费|降|让利|价|期|售后|响应|小时|到位|质量|按时|准时|如期|尽快|最低|独家|延|换|退|保|垫资|多备|复检|检测结果|试用机|先发|先做|寄到|寄出|寄过|发出|做完|修好|改好|送过|装完|装好|上门|派"
)
_FUTURE_SURE = re.compile(r"一定|肯定|务必|马上|立刻|保准|绝对")


class Strength(StrEnum):
    """How openly it was promised."""

    SAID = "said"
    IMPLIED = "implied"


@dataclass(frozen=True)
class Promise:
    """A sentence that looks like our promise to a customer; spans count characters of the cleaned text."""

    text: str
    span: tuple[int, int]
    strength: Strength


def mine_promises(text: str) -> tuple[Promise, ...]:
    """Find our promises to the customer in a note (visit summary, daily report); never raises."""
    shown = clean(text[:MAX_LENGTH])
    copy = guard.matching_copy(shown)
    found: list[Promise] = []
    parts = list(clauses(copy))
    for number, clause in enumerate(parts):
        near = [part for part in parts if part.sentence == clause.sentence]
        before = parts[number - 1] if number and parts[number - 1].sentence == clause.sentence else None
        hit = _promise_at(clause, before, near)
        if hit:
            span, strength = hit
            found.append(Promise(shown[slice(*span)], span, strength))
    return tuple(found)


def _promise_at(clause: Clause, before: Clause | None, near: list[Clause]) -> tuple[tuple[int, int], Strength] | None:
    sentence = "，".join(part.text for part in near)
    if _unreal(sentence, clause.text):
        return None
    if before and _SAID_SO.match(clause.text) and (told := _told_before(clause, near)):
        return (told.span[0], clause.span[1]), Strength.SAID
    if _TO_YOU.search(sentence) and _said_to_you(clause.text):
        return clause.span, Strength.SAID
    if before and _ACCEPTED.match(clause.text) and _DEMAND.search(before.text) and _is_ours(before.text):
        return (before.span[0], clause.span[1]), Strength.SAID
    verb = _VERB.search(clause.text)
    if verb and _is_said(clause, verb, near):
        return _with_content(clause, verb, near), Strength.SAID
    return (clause.span, Strength.IMPLIED) if not verb and _is_implied(clause.text, before) else None


def _told_before(clause: Clause, near: list[Clause]) -> Clause | None:
    """明早我把扫描件传给张经理，跟他说过了: the deed stands before the words that make it a promise."""
    earlier = [part for part in near if part.span[1] <= clause.span[0]]
    deeds = (part for part in earlier if not _CANNOT.search(part.text) and not _TO_US.search(part.text))
    return next((part for part in deeds if _is_ours(part.text) or _WE_DO.search(part.text)), None)


def _said_to_you(clause: str) -> bool:
    """Whether a clause addressed to the customer offers a deed of ours."""
    if (
        _CANNOT.search(clause)
        or _TO_US.search(clause)
        or guard.negated(clause, len(clause), 6)
        or (re.match(r"您|你们", clause) and not re.search(r"我", clause))
    ):
        return False
    offered = _is_ours(clause) or bool(_WE_DO.search(clause))
    return offered and bool(re.search(r"我|咱|给您|发您|给你们|帮您|为您", clause))


def _unreal(sentence: str, clause: str) -> bool:
    """Conditions, questions, hearsay, what was promised long ago, what is done already."""
    return bool(
        guard.hypothetical(clause, len(clause))
        or re.search(r"(?:吗|么|呢)?[?？]$|吗$", clause)
        or (re.search(r"○|是否|能否", clause) and not re.match(r"我?们?(?:已经?|也|当场)?(?:答应|承诺|保证)", clause))
        or _HEARSAY.search(clause)
        or _PAST.search(sentence)
        or _DONE.search(sentence)
        or _DONE_AT_END.search(clause)
    )


def _is_ours(clause: str) -> bool:
    actions = find_actions(clause)
    return any(hit.action.by is not By.THEM for hit in actions) and not all(hit.action.by is By.THEM for hit in actions)


def _is_said(clause: Clause, verb: re.Match[str], near: list[Clause]) -> bool:
    """Whether an open promise (答应…) is ours and names a deed or a benefit."""
    front, rest = clause.text[: verb.start()], clause.text[verb.end() :]
    if _NOUN.search(clause.text) or _NOT_YET.search(front) or guard.negated(clause.text, verb.start(), 8):
        return False
    weak = bool(_WEAK_VERB.match(verb[0]))
    if re.match(r"[^,，]{0,4}[不没](?:能|会|了|再|敢|必|是|要)", rest) and not find_actions(rest):
        return False
    following = [part.text for part in near if part.span[0] >= clause.span[1]][:1]
    content = rest if len(rest) > 1 else "".join(following)
    who = subject(front)
    if _CANNOT.search(content) or ("确认" in verb[0] and not re.search(r"我|咱", content)):
        return False
    if weak and not (_DEADLINE.search(content) or _when(content) or _WE_DO.search(content)):
        return False
    return _ours_by_content(who, verb[0] + rest, content)


def _when(content: str) -> bool:
    return bool(
        re.search(
            r"今天|明天|后天|下周|这周|本周|周[一二三四五六日天]|月底|[0-9一二三四五六七八九十]+[号日点]|下个?月",
            content,
        )
    )


def _ours_by_content(who: Side, said: str, content: str) -> bool:
    """Weigh whom it is for, whose deed it is and who was named in front."""
    actions = find_actions(content)
    if _TO_US.search(said):
        return False
    if who is Side.THEM:
        return bool(_TO_THEM.search(said)) and any(hit.action.by is By.US for hit in actions)
    if actions and actions[0].action.by is By.THEM:
        return who is Side.US and actions[0].action.name == "discount"
    return (
        bool(actions)
        or bool(_WE_DO.search(content))
        or bool(_BENEFIT.search(content))
        or (who is Side.US and bool(_DEADLINE.search(content)))
    )


def _with_content(clause: Clause, verb: re.Match[str], near: list[Clause]) -> tuple[int, int]:
    """Span of the promise; a bare 答应客户， takes the next clause along."""
    following = [part for part in near if part.span[0] >= clause.span[1]]
    bare = not find_actions(clause.text[verb.end() :]) and bool(following)
    return clause.span[0], (following[0] if bare and find_actions(following[0].text) else clause).span[1]


def _is_implied(text: str, before: Clause | None) -> bool:
    """Whether a plain plan is one: our outward deed with a deadline, for the customer (月底前给他们装好)."""
    if not (_DEADLINE.search(text) or _FUTURE_SURE.search(text)) or _INSIDE.search(text) or _TO_US.search(text):
        return False
    actions = [hit for hit in find_actions(text) if hit.action.by is By.US and hit.action.outward]
    if not actions or guard.negated(text, actions[0].span[0], 6):
        return False
    front = text[: actions[0].span[0]]
    if subject(front) is Side.THEM and not _TO_THEM.search(text):
        return False
    if _DEMAND.match(text) or re.search(r"(?:要求|希望|想让|让|催)(?:我们|我)", text):
        return False
    if before is not None and re.search(r"(?:要求|希望|催|让我们)$", before.text):
        return False
    return bool(
        _TO_THEM.search(text) or subject(front) is Side.US or re.search(r"过去|到厂|到现场|上门|派", text)
    ) and bool(_DEADLINE.search(text))
