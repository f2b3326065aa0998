"""Days named by number, by numeric date, or from today."""

import re
from dataclasses import replace
from datetime import date, timedelta

from bot.parse.time.atom import NUMERALS, atom
from bot.parse.time.match import Grain, Note
from bot.parse.time.months import years_around
from bot.parse.time.numerals import to_int
from bot.parse.time.period import INVALID, Frame, Period, Style, add_months, day, month_of, nearest

__all__ = ["ATOMS"]

_DAY_NUMBER = r"[0-3]?\d|[一二三四五六七八九]|[一二]?十[一二三四五六七八九]?|三十一?|廿[一二三四五六七八九]?"
# A bare number after a month is a day only when nothing counts with it: 11月25打款, not 11月25万 or 11月3个.
_COUNTED = r"\d.万亿千百元块个台家单套件人次点时:：%折倍月年周天位条款公吨箱kKwW/\-"
# 国庆路88号, 3号楼, 5号线, 第2号: numbers that are no days.
_PLACE = r"(?:楼|线|机|店|门|库|仓|院|厂|车间|会议室|桌|窗|柜|馆|桥|井|员工|选手|工位|电池|文件|令|产品|样品|码|段|位|房|室|铺|展位|展台|展厅|公馆|地块|订单|合同|标段|包|车|料|色|模|轴|泵|炉|油|汽油|柴油|钢|字|角|卡)"
# 1-3号, 15到20日: the first number borrows the sign of the second.
_UP_TO_DAY = rf"(?=\s?(?:-|到|至|~|、|和|或)\s?(?:{_DAY_NUMBER})[日号])"
_DAYS = {
    **dict.fromkeys(("今天", "今日", "今儿个", "今儿", "今"), 0),
    **dict.fromkeys(("明天", "明日", "明儿个", "明儿", "明", "翌日", "次日", "隔天", "听日", "聽日"), 1),
    **dict.fromkeys(("后天", "后日", "后儿个", "后儿"), 2),
    **dict.fromkeys(("大后天", "大后日", "大后儿"), 3),
    **dict.fromkeys(("大大后天",), 4),
    **dict.fromkeys(("昨天", "昨日", "昨儿个", "昨儿", "昨", "寻日"), -1),
    **dict.fromkeys(("前天", "前日", "前儿个", "前儿"), -2),
    **dict.fromkeys(("大前天", "大前日", "大前儿"), -3),
    **dict.fromkeys(("大大前天",), -4),
    **dict.fromkeys(("当天", "当日"), 0),
}
_NAMES = "|".join(sorted((name for name in _DAYS if len(name) > 1), key=len, reverse=True))


def make_day(year: int, month: int, number: int) -> Period:
    """Return a day, or the invalid period when the month has no such day."""
    try:
        return day(date(year, month, number))
    except ValueError:
        return INVALID


@atom(
    rf"(?P<d>{_DAY_NUMBER})(?:[日号](?!{_PLACE})|{_UP_TO_DAY}|(?P<bare>)(?![{_COUNTED}日号一二三四五六七八九十]))",
    continues=NUMERALS,
)
def _day_of_month(found: re.Match[str], frame: Frame, within: Period | None) -> Period | None:
    """Return a day number inside a month that was said."""
    number = to_int(found["d"])
    if within is None or within.grain is not Grain.MONTH or number is None or not 1 <= number <= 99:
        return None
    if number > 31:
        return INVALID
    made = make_day(within.first.year, within.first.month, number)
    return made if within.fixed or made.invalid else _without_year(made, within, frame)


def _without_year(made: Period, month: Period, frame: Frame) -> Period:
    """Choose the year for 1月15日: the next such day; one lately over is kept as the other reading and asked about."""
    candidates = [make_day(year, month.first.month, made.first.day) for year in years_around(frame)]
    return nearest([each for each in candidates if not each.invalid], frame) or made


