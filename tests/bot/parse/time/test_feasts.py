"""The fourteen feasts of 2024-2035, day by day, as printed in almanacs."""

from datetime import date

import pytest

from bot.parse.time.feasts import feast_on
from bot.parse.time.lunar import LUNAR_YEARS, lunar_day
from models.rules.workday import default_calendar

# 元旦 腊八 除夕 春节 元宵 清明 五一 端午 七夕 中元 中秋 国庆 重阳 冬至
KEYS = ["元旦", "腊八", "除夕", "春节", "元宵", "清明", "五一", "端午", "七夕", "中元", "中秋", "国庆", "重阳", "冬至"]
ALMANAC = """
2024 0101 0118 0209 0210 0224 0404 0501 0610 0810 0818 0917 1001 1011 1221
2025 0101 0107 0128 0129 0212 0404 0501 0531 0829 0906 1006 1001 1029 1221
2026 0101 0126 0216 0217 0303 0405 0501 0619 0819 0827 0925 1001 1018 1222
2027 0101 0115 0205 0206 0220 0405 0501 0609 0808 0816 0915 1001 1008 1222
2028 0101 0104 0125 0126 0209 0404 0501 0528 0826 0903 1003 1001 1026 1221
2029 0101 0122 0212 0213 0227 0404 0501 0616 0816 0824 0922 1001 1016 1221
2030 0101 0111 0202 0203 0217 0405 0501 0605 0805 0813 0912 1001 1005 1222
2031 0101 0101 0122 0123 0206 0405 0501 0624 0824 0901 1001 1001 1024 1222
2032 0101 0120 0210 0211 0225 0404 0501 0612 0812 0820 0919 1001 1012 1221
2033 0101 0108 0130 0131 0214 0404 0501 0601 0801 0809 0908 1001 1001 1221
2034 0101 0127 0218 0219 0305 0405 0501 0620 0820 0828 0927 1001 1020 1222
2035 0101 0116 0207 0208 0222 0405 0501 0610 0810 0818 0916 1001 1009 1222
"""
DAYS = [
    (key, date(int(line[:4]), int(mmdd[:2]), int(mmdd[2:])))
    for line in ALMANAC.strip().splitlines()
    for key, mmdd in zip(KEYS, line.split()[1:], strict=True)
]


@pytest.mark.parametrize(("key", "day"), DAYS, ids=[f"{key}-{day}" for key, day in DAYS])
def test_the_feast_falls_on_the_day_of_the_almanac(key: str, day: date) -> None:
    assert feast_on(key, day.year) == day


@pytest.mark.parametrize("year", range(2016, 2027))
@pytest.mark.parametrize("key", ["元旦", "春节", "清明", "五一", "端午", "中秋", "国庆"])
def test_the_state_gave_the_day_off(key: str, year: int) -> None:
    day = feast_on(key, year)
    assert day is not None
    assert not default_calendar().is_workday(day)


def test_every_lunar_year_ends_where_the_next_begins() -> None:
    for year in range(2010, 2040):
        last = lunar_day(year, 12, 0)
        assert last is not None
        assert (LUNAR_YEARS[year + 1].first - last).days == 1


def test_a_lunar_day_that_a_short_month_lacks_does_not_exist() -> None:
    assert lunar_day(2026, 12, 30) is None  # 腊月 has 29 days before 2027-02-06
    assert lunar_day(2050, 1, 1) is None
