"""Years, halves, quarters, months, and the beginning, middle and end of each."""

import re
from dataclasses import replace
from datetime import timedelta

from bot.parse.time.atom import NUMERALS, RELATIVES, atom
from bot.parse.time.match import Grain
from bot.parse.time.numerals import to_int
from bot.parse.time.numerals import year_of as read_year
from bot.parse.time.period import (
    Frame,
    Period,
    Style,
    add_months,
    month_of,
    nearest,
    quarter_of,
    week_of,
    year_of,
)

__all__ = ["ATOMS", "SHIFT", "month_number", "years_around"]

_CN = "一二三四五六七八九"
MONTH_NUMBER = r"1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九]|元"
SHIFT = {
    **dict.fromkeys(("本", "这", "这个", "这一", "这一个", "当", "今"), 0),
    **dict.fromkeys(("下", "下个", "下一", "下一个", "次"), 1),
    **dict.fromkeys(("下下", "下下个", "后个", "大后个"), 2),
    **dict.fromkeys(("下下下", "下下下个"), 3),
    **dict.fromkeys(("上", "上个", "上一", "上一个", "前一", "前一个"), -1),
    **dict.fromkeys(("上上", "上上个"), -2),
    **dict.fromkeys(("上上上", "上上上个"), -3),
}
RELATIVE = r"(?P<rel>下下下个?|下下个?|下一?个?|上上上个?|上上个?|上一?个?|本|这一?个?|当)"
_YEARS = {
    "今年": 0,
    "本年": 0,
    "全年": 0,
    "当年": 0,
    "明年": 1,
    "来年": 1,
    "后年": 2,
    "大后年": 3,
    "去年": -1,
    "上年": -1,
    "下年": 1,
    "下一年": 1,
    "上一年": -1,
    "这一年": 0,
    "前年": -2,
    "大前年": -3,
}
_QUARTER = {
    **{char: index for index, char in enumerate("一二三四", 1)},
    **{str(index): index for index in range(1, 5)},
    "首": 1,
}


def month_number(text: str) -> int | None:
    """Read the number of a month; 元 is January."""
    number = 1 if text == "元" else to_int(text)
    return number if number is not None and 1 <= number <= 12 else None


def years_around(frame: Frame) -> range:
    """Return last year, this year and the next: where an unsaid year may lie."""
    return range(frame.today.year - 1, frame.today.year + 2)


@atom(
    r"(?P<y>(?<!\d)(?:19|20)\d\d|[零〇一二三四五六七八九]{4})年度?|(?<![\d.])(?P<short>[23]\d)年度?(?=第?[一二三四1-4]季|[Qq][1-4]|[上下]半年|\d{1,2}月|[一二三四五六七八九十]{1,2}月|[底初末])",
    opens=NUMERALS,
)
def _year(found: re.Match[str], _frame: Frame, within: Period | None) -> Period | None:
    number = read_year(found["y"] or found["short"])
    return year_of(number) if within is None and number and 1900 <= number < 2100 else None


@atom(
    r"(?P<rel>大?后年|大?前年|今年|本年|全年|当年|明年|来年|去年|[上下]一?年(?!级)|这一年)度?",
    opens="大后前今本全当明来去上下这",
)
def _relative_year(found: re.Match[str], frame: Frame, within: Period | None) -> Period | None:
    return year_of(frame.today.year + _YEARS[found["rel"]]) if within is None else None


def _half(year: int, half: str) -> Period:
    months = (1, 6) if half == "上" else (7, 12)
    return Period(month_of(year, months[0]).first, month_of(year, months[1]).last, Grain.HALF, Style.SPAN)


@atom(r"(?P<h>[上下])半年", opens="上下", continues="上下")
def _half_year(found: re.Match[str], frame: Frame, within: Period | None) -> Period | None:
    if within is None:
        return nearest([_half(year, found["h"]) for year in years_around(frame)], frame)
    return _half(within.first.year, found["h"]) if within.grain is Grain.YEAR else None


