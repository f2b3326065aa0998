import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.command_accuracy import REGISTRY, answer
from bot.command import load_handlers
from bot.parse.command import CommandSpec, nearest, parse_command


def load(name: str) -> list[dict[str, Any]]:
    lines = (Path(__file__).parent / f"{name}.jsonl").read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


CASES = load("command_cases")
THIRD_HAND = load("command_third_hand")


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_command_is_read_in_every_way_people_type_it(case: dict[str, Any]) -> None:
    assert answer(case) == case["expected"]


def test_what_a_third_hand_typed_is_read() -> None:
    assert sum(answer(case) == case["expected"] for case in THIRD_HAND) >= 0.99 * len(THIRD_HAND)


@pytest.fixture(scope="module")
def product() -> tuple[CommandSpec, ...]:
    return load_handlers().specs


@pytest.mark.parametrize("case", load("command_typed"), ids=lambda case: case["id"])
def test_every_command_of_the_product_is_read_as_strangers_type_it(
    case: dict[str, Any], product: tuple[CommandSpec, ...]
) -> None:
    parsed = parse_command(case["message"], registry=product, bot_names=("小助手", "销售 机器人"))
    if "nearest" in case:
        assert parsed is None
        assert case["nearest"] in str(nearest(case["message"], registry=product))
        return
    assert (parsed.name if parsed else None) == case["command"]
    assert parsed is None or parsed.rest == case.get("rest", parsed.rest)


def test_a_command_in_traditional_characters_keeps_what_was_typed() -> None:
    parsed = parse_command("/承諾 華宇電子 下週三前寄樣品 依據:微信截圖", registry=REGISTRY)
    assert parsed is not None
    assert (parsed.name, parsed.positional) == ("promise", ("華宇電子", "下週三前寄樣品"))
    assert dict(parsed.keyed) == {"basis": "微信截圖"}


def test_there_are_two_hundred_variants_of_our_own() -> None:
    assert len(CASES) >= 200


def test_fields_are_named_and_the_raw_text_is_kept() -> None:
    raw = "／拜访　恒信\u200b 赵总嫌贵 下一步：周五报价"
    parsed = parse_command(raw, registry=REGISTRY)
    assert parsed is not None
    assert parsed.named == {"customer": "恒信", "summary": "赵总嫌贵"}
    assert (parsed.raw, parsed.slash, parsed.alias) == (raw, True, "拜访")
    assert parsed.rest == "恒信 赵总嫌贵 下一步：周五报价"


def test_a_word_without_slash_says_so() -> None:
    parsed = parse_command("推进 恒信", registry=REGISTRY)
    assert parsed is not None
    assert not parsed.slash


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("/成诺 蓝海 发合同", "promise"),
        ("/承若", "promise"),
        ("/拜坊华东机械", "visit"),
        ("／撤消", "undo"),
        ("/hlep", "help"),
        ("/日抱", "report"),
        ("/天气", None),
        ("/", None),
        ("", None),
    ],
)
def test_an_unknown_command_is_met_with_the_nearest_one(text: str, name: str | None) -> None:
    spec = nearest(text, REGISTRY)
    assert (spec.name if spec else None) == name


def test_the_longer_word_wins() -> None:
    registry = (
        CommandSpec("customer", aliases=("客户",), positional=("name",)),
        CommandSpec("new_customer", aliases=("客户 新建", "新建客户"), positional=("name",)),
    )
    for text in ("/客户 新建 恒立液压", "/客户新建 恒立液压", "新建客户 恒立液压", "客户  新建：恒立液压"):
        parsed = parse_command(text, registry=registry)
        assert parsed is not None, text
        assert (parsed.name, parsed.positional) == ("new_customer", ("恒立液压",))


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters() | st.sampled_from('/／、@承诺拜访依据下一步:："“”「」 \u200b\n'), max_size=60))
def test_no_text_whatsoever_raises(text: str) -> None:
    parse_command(text, registry=REGISTRY, bot_names=("小助手", "a|b("), mentions=("林可",))
    nearest(text, REGISTRY)
