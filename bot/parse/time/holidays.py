"""Feasts, the days off around them, lunar days, and days counted from any of these."""

import re
from dataclasses import replace
from datetime import date, timedelta

from bot.parse.time.atom import NUMERALS, atom
from bot.parse.time.feasts import BY_NAME, FEASTS, NAMES, Feast
from bot.parse.time.lunar import lunar_day, lunar_month
from bot.parse.time.match import Grain
from bot.parse.time.months import years_around
from bot.parse.time.numerals import NUMBER, to_int
from bot.parse.time.period import DAY, INVALID, Frame, Period, Style, add_months, day, nearest, week_of
from models.rules.workday import WorkCalendar

__all__ = ["ATOMS", "block_around", "first_day_back", "last_day_before"]

_SURE = {
    "春节",
    "元旦",
    "国庆",
    "中秋",
    "端午",
    "清明",
    "五一",
    "双11",
    "双十一",
    "双12",
    "双十二",
    "除夕",
    "元宵",
    "大年初一",
    "重阳",
    "七夕",
    "冬至",
    "腊八",
    "小年",
    "平安夜",
    "圣诞",
    "大年三十",
    "大年夜",
    "年三十",
    "农历新年",
    "过年",
    "新春佳节",
    "中元",
    "六一",
    "阳历新年",
    "万圣夜",
    "圣诞前夜",
    "八月节",
}
_NEED_FEAST_SIGN = [name for name in NAMES if name not in _SURE]
_AFTER_NUMBER_NAMES = r"(?=节|前(?![\d])|后(?!天)|之前|之后|以前|以后|期间|假期|长假|黄金周|放假|当天|大促|活动|促销)"
_SURNAMES = "王李张刘陈杨赵黄吴徐孙胡朱林何郭罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾魏薛叶阎余潘杜戴钟汪田姜范石姚谭廖邹熊陆郝孔崔毛邱秦史顾侯邵孟汤尹黎乔贺赖龚"
_BLOCK = r"(?P<block>小?长?假期?(?!条|日饭)|黄金周|放假期间|放假|期间|假期间)"


def block_around(when: date, calendar: WorkCalendar, usual: tuple[int, int] | None) -> tuple[date, date]:
    """Return the days off around a feast: from the notice, or in a year without one as they usually are."""
    if calendar.is_known(when) or usual is None:
        return calendar.holiday_block(when) or (when, when)
    first, last = when + timedelta(days=usual[0]), when + timedelta(days=usual[1])
    while not calendar.is_workday(first - DAY):
        first -= DAY
    while not calendar.is_workday(last + DAY):
        last += DAY
    return first, last


def last_day_before(first: date, calendar: WorkCalendar) -> date:
    """Return the last working day before the days off (convention 2)."""
    return calendar.previous_workday(first)


def first_day_back(last: date, calendar: WorkCalendar) -> date:
    """Return the first working day after the days off (convention 4)."""
    return calendar.next_workday(last)


def _feast_period(feast: Feast, year: int, frame: Frame, *, whole: bool) -> Period | None:
    on = feast.on(year)
    if on is None:
        return None
    block = block_around(on, frame.calendar, feast.off)
    return _feasted(*block, block) if whole else _feasted(on, on, block)


def _feasted(first: date, last: date, block: tuple[date, date]) -> Period:
    grain = Grain.DAY if first == last else Grain.WEEK
    return Period(first, last, grain, Style.FEAST, block=block)


@atom(
    rf"(?:(?P<sure>{'|'.join(name for name in NAMES if name in _SURE)})(?!路|街)节?|(?<![\d.第二三四五六七八九十双])(?P<name>{'|'.join(map(re.escape, _NEED_FEAST_SIGN))}){_AFTER_NUMBER_NAMES}(?:节日?)?)的?(?:{_BLOCK}|当[天日晚]|那[天日]|大促|活动|促销)?(?:(?:结束|收假)(?=之?后|以后))?",
    opens="".join({name[0] for name in NAMES}),
    continues="".join({name[0] for name in NAMES}),
)
def _feast(found: re.Match[str], frame: Frame, within: Period | None) -> Period | None:
    feast = BY_NAME[found["sure"] or found["name"]]
    before = found.string[found.start() - 1 : found.start()]
    if within is None and _is_given_name(found, before):
        return None
    whole = bool(found["block"])
    if within is not None and within.style is Style.FEAST and within.block and not whole:
        return _both(within, feast, frame)
    if within is not None:
        return _feast_period(feast, within.first.year, frame, whole=whole) if within.grain is Grain.YEAR else None
    years = [made for year in years_around(frame) if (made := _feast_period(feast, year, frame, whole=whole))]
    return _next_feast(years, frame, before=_BEFORE.match(found.string, found.end()) is not None)