@atom(
    r"(?<![A-Za-z0-9])(?:(?P<y>20\d\d)年?)?(?:第?(?P<cn>[一二三四1-4首])(?:个?季度|季(?=[底初末]))|[Qq](?P<q>[1-4])(?![0-9A-Za-z.\-]))",
    opens=NUMERALS + "第首Qq",
    continues=NUMERALS + "第首Qq",
)
def _quarter(found: re.Match[str], frame: Frame, within: Period | None) -> Period | None:
    number = _QUARTER[found["cn"] or found["q"]]
    if within is None and found["y"]:
        return quarter_of(int(found["y"]), number)
    if within is None:
        return nearest([quarter_of(year, number) for year in years_around(frame)], frame)
    return quarter_of(within.first.year, number) if within.grain is Grain.YEAR else None


@atom(RELATIVE + r"季(?:度|(?=[底初末内前]))", opens=RELATIVES)
def _relative_quarter(found: re.Match[str], frame: Frame, within: Period | None) -> Period | None:
    if within is not None:
        return None
    moved = add_months(frame.today, 3 * SHIFT[found["rel"]])
    return quarter_of(moved.year, (moved.month + 2) // 3)


@atom(
    rf"(?P<m>{MONTH_NUMBER})(?:月份?(?![龄饼嫂球])|(?=\s?(?:-|到|至|~)\s?(?:{MONTH_NUMBER})月(?!\d|[一二三四五六七八九十])))",
    opens=NUMERALS + "元",
    continues=NUMERALS + "元",
)
def _month(found: re.Match[str], frame: Frame, within: Period | None) -> Period | None:
    number = month_number(found["m"])
    if number is None:
        return None
    if within is None:
        return nearest([month_of(year, number) for year in years_around(frame)], frame)
    month = month_of(within.first.year, number)
    inside = within.grain in {Grain.YEAR, Grain.HALF, Grain.QUARTER} and within.contains(month.first)
    return replace(month, fixed=True) if inside else None


@atom(RELATIVE.replace("当", "当|次|同") + r"月份?", opens=RELATIVES, continues=RELATIVES)
def _relative_month(found: re.Match[str], frame: Frame, within: Period | None) -> Period | None:
    if within is not None:  # 去年本月, 明年同月
        same = within.grain is Grain.YEAR and found["rel"] in {"本", "当", "同"}
        return month_of(within.first.year, frame.today.month) if same else None
    if found["rel"] == "同":
        return None
    moved = add_months(frame.today.replace(day=1), SHIFT[found["rel"]])
    return month_of(moved.year, moved.month)


def _tenth(month: Period, part: str) -> Period:
    last = month.last.day
    bounds = {
        "初": (1, 10),
        "上": (1, 10),
        "中": (11, 20),
        "下": (21, last),
        "上中": (1, 20),
        "中上": (1, 20),
        "中下": (11, last),
        "上半": (1, 15),
        "前半": (1, 15),
        "下半": (16, last),
        "后半": (16, last),
    }[part]
    return Period(month.first.replace(day=bounds[0]), month.first.replace(day=bounds[1]), Grain.TENDAY, Style.PLAIN)


def _mid_month(month: Period) -> Period:
    middle = month.first.replace(day=15)
    return _tenth(month, "中").unsure(Period(middle, middle, Grain.DAY))


def _last_day(period: Period) -> Period:
    return Period(period.last, period.last, Grain.DAY, Style.EDGE)


def _month_in(period: Period, index: int) -> Period:
    moved = add_months(period.first, index)
    return month_of(moved.year, moved.month)


def edge_of(period: Period, edge: str) -> Period | None:
    """Return the beginning (初), middle (中) or end (底末终) of a period; None where nobody says so."""
    if edge in "底末终尾":
        return _last_day(period)
    if period.grain is Grain.MONTH:
        return _mid_month(period) if edge == "中" else _tenth(period, edge)
    if period.grain is Grain.QUARTER:
        return _month_in(period, 0 if edge == "初" else 1)
    if period.grain is Grain.YEAR:
        return _month_in(period, 0) if edge == "初" else _last_day(_month_in(period, 5)).unsure(_month_in(period, 5))
    if period.grain is Grain.WEEK:
        shift = 0 if edge == "初" else 2
        middle = period.first + timedelta(days=shift)
        return Period(middle, middle, Grain.DAY).unsure(Period(middle, middle + timedelta(days=1), Grain.DAY))
    return None


_EDGE = r"初(?![一二三四五六七八九十步次稿审版期])|中(?:旬|(?![国标心型午秋期介文石铁建车信科兴止间央学小大]))|[底末](?!价|线|薪|盘(?!点)|层)|终(?![端奖])|尾(?=前|之前|款?$)"


@atom(
    r"(?P<tenth>上中|中上|中下|[上下])旬|(?P<halves>[上下前后]半)个?月|(?P<part>[前后])半周|(?P<done>结束|完(?=前|之前))"
    rf"|的?(?:年度?|月份?|季度?)?(?P<edge>{_EDGE})",
    opens="上中下前后",
    continues="上中下前后初底末终尾结完的年月季",
)
def _edge(found: re.Match[str], frame: Frame, within: Period | None) -> Period | None:
    tenth = found["tenth"] or found["halves"] or ("中" if found["edge"] == "中旬" else None)
    if tenth:
        return _tenth_of(tenth, frame, within)
    if within is None:
        return None
    if found["part"]:
        return _half_week(within, found["part"])
    if found["done"]:
        return _last_day(within) if within.style is Style.SPAN else None
    return edge_of(within, found["edge"][0]) if within.grain in _WITH_EDGES else None


_WITH_EDGES = {Grain.MONTH, Grain.QUARTER, Grain.YEAR, Grain.WEEK}


def _half_week(week: Period, part: str) -> Period | None:
    if week.grain is not Grain.WEEK:
        return None
    bounds = (0, 2) if part == "前" else (3, 4)
    first, last = (week.first + timedelta(days=shift) for shift in bounds)
    return Period(first, last, Grain.TENDAY)


def _tenth_of(part: str, frame: Frame, within: Period | None) -> Period | None:
    if within is None:
        return nearest([_tenth(month, part) for month in _months(frame)], frame)
    return _tenth(within, part) if within.grain is Grain.MONTH else None


def _months(frame: Frame) -> list[Period]:
    start = frame.today.replace(day=1)
    return [month_of(each.year, each.month) for each in (add_months(start, shift) for shift in (-1, 0, 1))]


def _units(unit: str, frame: Frame) -> list[Period]:
    today = frame.today
    if unit == "周":
        return [week_of(today, shift) for shift in (-1, 0, 1)]
    if unit == "月":
        return _months(frame)
    if unit == "年":
        return [year_of(year) for year in years_around(frame)]
    quarters = (add_months(today.replace(day=1), shift) for shift in (-3, 0, 3))
    return [quarter_of(each.year, (each.month + 2) // 3) for each in quarters]


_BARE = r"(?<![\d一二两俩三四五六七八九十百半几个本上下今明后去前每学整全第周今])"


@atom(
    rf"{_BARE}(?P<unit>月|年度?|季度?|周)(?:(?P<edge>{_EDGE})|(?=之?内(?![部容测训网蒙]))|(?P<done>结束))(?![一二三四五六七八九十]{{1,2}}[号日])",
    opens="月年季周",
)
def _bare_edge(found: re.Match[str], frame: Frame, within: Period | None) -> Period | None:
    """月底, 年初, 季末, 周内: an edge of the current month, year, quarter or week, or of the next where that is over."""
    edge, units = found["edge"], _units(found["unit"][0], frame)
    if within is not None or edge == "中旬" or (found["unit"] == "周" and edge and edge[0] in "末底终尾"):
        return None
    if edge is None:
        return _last_day(units[1]) if found["done"] else units[1]
    units = units if frame.past else units[1:]
    return nearest([part for unit in units if (part := edge_of(unit, edge[0]))], frame)


ATOMS = (
    _year,
    _relative_year,
    _half_year,
    _quarter,
    _relative_quarter,
    _month,
    _relative_month,
    _edge,
    _bare_edge,
)
