"""J4 from 合同签了 to the red seal, and its two seal branches: the real process, real pictures, real OCR (R01, R02)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bot.adapters.practice.samples import make_contract_page, make_licence
from tests.journeys.office import Office

pytestmark = [pytest.mark.ocr, pytest.mark.timeout(300)]
NUMBER = "HT-20261102-01"
BLUE_SEA = "蓝海包装有限公司"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Office(tmp_path, at="2026-11-02T10:00") as running:
        yield running


def sign(office: Office) -> None:
    office.say("zhouhang", f"合同签了 {NUMBER}", images=[make_contract_page(BLUE_SEA, date(2026, 11, 2))])
    office.say("zhouhang", "对")


def test_from_the_signature_page_to_the_red_seal(office: Office) -> None:
    (read,) = office.say("zhouhang", f"合同签了 {NUMBER}", images=[make_contract_page(BLUE_SEA, date(2026, 11, 2))])
    assert "读到：签约日 2026-11-02，客户 蓝海包装有限公司。" in read.words
    assert read.buttons == ["对", "改"]

    (signed,) = office.say("zhouhang", "对")
    assert "已签署" in signed.words
    assert "三件事做完才能进「待开票」" in signed.words
    for open_item in ("☐ ① 盖公章的开票资料", "☐ ② 确认收款账户（开户行）", "☐ ③ 发起开票"):
        assert open_item in signed.words

    (unsealed,) = office.say("zhouhang", images=[make_licence(BLUE_SEA, seal=False)])
    assert "识别为营业执照；未见红色印章（黑白复印章我看不出来）。" in unsealed.words
    assert unsealed.buttons[:2] == ["换一张", "是黑白章，转方晴人工看"]

    (sealed,) = office.say("zhouhang", images=[make_licence(BLUE_SEA, sealed_by=BLUE_SEA)])
    assert sealed.words.startswith("① ✅ 红章在右下。")
    assert "☑☐☐" in sealed.words

    (again,) = office.press("zhouhang", "对", on=read) if read.buttons else office.say("zhouhang", f"合同签了 {NUMBER}")
    assert "✅ ① 盖公章的开票资料" in again.words


def test_a_black_and_white_seal_goes_to_finance_whose_answer_comes_back(office: Office) -> None:
    sign(office)
    (grey,) = office.say("zhouhang", images=[make_licence(BLUE_SEA, grey=True)])
    assert "不是说没盖" in grey.words
    office.press("zhouhang", "是黑白章，转方晴人工看")
    (card,) = office.heard("fangqing", "开票资料")
    assert card["card"]["image_url"]
    assert card.buttons == ["认可", "不认可"]
    office.press("fangqing", "认可")
    (told,) = office.heard("zhouhang", "方晴看过，认可")
    assert "① ✅" in told.words
    assert "☑☐☐" in told.words


def test_the_paper_of_another_company_is_asked_about(office: Office) -> None:
    sign(office)
    stranger = "苏州蓝海科技有限公司"
    (asked,) = office.say("zhouhang", images=[make_licence(stranger, sealed_by=stranger)])
    assert "抬头是『蓝海科技』，合同是『蓝海包装』。" in asked.words
    assert asked.buttons[:2] == ["换", "确为关联公司,转方晴"]
    assert not office.heard("fangqing", "开票资料")
    office.press("zhouhang", "确为关联公司")
    assert "说是关联公司" in office.heard("fangqing", "开票资料")[0].words
    office.press("fangqing", "不认可")
    assert office.heard("zhouhang", "请换一张盖了公章的")


def test_what_cannot_be_read_is_asked_for_and_never_called_different(office: Office) -> None:
    (page,) = office.say("zhouhang", f"合同签了 {NUMBER}", images=[make_licence(BLUE_SEA, seal=False)])
    assert "签约日和客户没读到" in page.words
    (known,) = office.say("zhouhang", "11月1日 蓝海包装")
    assert "签约日 2026-11-01（你说的），客户 蓝海包装有限公司（你说的）" in known.words
    assert "已签署" in office.press("zhouhang", "对")[0].words
