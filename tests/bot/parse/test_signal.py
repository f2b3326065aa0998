import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.parse.signal import Rule, RuleError, RuleSet, build_rule, built_in, lint_rule
from bot.parse.signal.rule import RULES_DIRECTORY


def load(name: str) -> list[dict[str, Any]]:
    lines = (Path(__file__).parent / f"{name}.jsonl").read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


FILES = ("signals", "empty_phrases")
SHIPPED = [(name, rule) for name in FILES for rule in built_in(name).rules]


def labels(text: str, rules: RuleSet | None = None) -> set[str]:
    return {signal.label for signal in (rules or built_in()).find(text)}


@pytest.mark.parametrize(("name", "rule"), SHIPPED, ids=[rule.id for _, rule in SHIPPED])
def test_every_rule_finds_its_examples_and_leaves_its_counterexamples(name: str, rule: Rule) -> None:
    alone = RuleSet([rule])
    assert rule.examples, "a rule without examples has no tests"
    assert rule.counterexamples
    assert [text for text in rule.examples if rule.label not in labels(text, alone)] == []
    assert [text for text in rule.counterexamples if rule.label in labels(text, alone)] == []
    assert len(rule.advice) == 3 or name != "signals"


@pytest.mark.parametrize(
    ("name", "precision", "recall"),
    [
        ("signal_cases", 0.97, 0.97),
        ("signal_second_hand", 0.95, 0.97),
        ("signal_third_hand", 0.98, 0.98),  # 225 of the 300 had been looked at when the rules were widened, then all
        ("signal_fourth_hand", 0.97, 0.91),  # blind first P .90 R .85; looked at since
        ("signal_fifth_hand", 0.98, 0.90),  # blind first P .885 R .817; looked at since
        ("signal_sixth_hand", 0.88, 0.88),  # blind P .882 R .882; its words weigh since, the rules have not seen it
        ("signal_widening", 0.95, 0.78),  # our own, written to fit the evidence: said in as many ways as came to mind
    ],
)
def test_sentences_of_several_hands_are_read_well_enough(name: str, precision: float, recall: float) -> None:
    right = false = missed = 0
    for case in load(name):
        want, got = set(case["labels"]), labels(case["sentence"])
        right, false, missed = right + len(want & got), false + len(got - want), missed + len(want - got)
    assert right / (right + false) >= precision
    assert right / (right + missed) >= recall


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("客户说预算还没批", {"budget_stall"}),
        ("预算已经批了", set()),
        ("预算批没批还不清楚", set()),
        ("如果预算批不下来就麻烦了", set()),
        ("之前嫌贵，现在接受了", set()),
        ("下次问问他们预算是不是没批", set()),
        ("培训讲了怎么处理嫌贵的客户", set()),
        ("他们认可方案，但嫌贵，周五前给新报价", {"positive", "price"}),
        ("交付没问题，就是担心价格太高", {"price"}),
        ("没说嫌贵", set()),
        ("没想到他们还是嫌贵", {"price"}),
        ("设备科同意没用,院长还没点头", {"decider_away"}),
        ("之前担心的交期已经讲清楚了", set()),
        ("王总之前没空,今天见到了", set()),
        ("有没有比价", set()),
    ],
)
def test_negation_condition_past_and_training_take_the_force_out(text: str, expected: set[str]) -> None:
    assert labels(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“我们今年额度用完了”,原话", {"budget_stall"}),
        ("我们今年差旅额度用完了", set()),
        ("我做不了主,要问我们陈总", {"decider_away"}),
        ('"let me think about it"', {"stall"}),
    ],
)
def test_what_the_customer_says_word_for_word_is_told_of_him(text: str, expected: set[str]) -> None:
    assert labels(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("资金比较吃紧,想缓缓", {"budget_stall"}),
        ("钱没批下来,明年再讲", {"budget_stall", "stall"}),
    ],
)
def test_a_delay_stands_beside_its_reason_only_when_put_off_to_some_day(text: str, expected: set[str]) -> None:
    assert labels(text) == expected


def test_the_evidence_is_the_words_themselves() -> None:
    (signal,) = built_in().find("见了王总\u200b，客户说预算还没批，别的都好")
    assert signal.text == "预算还没批"
    assert signal.span == (8, 13)


def test_a_director_adds_a_rule_and_tries_it_on_stored_messages() -> None:
    rule = build_rule({"id": "own-1", "label": "relocation", "patterns": ["!(搬迁|搬厂)~4(?:计划|中|要)"]}, {})
    trials = RuleSet([rule]).try_on(["他们搬厂计划定了", "今天很顺利", "没有搬厂计划"])
    assert [trial.message for trial in trials] == ["他们搬厂计划定了"]
    assert trials[0].signals[0].label == "relocation"


@pytest.mark.parametrize(
    ("patterns", "why"),
    [(["搬厂"], "锚词"), (["!(搬厂)("], "写法有误"), (["!<nothing>"], "词表"), (["!()"], "锚词")],
)
def test_a_rule_that_cannot_work_says_why(patterns: list[str], why: str) -> None:
    with pytest.raises(RuleError, match=why):
        build_rule({"id": "x", "label": "y", "patterns": patterns}, {})


def test_a_rule_without_a_label_says_so() -> None:
    with pytest.raises(RuleError, match="label"):
        build_rule({"id": "x", "patterns": ["!(搬厂)"]}, {})


def test_no_rules_find_nothing() -> None:
    assert RuleSet([]).find("预算还没批") == ()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_no_text_whatsoever_raises(text: str) -> None:
    built_in().find(text)


GOOD_RULE = {
    "id": "own-1",
    "label": "relocation",
    "patterns": ["!(搬迁|搬厂)~4(?:计划|中|要)"],
    "examples": ["他们搬厂计划定了"],
    "counterexamples": ["没有搬厂计划"],
}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, None),
        ({"patterns": ["!(搬厂)(?:a+)+b"]}, "嵌套"),
        ({"patterns": ["!(搬厂)(?:a{1,9}b){1,9}"]}, "嵌套"),
        ({"patterns": ["!(搬厂)(?:计划|要)*"]}, "嵌套"),
        ({"patterns": ["!(搬厂).{0,99}计划"]}, "太长"),
        ({"patterns": ["!(搬厂).{3,}计划"]}, "太长"),
        ({"patterns": ["!(搬厂)" + "计" * 600]}, "最多 600"),
        ({"patterns": [r"!(搬厂)(.)\1"]}, "引用"),
        ({"patterns": ["搬厂"]}, "锚词"),
        ({"examples": ["他们要搬走"]}, "例子没有命中"),
        ({"counterexamples": ["搬厂计划"]}, "反例命中了"),
        ({"counterexamples": []}, "至少"),
    ],
)
def test_a_rule_written_in_chat_is_checked_before_it_runs(change: dict[str, Any], why: str | None) -> None:
    problems = lint_rule(GOOD_RULE | change)
    if why is None:
        assert problems == ()
    else:
        assert any(why in problem for problem in problems), problems


def test_the_shipped_rules_pass_their_own_check() -> None:
    for name in FILES:
        data = yaml.safe_load((RULES_DIRECTORY / f"{name}.yaml").read_text(encoding="utf-8"))
        words = {key: [value] if isinstance(value, str) else value for key, value in data["words"].items()}
        for raw in data["rules"]:
            assert lint_rule(raw, words) == (), raw["id"]
