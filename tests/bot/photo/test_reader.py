"""Who opens a stranger's file: the reading child, never the process that answers the platform."""

import io
import subprocess
import sys

import pytest
from PIL import Image

from bot.adapters.practice import samples
from bot.photo import Field, PhotoKind, PhotoReader, Problem, Reading
from bot.photo.frames import CutOrder, MaskOrder, Order, ReadOrder, order_of, packed
from bot.photo.reading import Box
from tests.bot.photo.hostile import png_header

HEAD: Box = ((400, 95), (680, 95), (680, 165), (400, 165))
CONTACT = Field("contact", "王建国", "王建国", 0.95, HEAD)
SHOT = samples.make_chat_screenshot("王建国", "采购经理")


@pytest.mark.parametrize(
    "order",
    [
        ReadOrder(),
        ReadOrder(PhotoKind.LICENCE),
        CutOrder(HEAD, 90),
        MaskOrder(Reading(kind=PhotoKind.CHAT_SCREENSHOT, fields={"contact": CONTACT}, size=(1080, 1920))),
    ],
)
def test_an_order_arrives_in_the_child_as_it_was_given(order: Order) -> None:
    frame = packed(order, b"the file")
    assert order_of(frame[12 : -len(b"the file")]) == order


def test_the_process_that_answers_people_loads_nothing_that_opens_a_picture() -> None:
    seen = "import sys, bot.photo; print(sorted({'PIL', 'cv2', 'pypdfium2', 'pillow_heif'} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


@pytest.mark.ocr
def test_the_child_also_draws_what_others_see() -> None:
    with PhotoReader() as reader:
        masked = reader.masked_copy(SHOT, Reading(kind=PhotoKind.CHAT_SCREENSHOT, size=(1080, 1920)))
        part = reader.cut_out(SHOT, HEAD)
        assert masked is not None
        assert part is not None
        assert Image.open(io.BytesIO(masked)).height == 1280
        assert Image.open(io.BytesIO(part)).width == 400
        for hostile in (b"", b"not a picture", png_header(50_000, 50_000), SHOT[:900]):
            assert reader.masked_copy(hostile, Reading()) is None
            assert reader.cut_out(hostile, HEAD) is None
        assert reader.masked_copy(SHOT, Reading(problem=Problem.TRUNCATED)) is None
        assert reader.read(SHOT).value("contact") == "王建国"
