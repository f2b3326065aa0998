"""The second look: taken where a watermark is missed or doubted, never where everything was read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from bot.photo import Field, Line, PhotoKind
from bot.photo.engine import Places, Sheet
from bot.photo.fields import find_fields
from bot.photo.load import Pixels
from bot.photo.page import page_of
from bot.photo.reading import Box
from bot.photo.strips import Found, look_closer, worth_it

PHOTO = np.zeros((1000, 600, 3), np.uint8)


def at(top: int) -> Box:
    return ((10, top), (300, top), (300, top + 30), (10, top + 30))


class Strips:
    """An engine that reads the foot of the picture one way; `asked` counts."""

    name = "strips"

    def __init__(self, *texts: str, sure: float = 0.97, turn: int = 0) -> None:
        lines = (Line(text, at(40 * place), sure, (sure,) * len(text)) for place, text in enumerate(texts))
        self._sheet = Sheet(turn, tuple(lines))
        self.asked = 0

    def read(self, pixels: Pixels) -> Sheet:
        self.asked += 1
        return self._sheet if pixels.shape[0] == 380 else Sheet(0, ())

    def read_boxes(self, _pixels: Pixels, lines: Sequence[Line]) -> tuple[Line, ...]:
        return tuple(lines)

    def options(self, pixels: Pixels, lines: Sequence[Line]) -> tuple[tuple[Places, ...], ...]:
        raise AssertionError(pixels, lines)


def field(name: str, value: str, confidence: float = 0.97, top: int = 700) -> Field:
    return Field(name, value, value, confidence, at(top))


def known(*fields: Field) -> Found:
    lines = tuple(Line(one.text, one.box or at(0), one.confidence) for one in fields)
    return Found(lines, {one.name: one for one in fields})


DAY, CLOCK, PLACE = field("date", "2026-11-16"), field("time", "14:05"), field("address", "上海市浦东新区世纪大道100号")


@pytest.mark.parametrize(
    ("kind", "found", "worth"),
    [
        (PhotoKind.SITE_PHOTO, known(DAY, CLOCK, PLACE), False),
        (PhotoKind.SITE_PHOTO, known(DAY, CLOCK), True),
        (PhotoKind.SITE_PHOTO, known(field("date", "2026-11-16", 0.84), CLOCK, PLACE), True),
        (PhotoKind.SITE_PHOTO, known(DAY, CLOCK, PLACE, field("weekday", "星期二", 0.4)), True),
        (PhotoKind.OTHER, known(), True),
        (PhotoKind.OTHER, known(*(field(str(n), "满页文字") for n in range(13))), False),
        (PhotoKind.INVOICE, known(), False),
    ],
)
def test_only_what_is_missed_or_doubted_is_worth_a_second_look(kind: PhotoKind, found: Found, *, worth: bool) -> None:
    assert worth_it(kind, found) is worth


def test_a_watermark_the_whole_picture_hid_is_found_in_the_strip_at_its_place() -> None:
    found = look_closer(PHOTO, known(), Strips("2026-11-16 14:05", "上海市浦东新区世纪大道100号"))
    assert {name: one.value for name, one in found.fields.items()} == {
        "date": "2026-11-16", "time": "14:05", "address": "上海市浦东新区世纪大道100号",
    }  # fmt: skip
    assert found.lines[0].box == at(620)


def test_two_readings_that_disagree_prove_nothing() -> None:
    found = look_closer(PHOTO, known(field("date", "2076-11-16", 0.4), CLOCK), Strips("2026-11-16 14:05"))
    assert found.fields["date"].value == "2026-11-16"
    assert found.fields["date"].confidence <= 0.8


def test_the_longer_of_two_sure_addresses_is_kept() -> None:
    short = field("address", "河区天河北路48号", 0.99)
    found = look_closer(PHOTO, known(short), Strips("2026-11-16 14:05", "广州市天河区天河北路48号"))
    assert found.fields["address"].value == "广州市天河区天河北路48号"


def test_an_empty_or_turned_strip_is_not_looked_at_twice() -> None:
    for engine in (Strips(), Strips("9102", turn=2)):
        assert look_closer(PHOTO, known(), engine).fields == {}
        assert engine.asked == 2


def test_a_street_sign_far_from_the_watermark_is_only_a_guess() -> None:
    sign = Line("上海市黄浦区打浦路15号", at(100), 1.0, (1.0,) * 12)
    stamp = Line("2026-11-16 14:05", at(900), 1.0, (1.0,) * 16)
    own = Line("上海市浦东新区世纪大道100号", at(940), 1.0, (1.0,) * 15)
    page = page_of([sign, stamp], (600, 1000))
    assert find_fields(PhotoKind.SITE_PHOTO, page)["address"].confidence < 0.5
    page = page_of([sign, stamp, own], (600, 1000))
    assert find_fields(PhotoKind.SITE_PHOTO, page)["address"].value == "上海市浦东新区世纪大道100号"


def test_a_sign_without_date_or_time_is_not_looked_at_twice() -> None:
    engine = Strips("欢迎光临", "本店诚信经营")
    assert look_closer(PHOTO, known(), engine).fields == {}
    assert engine.asked == 2
