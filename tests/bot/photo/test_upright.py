"""Which way is up: the lines with most characters tell, not the widest sign in the background."""

from collections.abc import Callable

import numpy as np
import pytest

from bot.photo.geometry import Quad
from bot.photo.load import Pixels
from bot.photo.rapid import RapidEngine

PHOTO = np.full((1200, 900, 3), 200, dtype=np.uint8)
Read = list[tuple[str, float, tuple[float, ...]]]
"""What the recognizer says of some strips."""


def box(left: int, top: int, width: int, height: int) -> Quad:
    right, bottom = left + width, top + height
    return np.asarray([[left, top], [right, top], [right, bottom], [left, bottom]], dtype=np.float32)


def engine(read: Callable[[list[Pixels]], Read]) -> RapidEngine:
    """Return an engine without weights that reads strips as told."""
    made = RapidEngine.__new__(RapidEngine)
    vars(made)["_recognise"] = read
    return made


def by_width(widths: dict[int, str]) -> Callable[[list[Pixels]], Read]:
    """Tell strips by their length; what is not known is not legible."""
    return lambda strips: [
        (widths.get(strip.shape[1], "?"), 0.95 if strip.shape[1] in widths else 0.3, ()) for strip in strips
    ]


WATERMARK = [box(40, 1000, 360, 24), box(40, 1040, 300, 24)]
SIGN = box(500, 100, 60, 800)


@pytest.mark.parametrize(
    ("legible", "sideways"),
    [
({360: "上海市浦东新区世纪大道100号", 300: "2026-11-16 14:05", 800: "农业大学"}, False), ({800: "华南农业大学修复研究中心"}, True)],
)  # fmt: skip
def test_beside_a_tall_sign_a_watermark_that_reads_well_keeps_the_picture_upright(
    legible: dict[int, str], *, sideways: bool
) -> None:
    assert engine(by_width(legible))._sideways(PHOTO, [*WATERMARK, SIGN]) is sideways


def test_writing_that_lies_one_way_needs_no_reading() -> None:
    def never(strips: list[Pixels]) -> Read:
        raise AssertionError(len(strips))

    assert engine(never)._sideways(PHOTO, [SIGN, box(600, 100, 50, 700)])
    assert not engine(never)._sideways(PHOTO, WATERMARK)
