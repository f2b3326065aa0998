from __future__ import annotations

import pytest

from bot.adapters.base import Capabilities
from bot.cards.visit_place import away
from models.visit import EvidenceState, evidence_of, is_complete
from tests.chat import Company
from tests.readers import ScriptedReader, chat_screenshot, site_photo

NORTH_OF_GATE = 111_194.93  # metres in a degree of latitude on the sphere we measure with


def at_metres(metres: float) -> tuple[float, float]:
    """A place so many metres south of the gate of 华东机械."""
    return (31.231713 - metres / NORTH_OF_GATE, 121.4737)


@pytest.mark.parametrize(("metres", "accepted"), [(199, True), (200, True), (201, False)])
def test_two_hundred_metres_are_in_and_two_hundred_and_one_are_out(
    company: Company, metres: int, accepted: bool
) -> None:
    company.say("zhouhang", "拜访 华东机械")
    answer = company.say("zhouhang", location=at_metres(metres))[0]
    assert (f"{metres} 米（≤200）" in answer.text) is accepted
    assert ("☑☐☐" in answer.text) is accepted


def test_a_place_without_an_open_visit_is_explained(company: Company) -> None:
    (answer,) = company.say("zhouhang", location=at_metres(10))
    assert "拜访 客户名" in answer.text


def test_asked_for_a_link_a_chat_that_takes_places_says_how_to_send_one(company: Company) -> None:
    company.say("zhouhang", "拜访 华东机械")
    (answer,) = company.say("zhouhang", "/定位")
    assert "「+」→「位置」" in answer.text


def test_a_place_after_the_visit_is_explained(company: Company) -> None:
    company.say("zhouhang", "拜访 华东机械")
    company.say("zhouhang", "撤销")
    company.press("zhouhang", "撤销") if company.last("zhouhang").buttons else None
    (answer,) = company.say("zhouhang", location=at_metres(10))
    assert "拜访 客户名" in answer.text


@pytest.fixture
def placeless(company: Company) -> Company:
    """The company in a chat that sends no places, without a public address."""
    company.platform.capabilities = Capabilities(keyed=True)
    reader = ScriptedReader()
    reader.show(b"gate", site_photo("2026-11-16", "09:00", address="上海市黄浦区人民大道200号"))
    reader.show(b"bare", site_photo("2026-11-16", "09:00"))
    reader.show(b"late", site_photo("2026-11-16", "06:00", address="上海市黄浦区"))
    reader.show(b"chat", chat_screenshot("王建国", "采购经理"))
    company.app.services.reader = reader
    company.say("zhouhang", "拜访 华东机械")
    return company


def places(company: Company) -> list[tuple[str, str]]:
    with company.session() as session:
        return [(e.state, e.read) for e in evidence_of(session, "V-20261116-001") if e.kind == "location"]


def test_where_no_place_can_be_sent_the_watermarks_address_is_a_weak_one(placeless: Company) -> None:
    (receipt,) = placeless.say("zhouhang", images=[b"gate"])
    assert "◐ 用水印地址「上海市黄浦区人民大道200号」记为「弱位置」，不算满分" in receipt.text
    assert places(placeless) == [(EvidenceState.WEAK, "上海市黄浦区人民大道200号")]


def test_a_weak_place_lets_one_go_on_and_is_no_full_mark(placeless: Company) -> None:
    placeless.say("zhouhang", images=[b"gate"])
    answers = placeless.say("zhouhang", images=[b"chat"])
    assert "◐☑☑" in answers[0].text
    assert "结束拜访" in answers[-1].text
    placeless.say("zhouhang", "目标促成签约，谈了价格让步，周五前给新报价")
    placeless.press("zhouhang", "都对")
    assert "未完整，还差 ① 位置（只有弱的）" in placeless.said("zhouhang")
    with placeless.session() as session:
        assert not is_complete(session, "V-20261116-001")


def test_a_photo_without_an_address_gives_no_place(placeless: Company) -> None:
    placeless.say("zhouhang", images=[b"bare"])
    assert places(placeless) == []


def test_a_photo_that_has_to_be_explained_still_says_where_it_was_taken(placeless: Company) -> None:
    (card,) = placeless.say("zhouhang", images=[b"late"])
    assert "相差 3 小时" in card.text
    assert "弱位置" in card.text


def test_a_newer_photo_renews_a_weak_place_and_never_a_real_one(placeless: Company) -> None:
    placeless.say("zhouhang", images=[b"late"])
    placeless.say("zhouhang", images=[b"gate"])
    assert places(placeless) == [(EvidenceState.WEAK, "上海市黄浦区人民大道200号")]
    placeless.say("zhouhang", location=at_metres(10))
    placeless.say("zhouhang", images=[b"late"])
    assert [state for state, _ in places(placeless)] == [EvidenceState.VALID]


def test_where_places_can_be_sent_the_watermark_is_no_place(company: Company) -> None:
    reader = ScriptedReader()
    reader.show(b"gate", site_photo("2026-11-16", "09:00", address="上海市黄浦区人民大道200号"))
    company.app.services.reader = reader
    company.say("zhouhang", "拜访 华东机械")
    company.say("zhouhang", images=[b"gate"])
    assert places(company) == []


def test_without_a_page_the_opening_asks_for_a_watermark_with_an_address(placeless: Company) -> None:
    opening = placeless.inbox("zhouhang")[0].text
    assert "这里发不了位置" in opening
    (answer,) = placeless.say("zhouhang", "定位")
    assert "水印带地址" in answer.text


@pytest.mark.parametrize(
    ("metres", "words"),
    [
        (201, "201 米"),
        (999, "999 米"),
        (1000, "1.0 公里"),
        (99_949, "99.9 公里"),
        (99_950, "100 公里"),
        (172_859, "173 公里"),
    ],
)
def test_what_is_far_away_is_said_in_kilometres(metres: int, words: str) -> None:
    assert away(metres) == words
