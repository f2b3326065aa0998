"""What the reader tells of papers, and whether it sees the red seal (R02, R08, R13, J4)."""

from collections.abc import Iterator
from datetime import date

import pytest

from bot.adapters.practice import samples
from bot.photo import PhotoKind, PhotoReader

pytestmark = pytest.mark.ocr


@pytest.fixture(scope="module")
def reader() -> Iterator[PhotoReader]:
    with PhotoReader(timeout_s=60) as one:
        yield one


def test_a_licence_with_its_red_seal(reader: PhotoReader) -> None:
    reading = reader.read(samples.make_licence())
    assert reading.kind is PhotoKind.LICENCE
    assert reading.value("company") == "上海蓝海包装有限公司"
    assert reading.value("uscc") == "91310115MA1K35PR6G"
    assert reading.value("found_date") == "2018-05-21"
    assert reading.seal.verdict == "present"
    assert reading.seal.box is not None
    assert abs(reading.seal.box[0][0] - 1070) < 20


def test_a_copy_without_a_seal_is_not_seen_and_a_grey_one_cannot_tell(reader: PhotoReader) -> None:
    assert reader.read(samples.make_licence(seal=False)).seal.verdict == "not_seen"
    assert reader.read(samples.make_licence(grey=True)).seal.verdict == "cannot_tell"


def test_the_signature_page_is_read_under_its_seal(reader: PhotoReader) -> None:
    reading = reader.read(samples.make_contract_page("蓝海包装有限公司", date(2026, 11, 2)))
    assert reading.kind is PhotoKind.CONTRACT_PAGE
    assert reading.value("customer") == "蓝海包装有限公司"
    assert reading.value("sign_date") == "2026-11-02"
    assert reading.value("contract_no") == "HT-20261102-01"
    assert reading.seal.verdict == "present"


def test_a_waybill_gives_number_and_carrier(reader: PhotoReader) -> None:
    reading = reader.read(samples.make_waybill("SF1392210044518"))
    assert reading.kind is PhotoKind.WAYBILL
    assert reading.value("waybill_no") == "SF1392210044518"
    assert reading.value("carrier") == "顺丰速运"
    assert reading.value("recipient") == "李慧"
