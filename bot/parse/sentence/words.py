"""The enumerations of a visit review and a daily report (V06, V07, D02, D03), with the words that hint at each."""

import re
from collections.abc import Mapping
from enum import StrEnum


class Goal(StrEnum):
    """What a visit was for (V07)."""

    CONTACT = "建立联系"
    ADVANCE = "推进方案"
    CLOSE = "促成签约"
    OBJECTION = "处理异议"
    FEEDBACK = "收集反馈"


class Breakthrough(StrEnum):
    """What moved in a visit (V06)."""

    PRICE = "价格让步"
    DELIVERY = "交付周期"
    CUSTOM = "定制方案"
    SERVICE = "服务承诺"


class Objection(StrEnum):
    """What the customer objects to (V06, several at once)."""

    PRICE = "价格"
    DELIVERY = "交期"
    FEATURE = "功能"
    PAYMENT = "付款"
    SERVICE = "服务"
    DECISION = "决策链"
    RIVAL = "竞品"


class Progress(StrEnum):
    """A step of the customer that needs the customer's own words as proof (D03)."""

    TIME = "明确采购时间"
    BUDGET = "确认预算范围"
    TECHNICIAN = "引入技术负责人"


class ReportAction(StrEnum):
    """What a rep did today (D02)."""

    VISIT = "客户拜访"
    PROPOSAL = "方案发送"
    CONTRACT = "合同推进"
    RIVAL = "竞对反馈"
    INSIDE = "内部协同"


Cues = Mapping[StrEnum, tuple[tuple[int, str], ...]]

