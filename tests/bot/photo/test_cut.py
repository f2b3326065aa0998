"""The receipt's cut-out: the right place, whichever way the phone was held, and nothing for what does not open."""

import io

import pytest
from PIL import Image, ImageDraw

from bot.photo import Field, PhotoKind, Reading, read_part
from bot.photo.cut import cut_out
from bot.photo.reading import Box

BOX: Box = ((300, 500), (700, 500), (700, 560), (300, 560))
RED, GREY = (200, 20, 20), (120, 120, 120)


def picture(*, turned: int = 0, exif_turn: int = 1, scale: int = 1) -> bytes:
    """A grey picture with a red bar where BOX is, once it stands upright."""
    upright = Image.new("RGB", (1000 * scale, 800 * scale), GREY)
    ImageDraw.Draw(upright).rectangle([300 * scale, 500 * scale, 700 * scale, 560 * scale], fill=RED)
    exif = Image.Exif()
    exif[0x0112] = exif_turn
    out = io.BytesIO()
    upright.rotate(-turned, expand=True).save(out, "JPEG", quality=95, exif=exif)
    return out.getvalue()


def centre_and_corner(data: bytes | None) -> tuple[bool, bool]:
    """Whether the middle is red and the corner is not."""
    assert data is not None
    part = Image.open(io.BytesIO(data))
    middle, corner = part.getpixel((part.width // 2, part.height // 2)), part.getpixel((2, 2))
    assert isinstance(middle, tuple)
    assert isinstance(corner, tuple)
    return middle[0] - middle[1] > 100, corner[0] - corner[1] < 40


def test_the_cut_out_shows_the_box_and_a_little_around_it() -> None:
    data = cut_out(picture(), BOX)
    assert centre_and_corner(data) == (True, True)
    assert data is not None
    width, height = Image.open(io.BytesIO(data)).size
    assert width / height == pytest.approx(472 / 132, rel=0.02)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_picture_that_lay_on_its_side_is_cut_upright(turn: int) -> None:
    assert centre_and_corner(cut_out(picture(turned=turn), BOX, turn=turn)) == (True, True)


def test_the_cameras_own_note_of_the_turn_is_followed() -> None:
    assert centre_and_corner(cut_out(picture(turned=-90, exif_turn=6), BOX)) == (True, True)


def test_a_large_picture_is_cut_in_its_own_pixels() -> None:
    box: Box = ((1500, 2500), (3500, 2500), (3500, 2800), (1500, 2800))
    data = cut_out(picture(scale=5), box)
    assert centre_and_corner(data) == (True, True)
    assert data is not None
    assert Image.open(io.BytesIO(data)).width <= 1200


@pytest.mark.parametrize("data", [b"", b"gate", b"%PDF-1.7", picture()[:500]])
def test_what_does_not_open_gives_no_cut_out(data: bytes) -> None:
    assert cut_out(data, BOX) is None


def test_a_box_outside_the_picture_gives_none() -> None:
    assert cut_out(picture(), ((5000, 5000), (5100, 5000), (5100, 5050), (5000, 5050))) is None


def test_the_part_is_around_all_named_fields_that_were_read() -> None:
    clock = Field("time", "14:05", "14:05", 0.9, ((10, 10), (60, 10), (60, 30), (10, 30)))
    day = Field("date", "2026-11-16", "2026-11-16", 0.9, ((10, 40), (160, 40), (160, 60), (10, 60)))
    reading = Reading(kind=PhotoKind.SITE_PHOTO, fields={"time": clock, "date": day})
    assert read_part(reading, "date", "time") == ((10, 10), (160, 10), (160, 60), (10, 60))
    assert read_part(reading, "address") is None
