"""What looks like time and is none: names of customers and people, streets, models, lists (convention 10)."""

import re
from collections.abc import Iterable
from typing import Protocol

__all__ = ["MASK", "NameFinder", "fold", "goes_on", "is_part_of_a_name", "mask_names"]

MASK = "\ufffc"
_WIDE = {ord("０") + digit: ord("0") + digit for digit in range(10)}
_SIGNS = dict(
    zip(
        "：／．－～〜（），　\u00a0週點號後禮兩個內鐘時節幾開來萬億\u2013\u2014\u2212",
        ":/.-~~(),  周点号后礼两个内钟时节几开来万亿---",
        strict=True,
    )
)
_FOLD = str.maketrans({**{chr(wide): chr(narrow) for wide, narrow in _WIDE.items()}, **_SIGNS, "）": ")"})


class NameFinder(Protocol):
    """Finds known customer and contact names in a text (an index of many names is built once and shared)."""

    def spans(self, text: str) -> Iterable[tuple[int, int]]:
        """Return start and end of every name found."""
        ...


def fold(text: str) -> str:
    """Return the text with one sign for each of several look-alikes; positions stay the same."""
    return text.translate(_FOLD)


def mask_names(text: str, names: "Iterable[str] | NameFinder") -> str:
    """Return the text with every known name covered, of the same length."""
    if isinstance(names, str):
        names = (names,)
    covered = _BRANDS.sub(lambda found: MASK * len(found[0]), text)
    spans = getattr(names, "spans", None)
    if spans is not None:
        for start, end in spans(text):
            covered = covered[:start] + MASK * (end - start) + covered[end:]
        return covered
    for name in sorted({each for each in names if each and each in text}, key=len, reverse=True):  # type: ignore[union-attr]
        covered = covered.replace(name, MASK * len(name))
    return covered


# Well-known names that hold a time word; any other name is to be given as a known one.
_BRANDS = re.compile(
    "周六福|周大福|周大生|今日头条|今日资本|周末画报|十月初五|十月妈咪|五月花|六月天|半月谈|每日优鲜|每日黑巧|明日之星|七天连锁|七天酒店|清明上河|九月森林|八月照相馆|元旦堂|七点半奶茶|明天系|双十一装饰"
)
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷"
    "钱汤尹黎易常武乔贺赖龚文欧阳单仇解查区"
)
_TITLE = r"(?:总监|总(?!结|部|价|额|体|共|监|的|是|算|要)|经理|主任|工(?!作|程|厂|地|商|期|会|业)|姐|哥|老师|先生|女士|小姐|老板|店长|科长|处长|部长|院长|董(?!事会)|厂长|校长|主管|医生|同学|师傅|阿姨|大姐|大哥|会计|队长|书记|局长|所长)"
_TRADE = (
    r"(?:头条|五金|酒业|餐饮|食品|连锁|装饰|装修|设计|工作室|传媒|文化|杂志|周刊|刊(?!登|发|印)|报社|早报|晚报|日报社|商贸|贸易|实业|股份|有限|电器|家具|家居|建材|机械|化工|医药|药业|药房|大药房|超市|便利店|便利|"
    r"饭店|酒楼|酒店|宾馆|客栈|茶楼|茶叶|奶茶|烘焙|烘培|蛋糕|面包|科技|网络|信息|软件|电子|光电|能源|环保|生物|教育|培训学校|幼儿园|中学|小学|大学|地产|置业|物业|物流|速运|快递|服饰|服装|鞋业|纺织|印刷|包装|广告|咨询|"
    r"投资|资本|基金|证券|保险|银行|影视|影院|影业|健身|美容|美发|养生|口腔|诊所|医疗|医院|农业|农场|牧业|渔业|集团|制药|制造|重工|汽车|汽修|车行|租车|旅行社|旅游|山庄|花园|家园|公寓|小区|大厦|广场|商城|商场|市场(?!部)|大道|路(?!上|演|过|径|程|由|线)|街|巷|礼盒|月饼|糕|粽|饼|礼品|礼物|福利|礼包|大礼|慰问|团购|控股|国际|优鲜|鲜(?!花节)|生鲜|乐园|牧场|果园|花店|书店|"
    r"文具|文创|户外|体育|宠物|母婴|童装|影楼|摄影|婚庆|茶业|酒庄|酒坊|烟酒|火锅|烧烤|小吃|面馆|咖啡|谈(?!判|下|一|价|谈|妥|好|合)|谈文化|公社|联盟)"
)
_VERB = r"去来到给跟和与约见发交送寄回在要把向对报签开拜谈打付收等完做改看请先就再还都也会能将安下上出进的之前后内我你他她它咱您让由被从带找问说听叫帮提准备拿用走过参加搞定推催确认"
# Words that may also be (part of) a name; anything longer or with a clock is surely a time.
_NAMELIKE = re.compile(
    r"(?:今日|今天|明天|明日|昨天|昨日|后天|当日|今年|明年|[一二三四五六七八九十\d]+[天日]|[一二三四五六七八九十\d]+月[一二三四五六七八九十]*[日号]?|[一二三四五六七八九十\d]+点|周[一二三四五六日]|五一|六一|八一|七一|十一|三八|"
    r"双十一|双11|双12|双十二|618|初[一二三四五六七八九十]|半月|早点|春节|中秋|端午|元宵|元旦|国庆|清明|七夕|重阳|除夕|圣诞|腊八|小年|情人节?|母亲节?|父亲节?|第?[一二三四]季度?|一周|周末|早上|早晨|清晨|黎明|傍晚|晚上|深夜|午后|凌晨|正午|晌午|上半年|未来|[一二三四五六七八九十\d]+年|双休日|正月|腊月|元月|上旬|中旬)节?"
)
_HARD = re.compile(rf"[^{_VERB}\s,，。;；:：、!！?？()\ufffc]{{0,2}}?{_TRADE}")
_FIRM = re.compile(r"[^的\s,，。去来到给跟]{0,2}?(?:集团|公司|店(?!里|内|庆|铺)|厂(?!里|区|内))")
_TO_WHOM = re.compile(r"(?:给|跟|向|找|和|被|对|把|替|陪|帮|与|访|叫|是|客户|认识|联系)$")
_PERSON = re.compile(rf"[^{_SURNAMES}{_VERB}\s\W]{_TITLE}")
_OWN_TITLE = re.compile(_TITLE)


# 现今年轻人, 说明天线, 当下周转: the word ends inside another one.
_GOES_ON = re.compile(
    r"(?<=[今明去前]年)(?:轻|纪|龄)|(?<=明天)线|(?<=后天)(?:性|形成)|(?<=周)[转期密折围岁旋遭]|(?<=[上下本这个]月)[台饼球嫂]|(?<=点)[评赞击]"
)


def goes_on(text: str, end: int) -> bool:
    """Say whether what looks like a time ends inside another word."""
    return _GOES_ON.match(text, end) is not None


def is_part_of_a_name(text: str, start: int, end: int) -> bool:
    """Say whether a lone short time word is rather a piece of an unknown firm's or person's name."""
    word, before, after = text[start:end], text[max(0, start - 4) : start], text[end : end + 8]
    if word.startswith("周") and re.search(r"[老小阿姓叫][\s]?$", before):
        return True
    if not _NAMELIKE.fullmatch(word):
        return False
    if _HARD.match(after):
        return True
    if _TO_WHOM.search(before) and _FIRM.match(after):
        return True
    if word.startswith("周") and _PERSON.match(after):
        return True
    return _TO_WHOM.search(before) is not None and _OWN_TITLE.match(after) is not None and word[0] == "周"
