import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.parse.signal import Strength, mine_promises

CASES: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "promise_cases.jsonl").read_text(encoding="utf-8").split("\n")
    if line
]


@pytest.mark.parametrize("case", CASES, ids=[case["sentence"] for case in CASES])
def test_only_our_own_promise_to_the_customer_is_mined(case: dict[str, Any]) -> None:
    assert bool(mine_promises(case["sentence"])) == case["promise"]


def test_what_a_second_hand_wrote_is_read_well_enough() -> None:
    lines = (Path(__file__).parent / "promise_second_hand.jsonl").read_text(encoding="utf-8").split("\n")
    cases = [json.loads(line) for line in lines if line]
    found = {case["id"] for case in cases if mine_promises(case["sentence"])}
    meant = {case["id"] for case in cases if case["promise"]}
    assert len(found & meant) / len(found) >= 0.97
    assert len(found & meant) / len(meant) >= 0.92


def test_the_promise_is_cut_out_of_the_summary() -> None:
    (promise,) = mine_promises("见了王总，嫌交期长，答应月底前派人调试。晚上请吃饭")
    assert promise.text == "答应月底前派人调试"
    assert promise.strength is Strength.SAID


def test_a_demand_and_our_yes_are_one_promise() -> None:
    (promise,) = mine_promises("客户要求周三前给报价，我答应了")
    assert promise.text == "客户要求周三前给报价，我答应了"


def test_a_plan_with_a_deadline_for_the_customer_is_only_implied() -> None:
    (promise,) = mine_promises("月底前给他们装好")
    assert promise.strength is Strength.IMPLIED


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.characters() | st.sampled_from("答应承诺，。客户我们周五前寄样"), max_size=60))
def test_no_text_whatsoever_raises(text: str) -> None:
    mine_promises(text)