def _both(first: Period, feast: Feast, frame: Frame) -> Period | None:
    """中秋国庆前: two feasts in a row; before the first of them is taken, before the second asked about."""
    second = _feast_period(feast, first.first.year, frame, whole=False)
    if second is None or not 0 <= (second.first - first.first).days <= _IN_A_ROW:
        return None
    whole = (min(first.bounds[0], second.bounds[0]), max(first.bounds[1], second.bounds[1]))
    joined = _feasted(*whole, whole)
    return joined if first.bounds == second.bounds else joined.unsure(second)


_IN_A_ROW = 10  # days: 中秋 and 国庆, 元旦 and 春节 in some years


def _next_feast(years: list[Period], frame: Frame, *, before: bool) -> Period | None:
    """Return the feast whose days off are not over yet (in the past: the last begun); one just over is asked about."""
    today = frame.today
    if frame.past:
        begun = [each for each in years if each.first <= today]
        return begun[-1] if begun else None
    ahead = [each for each in years if each.bounds[1] >= today]
    if not ahead:
        return None
    over = [each for each in years if each.bounds[1] < today]
    recent = over and (today - over[-1].bounds[1]).days <= 21 and not before
    return ahead[0].unsure(over[-1]) if recent else ahead[0]


def _is_given_name(found: re.Match[str], before: str) -> bool:
    """王国庆, 李清明: a surname stands before the feast and a title, a verb of speech or nothing after it."""
    if not before or before not in _SURNAMES:
        return False
    return not re.match(
        r"前|后|之|以|期|假|节", found.string[found.end() : found.end() + 1]
    ) and found.end() - found.start() == len("国庆")


_BEFORE = re.compile(r"之?前|以前")
_LUNAR_DAY = r"初[一二三四五六七八九十]|二?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|三十"
_LUNAR_MONTH = {"正": 1, "冬": 11, "腊": 12}


@atom(
    rf"(?P<old>农历|阴历|旧历)?(?P<m>闰?(?:[正冬腊]|十[一二]?|[一二三四五六七八九]))月(?:份?的?(?P<d>{_LUNAR_DAY})(?![点号日个天月年]))?",
    opens=NUMERALS + "农阴旧闰正冬腊",
    continues=NUMERALS + "农阴旧闰正冬腊",
)
def _lunar(found: re.Match[str], frame: Frame, within: Period | None) -> Period | None:
    """正月初八, 腊月二十三, 农历八月十五; an ordinary 八月十五 is left to the solar calendar."""
    name, number = found["m"], found["d"]
    if not (found["old"] or name in _LUNAR_MONTH or (number and number[0] == "初")):
        return None
    month = _LUNAR_MONTH.get(name) or to_int(name)
    if month is None or (within is not None and within.grain is not Grain.YEAR):
        return None
    years = [within.first.year] if within else range(frame.today.year - 1, frame.today.year + 2)
    if number is None:
        months = [Period(*bounds, Grain.MONTH, Style.SPAN) for year in years if (bounds := lunar_month(year, month))]
        return nearest(months, frame)
    dates = [made for year in years if (made := lunar_day(year, month, _lunar_number(number)))]
    if not dates:
        return INVALID if any(lunar_month(year, month) for year in years) else None
    return nearest([day(each) for each in dates], frame)


def _lunar_number(text: str) -> int:
    return to_int(text.removeprefix("初")) or 1


@atom(
    r"(?:大年|(?<![今明去前后本全当\d])年)(?P<d>初[一二三四五六七八九十])|(?<![今明去前后本全当\d])年(?P<late>二十[三四五六七八九]|廿[三四五六七八九])(?![号日天个])|(?<![年月级高小])(?P<bare>初[二三四五六七八九十])(?![次中级期步一二三四五六七八九])",
    opens="大年初",
)
def _new_year_day(found: re.Match[str], frame: Frame, within: Period | None) -> Period | None:
    """年初三, 大年初五; 初八 alone only around the new year."""
    if within is not None:
        return None
    month = 12 if found["late"] else 1
    number = _lunar_number(found["d"] or found["late"] or found["bare"])
    dates = [made for year in years_around(frame) if (made := lunar_day(year, month, number))]
    chosen = nearest([day(each) for each in dates], frame)
    if found["bare"] and (chosen is None or (chosen.first - frame.today).days > 75):
        return None
    return chosen


_NO_NUMBER = r"(?<![\d一二两俩三仨四五六七八九十百半几多整个全今明后去前每学财当本季春秋中清端劳情元圣感母父教双])"


