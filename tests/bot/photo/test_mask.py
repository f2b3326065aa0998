from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from PIL import Image

from bot.adapters.practice import samples
from bot.photo import Field, Line, PhotoKind, Problem, Reading
from bot.photo.mask import masked_copy
from bot.photo.reading import Box

HEAD: Box = ((400, 95), (680, 95), (680, 165), (400, 165))
PHONE: Box = ((110, 462), (600, 462), (600, 500), (110, 500))
NUMBER: Box = ((200, 290), (560, 290), (560, 330), (200, 330))


def grey(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("L")).astype(int)


def detail(picture: np.ndarray, box: Box, scale: float = 1.0) -> float:
    """How much neighbouring pixels differ: writing does, a blot does not."""
    (left, top), _, (right, bottom), _ = box
    part = picture[int(top * scale) : int(bottom * scale), int(left * scale) : int(right * scale)]
    return float(np.abs(np.diff(part, axis=1)).mean())


def test_of_a_chat_only_name_and_title_stay_legible() -> None:
    data = samples.make_chat_screenshot("王建国", "采购经理")
    contact = Field("contact", "王建国", "王建国", 0.95, HEAD)
    made = masked_copy(data, Reading(kind=PhotoKind.CHAT_SCREENSHOT, fields={"contact": contact}, size=(1080, 1920)))
    assert made is not None
    scale = 1280 / 1920
    before, after = grey(data), grey(made)
    bubbles: Box = ((150, 290), (930, 290), (930, 700), (150, 700))
    assert detail(after, HEAD, scale) > 0.6 * detail(before, HEAD)
    assert detail(after, bubbles, scale) < 0.3 * detail(before, bubbles)


def test_of_a_site_photo_people_are_gone_and_the_watermark_stays() -> None:
    data = samples.make_site_photo(datetime(2026, 11, 16, 6, 5, tzinfo=UTC))
    box: Box = ((40, 1140), (300, 1140), (300, 1230), (40, 1230))
    reading = Reading(
        kind=PhotoKind.SITE_PHOTO, fields={"time": Field("time", "14:05", "14:05", 0.9, box)}, size=(1080, 1440)
    )
    made = masked_copy(data, reading)
    assert made is not None
    scale = 1280 / 1440
    scene: Box = ((0, 100), (1080, 100), (1080, 1000), (0, 1000))
    assert detail(grey(made), box, scale) > 0.6 * detail(grey(data), box)
    assert detail(grey(made), scene, scale) < 0.5 * detail(grey(data), scene)


def test_on_paper_only_lines_with_a_persons_number_go() -> None:
    data = samples.make_waybill()
    lines = (Line("李慧  13812341234", PHONE, 0.9), Line("SF1392210044518", NUMBER, 0.9))
    made = masked_copy(data, Reading(kind=PhotoKind.WAYBILL, lines=lines, size=(760, 1100)))
    assert made is not None
    assert detail(grey(made), PHONE) < 0.4 * detail(grey(data), PHONE)
    assert detail(grey(made), NUMBER) > 0.7 * detail(grey(data), NUMBER)


@pytest.mark.parametrize("reading", [Reading(problem=Problem.TRUNCATED), Reading()])
def test_a_file_that_does_not_open_has_no_masked_copy(reading: Reading) -> None:
    assert masked_copy(b"not a picture", replace(reading)) is None