@atom(
    r"(?<![\d.第])(?P<m>\d{1,3})月份?的?(?P<d>\d{1,3})[日号](?!\d)|(?<![\d第型编路街道巷弄单楼.])(?P<late>3[2-9]|[4-9]\d)号(?=\s?(?:之前|以前|前(?![台门排])))"
    r"|(?<![\d.第])(?P<month>1[3-9]|十[三四五六七八九])月(?:[一二三四五六七八九十]{1,3}[日号])?(?![龄饼嫂球])",
    opens=NUMERALS,
)
def _no_such_day(found: re.Match[str], _frame: Frame, within: Period | None) -> Period | None:
    """13月45日, 0月5日, 32号前, 十三月五日: said like a day and none; never the 3月 or 5日 inside it."""
    if found["late"] or found["month"]:
        return INVALID if within is None else None
    month, number = int(found["m"]), int(found["d"])
    possible = 1 <= month <= 12 and 1 <= number <= 31
    return None if within is not None or possible else INVALID


@atom(
    rf"(?<![\d第型编路街道巷弄单.])(?P<d>{_DAY_NUMBER})(?:[日号](?!{_PLACE})|(?<![\-~]\d)(?<![\-~]\d\d){_UP_TO_DAY})",
    opens=NUMERALS,
)
def _bare_day(found: re.Match[str], frame: Frame, within: Period | None) -> Period | None:
    """15号: this month, or the next one when it is over (language.md convention 8)."""
    number = to_int(found["d"])
    if within is not None or number is None or not 1 <= number <= 31:
        return None
    start = frame.today.replace(day=1)
    months = [add_months(start, shift) for shift in (-2, -1, 0, 1, 2)]
    made = [each for month in months if not (each := make_day(month.year, month.month, number)).invalid]
    before = [each for each in made if each.first <= frame.today]
    after = [each for each in made if each.first >= frame.today]
    if frame.past:
        return before[-1]
    chosen = replace(after[0], fixed=False)
    skipped = (chosen.first.year, chosen.first.month) > (add_months(start, 1).year, add_months(start, 1).month) or (
        number > month_of(start.year, start.month).last.day
    )
    if skipped:
        return chosen.unsure()
    return replace(chosen, others=(before[-1],), note=Note.ROLLED) if chosen.first.month != start.month else chosen


_BEFORE_NUMERIC = r"(?<![A-Za-z0-9.\-/:：￥¥$+=×xX*#_])"


@atom(
    _BEFORE_NUMERIC + r"(?P<y>20\d\d)(?P<sep>[-/. ])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})日?(?![\dA-Za-z/.\-])",
    opens=NUMERALS,
)
def _full_numeric(found: re.Match[str], _frame: Frame, within: Period | None) -> Period | None:
    if within is not None:
        return None
    return make_day(int(found["y"]), int(found["m"]), int(found["d"]))


@atom(_BEFORE_NUMERIC + r"(?P<y>20\d\d)[-/.](?P<m>0[1-9]|1[0-2])(?![\dA-Za-z/.\-])", opens=NUMERALS)
def _year_month(found: re.Match[str], _frame: Frame, within: Period | None) -> Period | None:
    """2026-03, as queries write it."""
    return month_of(int(found["y"]), int(found["m"])) if within is None else None


@atom(
    _BEFORE_NUMERIC + r"(?P<a>\d{1,2})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<y>(?:19|20)\d\d)(?![\dA-Za-z/.\-])",
    opens=NUMERALS,
)
def _foreign_numeric(found: re.Match[str], _frame: Frame, within: Period | None) -> Period | None:
    """10/31/2026, 31.10.2026: month and day in the order that fits; asked about when both do."""
    year, one, two = int(found["y"]), int(found["a"]), int(found["b"])
    orders = [(one, two)] if one == two else [(one, two), (two, one)]
    fits = [
        made for month, number in orders if 1 <= month <= 12 and not (made := make_day(year, month, number)).invalid
    ]
    if within is not None or not fits:
        return None
    return fits[0] if len(fits) == 1 else fits[0].unsure(*fits[1:])


