"""Nothing a person can send breaks the reader: a clear problem each, in bounded time and memory."""

import io
from time import thread_time

import pytest
from PIL import Image

from bot.cards.photo import problem_sentence
from bot.photo import PhotoReader, Problem
from bot.photo.load import RefusedPhotoError, is_pdf, load_picture
from bot.photo.pages import load_pages
from tests.bot.photo.hostile import Case, cases, pdf, png_header, saved

CASES = list(cases())


def outcome(data: bytes) -> Problem | None:
    """Load like the child does; return the problem, or None when there is a picture."""
    try:
        pictures = list(load_pages(data)) if is_pdf(data) else [load_picture(data)]
    except RefusedPhotoError as refusal:
        return refusal.problem
    assert all(picture.pixels.shape[0] * picture.pixels.shape[1] <= 26_000_000 for picture in pictures)
    assert all(picture.pixels.shape[2] == 3 for picture in pictures)
    return None


def test_there_are_nearly_three_hundred_of_them() -> None:
    assert len(CASES) >= 290
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_file_is_loaded_or_refused_quickly(case: Case) -> None:
    started = thread_time()
    problem = outcome(case.data)
    assert thread_time() - started < 5
    assert problem is None or problem_sentence(problem)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", Problem.EMPTY),
        (b"<svg/>", Problem.NOT_AN_IMAGE),
        (png_header(13_000, 13_000), Problem.TOO_LARGE),
        (png_header(5_000, 5_001), Problem.TOO_LARGE),
        (png_header(5_000, 5_000), Problem.TRUNCATED),
        (saved(Image.new("RGB", (9, 500)), "PNG"), Problem.TOO_SMALL),
        (saved(Image.new("RGB", (10, 600)), "PNG"), None),
        (saved(Image.new("RGB", (10, 601)), "PNG"), Problem.ODD_SHAPE),
        (b"\x00\x00\x00\x18ftypheic" + bytes(12), Problem.NOT_AN_IMAGE),
        (b"%PDF-1.7\n", Problem.TRUNCATED),
        (pdf((595, 842), pages=0), Problem.TRUNCATED),
    ],
)
def test_each_refusal_has_its_own_reason(data: bytes, problem: Problem | None) -> None:
    assert outcome(data) is problem


def test_a_picture_that_is_drawn_over_and_over_is_not_waited_for() -> None:
    found = {case.name: outcome(case.data) for case in CASES if "scans" in case.name}
    assert found == {"jpeg of ninety scans": None, "jpeg of thirty thousand scans": Problem.TOO_LARGE}


def test_a_fifty_megapixel_phone_photo_is_decoded_small() -> None:
    picture = load_picture(saved(Image.new("RGB", (8160, 6120), "white"), "JPEG"))
    assert picture.pixels.shape[:2] == (3060, 4080)
    assert picture.full_size == (8160, 6120)


def test_a_heic_photo_is_opened_and_turned() -> None:
    picture = load_picture(saved(Image.new("RGB", (64, 48), "white"), "HEIF"))
    assert picture.full_size == (64, 48)


def test_a_photo_lying_on_its_side_is_stood_up() -> None:
    exif = Image.Exif()
    exif[0x112] = 6
    assert load_picture(saved(Image.new("RGB", (64, 48)), "JPEG", exif=exif)).full_size == (48, 64)


def test_the_cameras_clock_and_place_are_kept() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2026:11:16 14:05:09"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 13.0, 49.44), 3: "E", 4: (121.0, 28.0, 25.32)})
    notes = load_picture(saved(Image.new("RGB", (64, 48)), "JPEG", exif=exif)).exif
    assert notes.taken_at is not None
    assert notes.taken_at.isoformat() == "2026-11-16T06:05:09+00:00"
    assert notes.gps == pytest.approx((31.2304, 121.4737))


def test_a_locked_scan_is_called_locked() -> None:
    locked = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
        b"3 0 obj<</Filter/Standard/V 1/R 2/O<" + b"00" * 32 + b">/U<" + b"11" * 32 + b">/P -4>>endobj\n"
        b"trailer<</Root 1 0 R/Encrypt 3 0 R/ID[<00><00>]>>\n%%EOF"
    )
    assert outcome(locked) is Problem.LOCKED_PDF


@pytest.mark.ocr
def test_the_reader_survives_a_time_limit_a_memory_limit_and_a_dead_child() -> None:
    page = io.BytesIO()
    Image.effect_noise((2400, 1800), 90).convert("RGB").save(page, "JPEG")
    with PhotoReader(memory_mb=150) as small:
        assert small.read(page.getvalue()).problem is Problem.OUT_OF_MEMORY
    with PhotoReader(timeout_s=0.01) as hurried:
        assert hurried.read(page.getvalue()).problem is Problem.TIMEOUT
    with PhotoReader(timeout_s=60) as reader:
        reader.warm()
        child = reader._places.get()
        assert child is not None
        child._process.kill()
        reader._places.put(child)
        assert reader.read(page.getvalue()).problem is Problem.ENGINE_FAILED
        assert reader.read(page.getvalue()).problem is None
