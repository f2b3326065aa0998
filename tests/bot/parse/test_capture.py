from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.capture_accuracy import main, people, read, times
from bot.parse.sentence import Draft, DraftKind, Slot, SlotName, Verdict, capture
from bot.parse.sentence.reading import Reading
from bot.parse.sentence.recognise import RECOGNISERS


def test_our_sentences_are_captured_well_enough(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0, capsys.readouterr().out


def test_one_sentence_becomes_four_records() -> None:
    result = read("上午见王总，嫌贵，下周三前寄样，明天报价")
    assert [draft.kind for draft in result.drafts] == ["visit", "objection", "commitment", "next_step"]
    assert [draft.text for draft in result.drafts] == ["上午见王总", "嫌贵", "下周三前寄样", "明天报价"]
    promise = result.drafts[2]
    assert promise.values[SlotName.WHAT] == "寄样品"
    assert promise.values[SlotName.DUE].due_at.isoformat() == "2026-11-25T18:00:00+08:00"
    assert result.verdict is Verdict.SEVERAL


def test_a_promise_keeps_its_own_words() -> None:
    (promise,) = read("答应月底前派人调试").of(DraftKind.COMMITMENT)
    assert promise.values[SlotName.WHAT] == "派人调试"


@pytest.mark.parametrize(
    "text", ["", "谢谢", "今天堵车", "客户对价格没意见", "报价还没发", "没有答应降价", "能答应他周五发货吗"]
)
def test_nothing_is_made_of_small_talk_negation_and_questions(text: str) -> None:
    assert read(text).verdict is Verdict.NONE


def test_who_is_not_certain_is_asked() -> None:
    class Several:
        decided = None
        ask = True

    result = capture(
        "明天给王总发资料", times=times, people=lambda text: [(call[0], Several()) for call in people(text)]
    )
    contact = result.drafts[0].slot(SlotName.CONTACT)
    assert contact is not None
    assert (contact.text, contact.auto) == ("王总", False)


def test_a_recogniser_can_be_plugged_in() -> None:
    def parking(reading: Reading) -> Iterator[Draft]:
        place = reading.copy.find("停车")
        if place >= 0:
            span = (place, place + 2)
            yield Draft(DraftKind.SIGNAL, (Slot(SlotName.CATEGORY, "parking", "停车", span, 0.95),), span, "停车", 0.95)

    result = capture("楼下停车很难", times=times, recognisers=(*RECOGNISERS, parking))
    assert result.verdict is Verdict.ONE
    assert result.drafts[0].values[SlotName.CATEGORY] == "parking"


def test_evidence_stands_where_it_was_written() -> None:
    result = read("\u200b上午去恒信见了赵总，赵总觉得价格高，周四前给新方案")
    for draft in result.drafts:
        assert result.text[slice(*draft.span)] == draft.text


@settings(max_examples=100, deadline=None)
@given(
    st.text(
        alphabet=st.characters() | st.sampled_from("上午见王总，嫌贵下周三前寄样明天报价 客户说了不没"), max_size=50
    )
)
def test_no_text_whatsoever_raises(text: str) -> None:
    read(text)
