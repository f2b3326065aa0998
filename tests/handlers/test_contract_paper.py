"""The sealed paper of a contract: sealed, not seen, somebody else's; finance decides what is in doubt (R02, M4, J4)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.contract import ContractPaper, PaperState, papers_of
from models.rules.gates import INVOICE_PAPER
from tests.chat import Company
from tests.readers import ScriptedReader, contract_page, licence

NUMBER = "HT-20261102-01"
NAME = "蓝海包装有限公司"


@pytest.fixture
def signed(tmp_path: Path, reader: ScriptedReader) -> Iterator[Company]:
    made = Company(tmp_path, at="2026-11-02 10:00", reader=reader)
    sign(made, reader, NUMBER, NAME)
    yield made
    made.close()


def sign(company: Company, reader: ScriptedReader, number: str, name: str) -> None:
    page = reader.show(number.encode(), contract_page("2026-11-02", name))
    company.say("zhouhang", f"合同签了 {number}", images=[page])
    assert "已签署" in company.say("zhouhang", "对")[0].text


def paper(company: Company, number: str = NUMBER) -> ContractPaper:
    with company.session() as session:
        return papers_of(session, number, INVOICE_PAPER)[0]


def test_a_sealed_licence_fills_the_first_box(signed: Company, reader: ScriptedReader) -> None:
    said = signed.say("zhouhang", images=[reader.show(b"a", licence(NAME, ring=NAME))])[0].text
    assert said.startswith("① ✅ 红章在右下。")
    assert "☑☐☐" in said
    assert paper(signed).state == PaperState.VALID
    assert "✅ ①" in signed.say("chenmin", f"查合同 {NUMBER}")[0].text


@pytest.mark.parametrize(("company", "unread"), [(NAME, "章上的字看不清"), ("", "章上的字和抬头都看不清")])
def test_a_seal_nobody_can_read_counts_and_everybody_sees_that_it_was_not_compared(
    signed: Company, reader: ScriptedReader, company: str, unread: str
) -> None:
    said = signed.say("zhouhang", images=[reader.show(b"a", licence(company))])[0].text
    assert said.startswith(f"① ✅ 红章在右下。{unread}，没核对是谁的章；营业执照上本来就有登记机关的章")
    assert "☑☐☐" in said
    assert paper(signed).verdict == "cannot_read"
    assert "✅ ① 盖公章的开票资料（没核对是谁的章）" in signed.say("fangqing", f"查合同 {NUMBER}")[0].text


def test_a_compared_seal_leaves_nothing_open(signed: Company, reader: ScriptedReader) -> None:
    signed.say("zhouhang", images=[reader.show(b"a", licence(NAME, ring=NAME))])
    assert "没核对" not in signed.say("fangqing", f"查合同 {NUMBER}")[0].text


def misread_rate(company: Company) -> str:
    company.advance(minutes=16)  # a number just shown is shown again for a quarter of an hour
    return company.say("chenmin", "/口径 误判率")[0].text


def test_what_finance_overrules_counts_as_misread_beside_the_visits_photos(
    signed: Company, reader: ScriptedReader
) -> None:
    signed.say("zhouhang", images=[reader.show(b"a", licence("蓝海科技有限公司"))])
    signed.press("zhouhang", "看错了")
    assert "（0/1）" in misread_rate(signed)
    assert "计入识别误判" in signed.press("fangqing", "认可")[0].text
    rate = misread_rate(signed)
    assert "（1/1）" in rate
    assert "开票资料" in rate


def test_a_sister_company_is_no_misreading(signed: Company, reader: ScriptedReader) -> None:
    signed.say("zhouhang", images=[reader.show(b"a", licence("蓝海科技有限公司"))])
    signed.press("zhouhang", "确为关联公司")
    assert "计入识别误判" not in signed.press("fangqing", "认可")[0].text
    assert "（0/1）" in misread_rate(signed)


def test_a_contract_taken_back_is_in_no_rate(signed: Company, reader: ScriptedReader) -> None:
    signed.say("zhouhang", images=[reader.show(b"a", licence("蓝海科技有限公司"))])
    signed.say("zhouhang", f"撤销 {NUMBER}")
    signed.say("zhouhang", "撤销")
    assert "（0/0）" in misread_rate(signed)


def test_a_missing_red_seal_is_a_question_and_another_picture_answers_it(
    signed: Company, reader: ScriptedReader
) -> None:
    card = signed.say("zhouhang", images=[reader.show(b"a", licence(NAME, seal="not_seen"))])[0]
    assert "识别为营业执照；未见红色印章（黑白复印章我看不出来）。" in card.text
    signed.press("zhouhang", "换一张")
    assert "① ✅" in signed.say("zhouhang", images=[reader.show(b"b", licence(NAME, ring=NAME))])[0].text
    assert "新的替换" in signed.press("zhouhang", "是黑白章", on=card)[0].text


def test_finance_accepts_and_the_box_is_full(signed: Company, reader: ScriptedReader) -> None:
    signed.say("zhouhang", images=[reader.show(b"a", licence(NAME, seal="cannot_tell"))])
    doubt = signed.last("zhouhang")
    signed.press("zhouhang", "是黑白章")
    assert "已经转给财务" in signed.press("zhouhang", "换一张", on=doubt)[0].text
    card = signed.last("fangqing")
    assert "周航" in card.text
    assert "说是黑白章" in card.text
    assert "请财务人工看" not in card.text  # advice to the rep, not to her who looks
    signed.press("fangqing", "认可", on=card)
    assert "方晴看过，认可。 ☑☐☐" in signed.last("zhouhang").text
    kept = paper(signed)
    assert (kept.state, kept.judged_by) == (PaperState.VALID, "fangqing")
    assert card.buttons == []


def test_finance_refuses_and_the_next_picture_counts(signed: Company, reader: ScriptedReader) -> None:
    signed.say("zhouhang", images=[reader.show(b"a", licence(NAME, seal="not_seen"))])
    signed.press("zhouhang", "看错了")
    card = signed.last("fangqing")
    signed.press("fangqing", "不认可", on=card)
    assert "请换一张" in signed.last("zhouhang").text
    assert "① ✅" in signed.say("zhouhang", images=[reader.show(b"b", licence(NAME, ring=NAME))])[0].text


def test_a_new_picture_takes_the_question_to_finance_back(signed: Company, reader: ScriptedReader) -> None:
    signed.say("zhouhang", images=[reader.show(b"a", licence(NAME, seal="not_seen"))])
    signed.press("zhouhang", "是黑白章")
    card = signed.last("fangqing")
    signed.say("zhouhang", images=[reader.show(b"b", licence(NAME, ring=NAME))])
    assert card.buttons == []
    assert "已换了一张" in signed.last("fangqing").text


def test_somebody_elses_paper_is_asked_about(signed: Company, reader: ScriptedReader) -> None:
    card = signed.say("zhouhang", images=[reader.show(b"a", licence("蓝海科技有限公司"))])[0]
    assert "抬头是『蓝海科技』，合同是『蓝海包装』。" in card.text
    assert card.buttons == ["换", "确为关联公司,转方晴", "看错了,转方晴"]
    assert "骗" not in card.text
    assert "假" not in card.text
    signed.press("zhouhang", "确为关联公司")
    assert "说是关联公司" in signed.last("fangqing").text


def test_another_companys_seal_on_the_right_paper_is_asked_about(signed: Company, reader: ScriptedReader) -> None:
    card = signed.say("zhouhang", images=[reader.show(b"a", licence(NAME, ring="苏州宏远物流有限公司"))])[0]
    assert "章上读到『宏远物流』，合同是『蓝海包装』。" in card.text


@pytest.mark.parametrize("confidence", [0.3, 0.84])
def test_an_unsure_name_never_differs(signed: Company, reader: ScriptedReader, confidence: float) -> None:
    said = signed.say("zhouhang", images=[reader.show(b"a", licence("蓝海科技有限公司", confidence=confidence))])[0]
    assert "合同是" not in said.text


def test_the_registrars_seal_is_not_the_customers(signed: Company, reader: ScriptedReader) -> None:
    card = signed.say("zhouhang", images=[reader.show(b"a", licence(NAME, ring="上海市市场监督管理局"))])[0]
    assert "没看到客户的公章" in card.text
    assert paper(signed).state == PaperState.WAITING


def test_the_paper_finds_its_contract_by_its_name(signed: Company, reader: ScriptedReader) -> None:
    sign(signed, reader, "HT-20261102-02", "华东机械有限公司")
    signed.say("zhouhang", images=[reader.show(b"a", licence(NAME, ring=NAME))])
    assert paper(signed).state == PaperState.VALID


def test_a_paper_of_nobody_in_particular_is_asked_about(signed: Company, reader: ScriptedReader) -> None:
    sign(signed, reader, "HT-20261102-02", "华东机械有限公司")
    assert "先放着" in signed.say("zhouhang", "取消")[0].text
    card = signed.say("zhouhang", images=[reader.show(b"a", licence())])[0]
    assert card.buttons == ["HT-20261102-02 华东机械有限公司", f"{NUMBER} {NAME}"]
    assert "红章在右下" in signed.press("zhouhang", NUMBER)[0].text


def test_only_finance_judges_and_nobody_his_own(signed: Company, reader: ScriptedReader) -> None:
    signed.say("zhouhang", images=[reader.show(b"a", licence(NAME, seal="not_seen"))])
    signed.press("zhouhang", "是黑白章")
    card = signed.last("fangqing")
    for who in ("zhouhang", "chenmin", "linke"):
        assert "不是发给你的" in signed.press(who, "认可", on=card)[0].text
    assert paper(signed).state == PaperState.ASKED