_NOT_UNIT = (
    r"(?![\dA-Za-z%％‰:：]|[\-/~](?!\d{1,2}[/.]\d{1,2}(?!\d))|\.\d|\s*(?:万|亿|千|百|元|块|折|日|号|倍|米|寸|公|吨|斤|度|分|秒|小时|个|成|版|代|期|点|天|周|年|月|人|台|家|套|件|次|的|"
    r"单|条|页|版本|升|平|位|系列|型|批|箱|盒|瓶|份|款|克|毫|厘|级|层|楼|栋|室|座|℃|吋|英寸))"
)
# A dotted date stands by itself or after a word of time: 2.6上会, 改到2.6; not 比例2.6, 价格:1.8.
_ALONE = r"(?:(?<![^\s,，。;；:、!！?？()在于从至\-~到])(?<![^改推延挪定提顺]到))"
_MEASURED = re.compile(
    r"(?:价|额|率|比|例|费|数|量|重|长|宽|高|厚|径|版本|型号|规格|尺寸|温度|浓度|分|值|[vV])格?[:是为\s]*$"
)


@atom(
    _BEFORE_NUMERIC + rf"(?P<m>\d{{1,2}})(?P<sep>[-/])(?P<d>\d{{1,2}})(?:(?<=/\d)日|(?<=/\d\d)日)?{_NOT_UNIT}",
    opens=NUMERALS,
    continues=NUMERALS,
)
def _slash_numeric(found: re.Match[str], frame: Frame, within: Period | None) -> Period | None:
    """1/28, 11-12. A single digit on both sides may be a fraction or a span: asked about."""
    return _numeric(found, frame, within, sure=len(found["m"]) + len(found["d"]) > len("11"))


@atom(
    _BEFORE_NUMERIC + _ALONE + rf"(?P<m>\d{{1,2}})\.(?P<d>\d{{1,2}})日?{_NOT_UNIT}", opens=NUMERALS, continues=NUMERALS
)
def _dotted_numeric(found: re.Match[str], frame: Frame, within: Period | None) -> Period | None:
    """2.6 may always be an amount."""
    if _MEASURED.search(found.string[max(0, found.start() - 6) : found.start()]):
        return None
    return _numeric(found, frame, within, sure=False)


def _numeric(found: re.Match[str], frame: Frame, within: Period | None, *, sure: bool) -> Period | None:
    month, number = int(found["m"]), int(found["d"])
    if within is not None and within.grain is not Grain.YEAR:
        return None
    if "/" in found[0] and number <= 12 < month <= 31 and (month, number) != (24, 7):
        month, number = number, month  # 28/1: there is no 28th month
    if not (1 <= month <= 12 and 1 <= number <= 31):
        return None
    if within is not None:
        return make_day(within.first.year, month, number)
    candidates = [each for year in years_around(frame) if not (each := make_day(year, month, number)).invalid]
    if not candidates:
        return INVALID
    chosen = nearest(candidates, frame)
    return chosen if chosen is None or sure else replace(chosen, ambiguous=True, confidence=0.7)


@atom(
    rf"(?P<name>{_NAMES})(?!津)|(?P<name2>[今明昨后])(?=[早晚晨夜](?!点[^\d一二三四五六七八九十]|餐|会|饭|宴))",
    opens="今明昨后前大当翌次隔听聽寻",
)
def _named_day(found: re.Match[str], frame: Frame, within: Period | None) -> Period | None:
    name = found["name"] or found["name2"]
    if within is not None:
        return None
    made = day(frame.today + timedelta(days=2 if name == "后" else _DAYS[name]))
    return replace(made, confidence=0.75) if name in {"当天", "当日", "次日", "翌日", "隔天"} else made


@atom(r"(?P<two>今明两天|明后两天|明后天|今明天|今明)(?![年早晚])", opens="今明")
def _two_days(found: re.Match[str], frame: Frame, within: Period | None) -> Period | None:
    if within is not None:
        return None
    first = frame.today + timedelta(days=0 if found["two"][0] == "今" else 1)
    return Period(first, first + timedelta(days=1), Grain.DAY, Style.PLAIN)


ATOMS = (
    _no_such_day,
    _day_of_month,
    _bare_day,
    _full_numeric,
    _year_month,
    _foreign_numeric,
    _slash_numeric,
    _dotted_numeric,
    _named_day,
    _two_days,
)
