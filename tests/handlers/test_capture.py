from __future__ import annotations

from sqlalchemy import select

from models.commitment import Commitment
from models.visit import NextStep, Visit
from tests.chat import Company

SAID = "上午见王总，嫌贵，下周三前寄样，明天报价"


def test_one_sentence_becomes_four_lines_and_asks_which_wang(company: Company) -> None:
    (card,) = company.say("zhouhang", SAID)
    for words in ("拜访：", "异议：价格", "承诺：寄样品", "11-25 周三", "下一步：报价", "11-17 周二"):
        assert words in card.text
    assert "是哪家" in card.text
    assert {"华东机械", "蓝海包装"} <= set(card.buttons)


def test_kept_lines_become_four_records(company: Company) -> None:
    company.say("zhouhang", SAID)
    company.press("zhouhang", "华东机械")
    (receipt,) = company.press("zhouhang", "都对，记下")
    assert "承诺 CN-20261116-001" in receipt.text
    with company.session() as session:
        visit = session.scalars(select(Visit)).one()
        promise = session.scalars(select(Commitment)).one()
        step = session.scalars(select(NextStep)).one()
    assert (visit.customer_id, visit.objections) == ("C1001", ["价格"])
    assert (promise.customer_id, promise.matter) == ("C1001", "寄样品")
    assert step.text == "报价"
    assert "周航 @华东机械" in company.last("chenmin").text


def test_a_line_is_taken_out_and_another_changed(company: Company) -> None:
    company.say("zhouhang", SAID)
    company.press("zhouhang", "华东机械")
    company.press("zhouhang", "去掉 4")
    company.press("zhouhang", "改 3")
    (card,) = company.say("zhouhang", "改成周四前寄样品")
    assert "11-19 周四" in card.text
    company.press("zhouhang", "都对，记下")
    with company.session() as session:
        assert session.scalars(select(NextStep)).all() == []


def test_pressing_keep_twice_records_once(company: Company) -> None:
    company.say("zhouhang", SAID)
    company.press("zhouhang", "华东机械")
    card = company.last("zhouhang")
    company.press("zhouhang", "都对，记下", on=card)
    (answer,) = company.press("zhouhang", "都对，记下", on=card)
    assert "已经处理过" in answer.text
