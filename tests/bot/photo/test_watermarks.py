"""Watermarks as the camera apps in use print them: what is read off their lines, without an engine."""

import pytest

from bot.photo import Line, PhotoKind
from bot.photo.classify import classify
from bot.photo.fields import find_fields
from bot.photo.page import page_of

SIZE = (1080, 1440)
PLACE = "上海市浦东新区世纪大道100号"


def page(*rows: tuple[str, int, int, int]) -> list[Line]:
    """Lines by text, left, top and height."""
    lines = []
    for text, left, top, height in rows:
        right = left + sum(height if ord(char) > 255 else height // 2 for char in text)
        box = ((left, top), (right, top), (right, top + height), (left, top + height))
        lines.append(Line(text, box, 0.98, (0.98,) * len(text)))
    return lines


TODAY = page(("14:05", 40, 1000, 96), ("2026-01-05", 330, 1010, 40), ("星期一", 330, 1060, 40), (PLACE, 40, 1130, 36))
MARK = page(
    ("14:05", 40, 1000, 96),
    ("2026年1月5日", 330, 1010, 36),
    ("周一 多云 6℃", 330, 1058, 36),
    (PLACE, 40, 1130, 36),
    ("马克水印 已验证真实时间", 700, 1380, 24),
)
YUANDAO = page(
    ("工程记录", 60, 900, 40), ("项目名称：世纪广场改造", 60, 960, 32), ("拍摄时间：2026.01.05 14:05:09", 60, 1010, 32), ("天    气：晴 6℃", 60, 1060, 32),
    (f"地    点：{PLACE}", 60, 1110, 32), ("经    度：121.473745°E", 60, 1160, 32), ("纬    度：31.230412°N", 60, 1210, 32), ("元道经纬相机", 800, 1380, 24),
)  # fmt: skip
TIMEMARK = page(
    ("2:05 PM", 40, 1000, 80), ("Jan 5, 2026", 330, 1005, 36), ("Mon", 330, 1050, 36), (PLACE, 40, 1130, 34)
)
SHORT = page(("1月5日 周一 14:05", 40, 1100, 40), (PLACE, 40, 1150, 36))
WIDE = page(("２０２６／０１／０５　１４：０５", 40, 1100, 40), ("星期一", 40, 1150, 36), (PLACE, 40, 1200, 36))


@pytest.mark.parametrize(
    ("lines", "day"),
    [(TODAY, "2026-01-05"), (MARK, "2026-01-05"), (YUANDAO, "2026-01-05"), (TIMEMARK, "2026-01-05"), (SHORT, "01-05"), (WIDE, "2026-01-05")],
    ids=["今日水印相机", "马克水印", "元道", "Timemark", "no year", "full width"],
)  # fmt: skip
def test_each_apps_watermark_gives_date_time_and_place(lines: list[Line], day: str) -> None:
    seen = page_of(lines, SIZE)
    kind, _ = classify(seen)
    assert kind is PhotoKind.SITE_PHOTO
    fields = find_fields(kind, seen)
    assert fields["date"].value == day
    assert fields["time"].value[:5] == "14:05"
    assert fields["address"].value == PLACE
    assert fields["date"].confidence > 0.9


def test_the_coordinates_of_an_engineering_camera_are_read() -> None:
    fields = find_fields(PhotoKind.SITE_PHOTO, page_of(YUANDAO, SIZE))
    assert (fields["lat"].value, fields["lng"].value) == ("31.230412", "121.473745")


@pytest.mark.parametrize("lines", [TODAY, MARK, TIMEMARK])
def test_the_weekday_is_read_in_each_form(lines: list[Line]) -> None:
    assert find_fields(PhotoKind.SITE_PHOTO, page_of(lines, SIZE))["weekday"].value == "星期一"


def test_a_banners_day_without_weekday_or_time_is_never_sure() -> None:
    fields = find_fields(
        PhotoKind.SITE_PHOTO, page_of(page(("5月1日特惠", 40, 300, 60), ("14:05", 40, 1000, 96)), SIZE)
    )
    assert fields["date"].value == "05-01"
    assert fields["date"].confidence <= 0.8
