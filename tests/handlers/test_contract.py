"""合同签了: what the page says, what its owner says, and the checklist of three (R01, J4)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.reply import CardState
from models.contract import Contract, ContractState
from models.event import Event
from tests.chat import Company
from tests.readers import ScriptedReader, contract_page, licence, site_photo

NUMBER = "HT-20261102-01"
PAGE = b"the signature page"


@pytest.fixture
def desk(tmp_path: Path, reader: ScriptedReader) -> Iterator[Company]:
    reader.show(PAGE, contract_page("2026-11-02", "蓝海包装有限公司", number=NUMBER))
    made = Company(tmp_path, at="2026-11-02 10:00", reader=reader)
    yield made
    made.close()


def contract(company: Company, number: str = NUMBER) -> Contract:
    with company.session() as session:
        return session.get_one(Contract, number)


def test_the_page_may_come_after_the_words(desk: Company) -> None:
    assert "签字页" in desk.say("zhouhang", f"合同签了 {NUMBER}")[0].text
    card = desk.say("zhouhang", images=[PAGE])[0]
    assert "读到：签约日 2026-11-02，客户 蓝海包装有限公司。" in card.text
    assert card.buttons == ["对", "改"]
    assert contract(desk).state == ContractState.READ
    desk.press("zhouhang", "对")
    signed = contract(desk)
    assert (signed.state, signed.customer_id, str(signed.signed_on)) == (ContractState.SIGNED, "C1002", "2026-11-02")


def test_a_sentence_with_the_number_begins_it_too(desk: Company) -> None:
    assert "签字页" in desk.say("zhouhang", f"蓝海的合同今天签了，{NUMBER}")[0].text
    assert contract(desk).customer_id == "C1002"


def test_it_is_signed_once_however_often_it_is_confirmed(desk: Company) -> None:
    card = desk.say("zhouhang", f"合同签了 {NUMBER}", images=[PAGE])[0]
    desk.say("zhouhang", "对")
    assert "早已登记" in desk.press("zhouhang", "对", on=card)[0].text
    assert "早已登记" in desk.say("zhouhang", f"合同签了 {NUMBER}")[0].text
    with desk.session() as session:
        assert len(list(session.scalars(select(Event).where(Event.kind == "contract.signed")))) == 1


def test_what_was_misread_is_said_in_words(desk: Company) -> None:
    desk.say("zhouhang", f"合同签了 {NUMBER}", images=[PAGE])
    assert "哪里不对" in desk.press("zhouhang", "改")[0].text
    assert "哪里不对" in desk.say("zhouhang", "改")[0].text
    card = desk.say("zhouhang", "签约日是10月30日")[0]
    assert "签约日 2026-10-30（你说的），客户 蓝海包装有限公司。" in card.text
    card = desk.say("zhouhang", "不对，客户是华东机械")[0]
    assert "客户 华东机械有限公司（你说的）" in card.text
    assert "2026-10-30" in desk.say("zhouhang", "对")[0].text


def test_a_page_that_cannot_be_read_is_asked_about(desk: Company, reader: ScriptedReader) -> None:
    card = desk.say("zhouhang", f"合同签了 {NUMBER}", images=[reader.show(b"blur", contract_page())])[0]
    assert "签约日和客户没读到" in card.text
    assert card.buttons == []
    assert "客户没读到" in desk.say("zhouhang", "11月2日")[0].text
    assert desk.say("zhouhang", "蓝海包装")[0].buttons == ["对", "改"]


@pytest.mark.parametrize(("day", "taken"), [("2026-11-02", True), ("2026-11-03", False)])
def test_nothing_is_signed_tomorrow(desk: Company, reader: ScriptedReader, day: str, taken: bool) -> None:
    page = reader.show(b"page", contract_page(day, "蓝海包装有限公司"))
    card = desk.say("zhouhang", f"合同签了 {NUMBER}", images=[page])[0]
    assert ("对" in card.buttons) is taken


def test_a_day_to_come_is_not_taken_in_words_either(desk: Company) -> None:
    desk.say("zhouhang", f"合同签了 {NUMBER}", images=[PAGE])
    desk.press("zhouhang", "改")
    assert "还没到" in desk.say("zhouhang", "签约日 11月12日")[0].text


def test_a_name_that_is_nearly_a_customers_is_asked_about_not_taken(desk: Company, reader: ScriptedReader) -> None:
    page = reader.show(b"page", contract_page("2026-11-02", "蓝海科技有限公司"))
    card = desk.say("zhouhang", f"合同签了 {NUMBER}", images=[page])[0]
    assert "对" not in card.buttons
    assert contract(desk).customer_id is None
    if "是 蓝海包装" in card.buttons:
        assert "对" in desk.press("zhouhang", "是 蓝海包装")[0].buttons


def test_another_number_on_the_page_is_pointed_out(desk: Company, reader: ScriptedReader) -> None:
    page = reader.show(
        b"page", contract_page("2026-11-02", "蓝海包装有限公司", number="HT-20261015-07", confidence=0.99)
    )
    card = desk.say("zhouhang", f"合同签了 {NUMBER}", images=[page])[0]
    assert "页上的合同编号读到「HT-20261015-07」" in card.text


def test_a_site_photo_of_an_open_visit_is_not_taken_for_the_page(desk: Company, reader: ScriptedReader) -> None:
    desk.say("zhouhang", "拜访 华东机械")
    desk.say("zhouhang", f"合同签了 {NUMBER}")
    assert "② 照片 ✅" in desk.say("zhouhang", images=[reader.show(b"gate", site_photo("2026-11-02", "09:59"))])[0].text


def test_a_colleagues_customer_and_number_are_none_of_his_business(desk: Company) -> None:
    assert "对" not in desk.say("linke", f"合同签了 {NUMBER}", images=[PAGE])[0].buttons
    desk.say("zhouhang", f"合同签了 {NUMBER}", images=[PAGE])
    desk.say("zhouhang", "对")
    assert "不是你登记的" in desk.say("linke", f"合同签了 {NUMBER}", images=[PAGE])[0].text
    assert contract(desk).owner_id == "zhouhang"
    for who, sees in (("linke", False), ("sun", False), ("akai", False), ("chenmin", True), ("fangqing", True)):
        assert ("蓝海" in desk.say(who, f"查合同 {NUMBER}")[0].text) is sees, who
        assert (NUMBER in desk.say(who, "查合同")[0].text) is sees, who


def test_signing_is_taken_back_with_everything(desk: Company, reader: ScriptedReader) -> None:
    desk.say("zhouhang", f"合同签了 {NUMBER}", images=[PAGE])
    desk.say("zhouhang", "对")
    desk.say("zhouhang", images=[reader.show(b"licence", licence("蓝海包装有限公司", seal="not_seen"))])
    desk.press("zhouhang", "是黑白章")
    asked = desk.last("fangqing")
    assert f"{NUMBER} 蓝海包装有限公司 的签署" in desk.say("zhouhang", f"撤销 {NUMBER}")[0].text
    desk.say("zhouhang", "撤销")
    assert contract(desk).state == ContractState.UNDONE
    assert asked.card.state == CardState.VOID
    assert NUMBER not in desk.say("zhouhang", "查合同")[0].text
    desk.say("zhouhang", f"合同签了 {NUMBER}", images=[PAGE])
    assert "已签署" in desk.say("zhouhang", "对")[0].text


def test_ten_minutes_later_taking_it_back_needs_a_slip(desk: Company) -> None:
    desk.say("zhouhang", f"合同签了 {NUMBER}", images=[PAGE])
    desk.say("zhouhang", "对")
    desk.advance(minutes=10)
    assert "更正" in desk.say("zhouhang", f"撤销 {NUMBER}")[0].text
    assert contract(desk).state == ContractState.SIGNED


def test_what_is_put_off_can_be_gone_on_with(desk: Company) -> None:
    desk.say("zhouhang", f"合同签了 {NUMBER}")
    assert "先放着" in desk.say("zhouhang", "取消")[0].text
    assert "对" in desk.say("zhouhang", f"合同签了 {NUMBER}", images=[PAGE])[0].buttons
