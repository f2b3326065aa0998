"""The second engine, real Tesseract, through the same interface as the first; and what `doctor` says of engines."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from uuid import uuid4

import pytest
from PIL import Image

from bot.adapters.practice import samples
from bot.photo import PhotoKind, PhotoReader, Problem, available_engines, engine_report, facts_of
from models.rules.photo import SURE, KnownContact, Verdict, check_contact, check_watermark_time

pytestmark = [
    pytest.mark.ocr,
    pytest.mark.skipif("tesseract" not in available_engines(), reason="tesseract is not installed here"),
]

FIVE_PAST_TWO = datetime(2026, 11, 16, 6, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def reader() -> Iterator[PhotoReader]:
    with PhotoReader(engine="tesseract", timeout_s=200) as one:
        yield one


def test_a_licence_is_read_and_its_code_proves_itself(reader: PhotoReader) -> None:
    reading = reader.read(samples.make_licence())
    assert reading.engine == "tesseract"
    assert reading.kind is PhotoKind.LICENCE
    assert reading.value("uscc") == "91310115MA1K35PR6G"
    assert reading.value("company") == "上海蓝海包装有限公司"
    assert reading.seal.verdict == "present"
    assert all(field.confidence < SURE for field in reading.fields.values())


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_turned_licence_is_turned_back_first(reader: PhotoReader, quarters: int) -> None:
    lying = Image.open(io.BytesIO(samples.make_licence(seal=False))).rotate(-90 * quarters, expand=True)
    data = io.BytesIO()
    lying.save(data, "PNG")
    reading = reader.read(data.getvalue())
    assert reading.turn == 90 * quarters
    assert reading.value("uscc") == "91310115MA1K35PR6G"


def test_a_waybill_number_is_read_to_the_digit(reader: PhotoReader) -> None:
    assert reader.read(samples.make_waybill("SF1392210044518")).value("waybill_no") == "SF1392210044518"


def test_a_watermark_it_cannot_read_is_never_called_different(reader: PhotoReader) -> None:
    for blur in (0, 9):
        facts = facts_of(reader.read(samples.make_site_photo(FIVE_PAST_TWO, blur=blur)))
        finding = check_watermark_time(facts, received_at=FIVE_PAST_TWO)
        assert finding.verdict is not Verdict.DIFFERS, finding


def test_a_contact_it_misreads_is_never_called_different(reader: PhotoReader) -> None:
    facts = facts_of(reader.read(samples.make_chat_screenshot("王建国", "采购经理")))
    finding = check_contact(facts, [KnownContact("王建国", "采购经理")])
    assert finding.verdict is not Verdict.DIFFERS, finding


def test_a_reading_that_takes_too_long_leaves_no_tesseract_running(monkeypatch: pytest.MonkeyPatch) -> None:
    mark = uuid4().hex
    monkeypatch.setenv("SALES_BOT_TEST_MARK", mark)  # inherited: tells our processes from everybody else's
    with PhotoReader(engine="tesseract", timeout_s=0.4) as hurried:
        assert hurried.warm()
        assert hurried.read(samples.make_licence()).problem is Problem.TIMEOUT
    died = Event()
    assert any(not _running(mark) or died.wait(0.05) for _ in range(200))


def _running(mark: str) -> list[Path]:
    found = []
    for file in Path("/proc").glob("[0-9]*/environ"):
        try:
            found += [file] if mark.encode() in file.read_bytes() else []
        except OSError:  # it ended while we looked, or is not ours
            continue
    return found


def test_doctor_is_told_that_tesseract_is_there_and_what_it_cannot_do() -> None:
    fine, line = engine_report("tesseract")
    assert fine
    assert line.startswith("tesseract（指定")
    assert "读不了照片上的水印" in line


def test_doctor_is_told_when_the_chinese_language_file_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    assert engine_report("tesseract") == (False, "tesseract 启动失败")


def test_auto_goes_on_to_tesseract_when_rapidocr_does_not_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rapidocr.py").write_text("raise ImportError('libGL.so.1: cannot open shared object file')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    fine, line = engine_report("auto")
    assert fine
    assert line.startswith("tesseract（自动选用；rapidocr 启动失败，已退到它")


def test_an_engine_nobody_has_is_refused_with_what_was_found() -> None:
    fine, line = engine_report("easyocr")
    assert not fine
    assert "easyocr" in line
    assert "tesseract" in line