GOAL_CUES: Cues = {
    Goal.CLOSE: (
        (3, r"签约|签合同|签单|下单|付款|首付|定金|盖章|促成|成交|走合同|发合同|谈合同|合同条款"),
        (2, r"新报价|报价|嫌贵|价格|让价|折扣|商务|账期|预算"),
    ),
    Goal.ADVANCE: (
        (3, r"演示|讲方案|方案汇报|宣讲|技术交流|样机|试用|测试|poc|推进方案|打样|图纸|技术协议"),
        (1, r"方案|需求|样品|参数"),
    ),
    Goal.CONTACT: (
        (4, r"第一次|初次|首次|初访|认识|陌拜|加了?微信|换了?名片|名片|新客户|建立联系|引荐|混个脸熟|拜码头"),
    ),
    Goal.OBJECTION: (
        (4, r"投诉|处理异议|解释|安抚|道歉|整改|返修|质量问题|出了?问题|退货|索赔"),
        (1, r"担心|顾虑|质疑|异议|不满"),
    ),
    Goal.FEEDBACK: ((4, r"回访|使用情况|收集反馈|反馈|满意度|调研|用得怎么样|使用效果|听听意见|试用情况"),),
}
BREAKTHROUGH_CUES: Cues = {
    Breakthrough.CUSTOM: (
        (
            3,
            r"(?:认可|同意|通过|接受|看好|满意|确认|敲定|定了)[^,，。]{0,6}(?:方案|设计|图纸|配置)|(?:方案|设计|图纸)[^,，。不没]{0,6}(?:认可|同意|通过|没问题|满意|敲定|定了|过了)|定制|非标|按(?:他们|客户)的?要求改",
        ),
    ),
    Breakthrough.PRICE: (
        (
            3,
            r"(?:同意|接受|答应|认可)[^,，。]{0,6}(?:价|折)|(?:价格|报价)[^,，。不没]{0,6}(?:谈妥|谈拢|谈好|接受|认可|没问题|定了|让|松)|降(?:了|到|价)|让(?:了|价|利)|打[0-9一二三四五六七八九]+折|优惠了",
        ),
    ),
    Breakthrough.DELIVERY: (
        (
            3,
            r"(?:交期|货期|工期|交付|交货|到货)[^,，。不没]{0,8}(?:缩短|提前|接受|确认|没问题|谈妥|同意|定了|压缩)|(?:同意|接受|确认)[^,，。]{0,6}(?:交期|货期|工期|交付)",
        ),
    ),
    Breakthrough.SERVICE: ((3, r"质保|维保|驻场|售后|响应时间|免费(?:培训|维护|安装|换)|培训|上门服务|备件"),),
}
OBJECTION_OF_SIGNAL = {"price": Objection.PRICE, "delivery": Objection.DELIVERY}
OBJECTION_CUES: Mapping[Objection, re.Pattern[str]] = {
    Objection.FEATURE: re.compile(
        r"(?:功能|性能|参数|质量|稳定性|精度|效果|兼容|接口|配置|技术|速度|噪音|材质|尺寸|规格)[^,，。不没]{0,6}(?:不行|不够|达不到|满足不了|不满足|不稳定|不如|有疑问|有质疑|质疑|差|太少|太低|跟不上|不达标|不符合|有问题|担心)"
        r"|(?:担心|怕|质疑|怀疑|嫌)[^,，。]{0,6}(?:功能|性能|质量|稳定性|精度|效果|兼容|接口|故障|噪音|不耐用|不稳定|坏)|功能质疑|达不到要求|满足不了需求|破损|划痕|划伤|磕碰|瑕疵|变形|掉色|异响|漏水|不良品|要退(?:货|[两二三一几0-9]+(?:箱|台|件|批))|开裂|生锈|掉漆|漏油|漏液|次品|残次|尺寸不对|规格不对|型号不对|发错|质量问题|出(?:了)?故障|老坏|又坏了|坏了|不支持|不兼容|精度不够|误差|噪音大|不合格(?!率)"
    ),
    Objection.PAYMENT: re.compile(
        r"(?:账期|付款方式|付款条件|付款比例|预付|首付|垫资|押金|质保金)[^,，。]{0,8}(?:太短|短|不同意|不接受|接受不了|有异议|太高|比例高|谈不拢|延长|不行|压力)|(?:要|希望|要求|能○能|可○可以|想)[^,，。]{0,6}(?:账期|月结|季结|分期|货到付款|压款|押款|后付款|先货后款|承兑)|(?:账期|付款|预付|尾款)[^,，。]{0,6}(?:要|想要|坚持|非要)[^,，。]{0,6}(?:天|个月|%|成)|先发货后付款|没谈拢账期"
    ),
    Objection.SERVICE: re.compile(
        r"(?:售后|服务|维护|维修|响应)[^,，。]{0,6}(?:不放心|不及时|跟不上|慢|没保障|差|担心|有顾虑|不满)|(?:担心|怕|顾虑|质疑|嫌)[^,，。]{0,6}(?:售后|服务|维护|维修|响应|没人管)|(?:售后|热线|客服|服务|报修|维修|工程师)[^,，。]{0,6}(?:没人接|太慢|没人管|没人理|打不通|找不到人|推诿|不理|拖|迟迟不来|来得慢|没回音)|(?:质保|保修)[^,，。]{0,6}(?:太短|短了|不够|只有)|要[^,，。]{0,6}[0-9一二三四五六七八九十]+年(?:质保|保修)"
    ),
    Objection.DECISION: re.compile(r"决策链未明|不知道谁(?:拍板|决策|定)|找不到(?:拍板|决策)"),
}
PROGRESS_CUES: Mapping[Progress, re.Pattern[str]] = {
    Progress.TIME: re.compile(
        r"(?:明确|确定|确认|敲定|定|给|透露|告诉|说)了?[^,，。]{0,6}(?:采购|招标|立项|上线|开标|启动)(?:的)?时间|(?:采购|招标|立项|开标)时间[^,，。不没]{0,4}(?:定|明确|确定|确认|是|在)"
        r"|(?:计划|预计|准备|打算|定在|确定)[^,，。]{0,8}(?:启动|开始|走|挂)?(?:招标|采购|开标|立项)"
    ),
    Progress.BUDGET: re.compile(
        r"(?:明确|确定|确认|敲定|透露|给|摸清|问到|告诉)了?[^,，。]{0,6}(?:预算)(?:范围|区间|金额|数)?|预算(?:范围|区间|大概|大约|差不多|是|在|有|约|定|批了|控制在){1,3}[^,，。不没]{0,4}[0-9一二三四五六七八九十百两]"
    ),
    Progress.TECHNICIAN: re.compile(
        r"(?:引入|引荐|介绍|拉|带|约|见|接触|对接|加)(?:到|了|上|来|进)*[^,，。]{0,5}(?:技术(?:负责人|总监|部|主管|经理|评估人|的?人)|总工|工程部|研发(?:负责人|总监|经理|部))|技术(?:负责人|总监)[^,，。不没]{0,4}(?:参加|到场|来了|进群|加入|参与)"
    ),
}
REPORT_ACTION_CUES: Mapping[ReportAction, re.Pattern[str]] = {
    ReportAction.VISIT: re.compile(r"客户拜访|拜访(?:了)?(?:客户)?|走访|回访|见了?"),
    ReportAction.PROPOSAL: re.compile(r"方案发送|发送?了?方案|方案|发了?报价|报价"),
    ReportAction.CONTRACT: re.compile(r"合同推进|推进合同|合同|签约"),
    ReportAction.RIVAL: re.compile(r"竞对反馈|竞品反馈|竞对动态|竞品动态|竞对|竞品|友商|对手"),
    ReportAction.INSIDE: re.compile(r"内部协同|内部协调|内部沟通|内部|协同|协调"),
}


def best_cue(text: str, cues: Cues) -> tuple[StrEnum, float, tuple[int, int]] | None:
    """Weigh the cues in a folded text: the likeliest value, how sure, and where its strongest cue stands."""
    scores: list[tuple[float, StrEnum, tuple[int, int]]] = []
    for value, rows in cues.items():
        named = re.search(re.escape(value.value), text)
        if named:
            return value, 0.98, named.span()
        hits = [(weight, match.span()) for weight, pattern in rows for match in [re.search(pattern, text)] if match]
        if hits:
            scores.append((sum(weight for weight, _ in hits), value, max(hits)[1]))
    if not scores:
        return None
    scores.sort(key=lambda row: -row[0])
    total = sum(row[0] for row in scores)
    return scores[0][1], round(0.5 + 0.35 * scores[0][0] / total, 2), scores[0][2]
