"""The feasts salespeople name, and on which day each falls."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from bot.parse.time.lunar import LUNAR_YEARS, lunar_day

__all__ = ["BY_NAME", "FEASTS", "NAMES", "Feast", "feast_on"]

DayOf = Callable[[int], date | None]


@dataclass(frozen=True, slots=True)
class Feast:
    """One feast: its names, its rule, and the days usually off from it (used only for years without a notice)."""

    key: str
    names: tuple[str, ...]
    on: DayOf
    off: tuple[int, int] | None = None  # first and last day off, counted from the feast


def _solar(month: int, day: int) -> DayOf:
    return lambda year: date(year, month, day)


def _lunar(month: int, day: int) -> DayOf:
    return lambda year: lunar_day(year, month, day)


def _eve(year: int) -> date | None:
    row = LUNAR_YEARS.get(year)
    return row.first - timedelta(days=1) if row else None


def _last_lunar_month(day: int) -> DayOf:
    """Return a rule for a day of the twelfth month, counted to the solar year whose new year comes next."""
    return lambda year: lunar_day(year - 1, 12, day)


def _nth_sunday(month: int, nth: int, weekday: int = 6) -> DayOf:
    def on(year: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))

    return on


def _solar_term(month: int, early: int) -> DayOf:
    """清明 and 冬至 fall a day later two years of four (holds 2019-2040)."""
    return lambda year: date(year, month, early if year % 4 < len((0, 1)) else early + 1)


FEASTS = (
    Feast("元旦", ("元旦", "阳历新年", "新年"), _solar(1, 1), off=(0, 0)),
    Feast("春节", ("春节", "过年", "大年初一", "农历新年", "新春佳节"), _lunar(1, 1), off=(-1, 7)),
    Feast("除夕", ("除夕", "大年三十", "年三十", "大年夜", "年三十晚"), _eve),
    Feast("元宵", ("元宵", "上元"), _lunar(1, 15)),
    Feast("清明", ("清明",), _solar_term(4, 4), off=(0, 0)),
    Feast("五一", ("五一", "5.1", "劳动", "国际劳动"), _solar(5, 1), off=(0, 4)),
    Feast("端午", ("端午",), _lunar(5, 5), off=(0, 0)),
    Feast("七夕", ("七夕", "中国情人"), _lunar(7, 7)),
    Feast("中元", ("中元", "鬼"), _lunar(7, 15)),
    Feast("中秋", ("中秋", "八月节", "团圆"), _lunar(8, 15), off=(0, 0)),
    Feast("国庆", ("国庆", "十一"), _solar(10, 1), off=(0, 6)),
    Feast("重阳", ("重阳",), _lunar(9, 9)),
    Feast("冬至", ("冬至",), _solar_term(12, 21)),
    Feast("腊八", ("腊八",), _last_lunar_month(8)),
    Feast("小年", ("小年", "北方小年"), _last_lunar_month(23)),
    Feast("情人", ("情人", "西方情人"), _solar(2, 14)),
    Feast("妇女", ("妇女", "三八妇女", "三八", "女神"), _solar(3, 8)),
    Feast("植树", ("植树",), _solar(3, 12)),
    Feast("消费者", ("315", "三一五", "消费者权益日"), _solar(3, 15)),
    Feast("愚人", ("愚人",), _solar(4, 1)),
    Feast("青年", ("青年", "五四青年", "五四"), _solar(5, 4)),
    Feast("母亲", ("母亲",), _nth_sunday(5, 2)),
    Feast("六一", ("六一", "儿童", "六一儿童"), _solar(6, 1)),
    Feast("618", ("618", "六一八"), _solar(6, 18)),
    Feast("父亲", ("父亲",), _nth_sunday(6, 3)),
    Feast("建党", ("建党", "七一"), _solar(7, 1)),
    Feast("建军", ("建军", "八一"), _solar(8, 1)),
    Feast("教师", ("教师",), _solar(9, 10)),
    Feast("万圣", ("万圣", "万圣夜"), _solar(10, 31)),
    Feast("双11", ("双11", "双十一", "光棍"), _solar(11, 11)),
    Feast("感恩", ("感恩",), _nth_sunday(11, 4, weekday=3)),
    Feast("双12", ("双12", "双十二"), _solar(12, 12)),
    Feast("平安夜", ("平安夜", "圣诞前夜"), _solar(12, 24)),
    Feast("圣诞", ("圣诞",), _solar(12, 25)),
)
BY_NAME = {name: feast for feast in FEASTS for name in feast.names}
NAMES = sorted(BY_NAME, key=len, reverse=True)


def feast_on(key: str, year: int) -> date | None:
    """Return the day a feast falls on in a solar year; None outside the lunar table.

    The feasts of the twelfth lunar month (腊八, 小年, 除夕) are those before the new year that begins in `year`.
    """
    return BY_NAME[key].on(year)