@atom(
    rf"{_NO_NUMBER}(?P<what>收假|放假|休假|小长假|长假|假期|节假日|节日|节|假|过年|年|春假)(?:结束(?=之?后|以后))?(?=前(?![往来台面端沿景途任提言辈]|三[年季月])|后(?![台面续勤期端者])|之前|之后|以前|以后)|(?:(?<=过完)|(?<=放完))(?P<done>年|节|假)|(?<=过了)(?P<done2>年|节)(?!纪)",
    opens="收放休小长假节过年春",
)
def _coming_block(found: re.Match[str], frame: Frame, within: Period | None) -> Period | None:
    """节前, 年后, 放假前: the next days off; 年 is Spring Festival from November on, else it is asked (convention 4)."""
    if within is not None:
        return None
    what = found["what"] or "过" + (found["done"] or found["done2"])
    if "年" in what:
        return _around_new_year(frame, what)
    coming = _next_block(frame)
    backward = _BEFORE.match(found.string, found.end())
    return replace(coming, ambiguous=False, others=()) if coming and backward else coming


def _around_new_year(frame: Frame, what: str) -> Period | None:
    feast = BY_NAME["春节"]
    years = [made for year in years_around(frame) if (made := _feast_period(feast, year, frame, whole=True))]
    coming = [each for each in years if each.last >= frame.today]
    if not coming:
        return None
    season = frame.today.month >= 11 or frame.today <= years[1].last
    if season or what != "年":
        return coming[0]
    new_year = date(frame.today.year + 1, 1, 1)
    return coming[0].unsure(_feasted(new_year, new_year, (new_year, new_year)))


def _next_block(frame: Frame) -> Period | None:
    blocks = []
    for feast in FEASTS:
        for year in years_around(frame):
            made = _feast_period(feast, year, frame, whole=True) if feast.off else None
            if made is not None:
                blocks.append(made)
    blocks.sort(key=lambda each: each.first)
    over = [each for each in blocks if each.last < frame.today]
    ahead = [each for each in blocks if each.last >= frame.today]
    if not ahead:
        return None
    recent = over and (frame.today - over[-1].last).days <= 7 and (ahead[0].first - frame.today).days > 10
    return ahead[0].unsure(over[-1]) if recent else ahead[0]


_UNIT = r"个?(?P<unit>工作日|天|日|周|星期|礼拜|(?<=个)月)"


@atom(
    rf"的?(?:之|以)?(?P<dir>前|后)(?:的?(?P<nth>第)|(?P<end>最后)|(?P<first>首|头|上班第))?(?P<n>{NUMBER})?{_UNIT}",
    continues="前后之以的",
)
def _offset(found: re.Match[str], frame: Frame, within: Period | None) -> Period | None:
    """Days counted from a day: 国庆前一天, 节后第三天, 节后3个工作日内, 2月6日前两天."""
    if within is None or within.instant or within.grain not in {Grain.DAY, Grain.WEEK}:
        return None
    if within.style is Style.SPAN or within.invalid:
        return None
    number = to_int(found["n"]) if found["n"] else (1 if found["end"] or found["first"] else None)
    if not number:
        return None
    if (
        found["unit"] in {"周", "星期", "礼拜"}
        and within.style is Style.FEAST
        and (found["nth"] or found["end"] or found["first"])
    ):
        return _working_week(number, within, frame, back=found["dir"] == "前")
    return _counted(found, number, within, frame)


def _working_week(number: int, within: Period, frame: Frame, *, back: bool) -> Period:
    """Return 节后第一周, 节前最后一周: the days of that week on this side of the days off."""
    first, last = within.bounds
    if back:
        nearest_day = frame.calendar.previous_workday(first)
        week = week_of(nearest_day, 1 - number)
        return replace(week, last=min(week.last, nearest_day))
    nearest_day = frame.calendar.next_workday(last)
    week = week_of(nearest_day, number - 1)
    return replace(week, first=max(week.first, nearest_day))


def _counted(found: re.Match[str], number: int, within: Period, frame: Frame) -> Period | None:
    back, unit = found["dir"] == "前", found["unit"]
    first, last = within.bounds if within.style is Style.FEAST else (within.first, within.last)
    if unit == "工作日":
        return _workdays_from(first, last, -number if back else number, frame.calendar, within)
    if unit in {"天", "日"} and found["first"]:
        return _workdays_from(first, last, number, frame.calendar, within)
    origin = (within.first if within.grain is Grain.DAY else first) if back else last
    sign = -1 if back else 1
    if unit == "月":
        made = day(add_months(origin, sign * number))
    else:
        made = day(origin + timedelta(days=sign * number * (1 if unit in {"天", "日"} else 7)))
    return replace(made, ambiguous=within.ambiguous, confidence=min(0.85, within.confidence))


def _workdays_from(first: date, last: date, number: int, calendar: WorkCalendar, within: Period) -> Period:
    """节后第一个工作日 counts the first working day after the block as 1 (convention 3)."""
    made = day(calendar.add_workdays(last if number > 0 else first, number))
    return replace(made, ambiguous=within.ambiguous)


ATOMS = (_feast, _lunar, _new_year_day, _coming_block, _offset)
