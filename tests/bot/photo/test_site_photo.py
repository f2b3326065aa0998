"""What the reader tells of a site photo and a chat screenshot, through the real engine (J1)."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.adapters.practice import samples
from bot.photo import PhotoKind, PhotoReader, Problem

pytestmark = pytest.mark.ocr

FIVE_PAST_TWO = datetime(2026, 11, 16, 6, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def reader() -> Iterator[PhotoReader]:
    with PhotoReader(timeout_s=60) as one:
        yield one


def test_zhou_hangs_watermark_is_read_to_the_minute(reader: PhotoReader) -> None:
    reading = reader.read(samples.make_site_photo(FIVE_PAST_TWO, "上海市浦东新区世纪大道100号"))
    assert reading.problem is None
    assert reading.kind is PhotoKind.SITE_PHOTO
    assert reading.value("date") == "2026-11-16"
    assert reading.value("time") == "14:05"
    assert reading.value("weekday") == "星期一"
    assert reading.value("address") == "上海市浦东新区世纪大道100号"
    assert reading.fields["time"].confidence > 0.9


def test_the_box_of_the_time_is_where_the_time_stands(reader: PhotoReader) -> None:
    reading = reader.read(samples.make_site_photo(FIVE_PAST_TWO))
    box = reading.fields["time"].box
    assert box is not None
    left, top = box[0]
    right, bottom = box[2]
    assert 20 < left < 60
    assert 1130 < top < 1180
    assert 280 < right < 340
    assert bottom < 1280
    assert reading.size == (1080, 1440)


def test_a_photo_without_watermark_has_no_time(reader: PhotoReader) -> None:
    reading = reader.read(samples.make_plain_photo(), expect=PhotoKind.SITE_PHOTO)
    assert reading.problem is None
    assert reading.value("time") is None


def test_an_illegible_watermark_gives_no_time_and_says_blurred(reader: PhotoReader) -> None:
    reading = reader.read(samples.make_site_photo(FIVE_PAST_TWO, blur=9))
    assert reading.value("time") is None
    assert reading.quality.blurred


def test_contact_and_title_come_off_the_chats_head_line(reader: PhotoReader) -> None:
    reading = reader.read(samples.make_chat_screenshot("王建国", "采购经理"))
    assert reading.kind is PhotoKind.CHAT_SCREENSHOT
    assert reading.value("contact") == "王建国"
    assert reading.value("title") == "采购经理"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", Problem.EMPTY),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Problem.NOT_AN_IMAGE),
        (samples.make_plain_photo()[:3000], Problem.TRUNCATED),
        (bytes(21 * 1024 * 1024), Problem.TOO_LARGE),
    ],
)
def test_what_cannot_be_read_is_named_and_raises_nothing(reader: PhotoReader, data: bytes, problem: Problem) -> None:
    assert reader.read(data).problem is problem


def test_the_same_picture_is_read_once(reader: PhotoReader) -> None:
    picture = samples.make_plain_photo()
    assert reader.read(picture) is reader.read(picture)
