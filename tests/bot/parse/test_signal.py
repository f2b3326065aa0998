import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.parse.signal import Rule, RuleError, RuleSet, build_rule, built_in

CASES: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "signal_cases.jsonl").read_text(encoding="utf-8").split("\n")
    if line
]
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


def test_our_own_sentences_are_read_well_enough() -> None:
    right = false = missed = 0
    for case in CASES:
        want, got = set(case["labels"]), labels(case["sentence"])
        right, false, missed = right + len(want & got), false + len(got - want), missed + len(want - got)
    assert right / (right + false) >= 0.95
    assert right / (right + missed) >= 0.95


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
    ],
)
def test_negation_condition_past_and_training_take_the_force_out(text: str, expected: set[str]) -> None:
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
