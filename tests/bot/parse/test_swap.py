"""What a message says should be otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parse.sentence.swap import swaps_in


@pytest.mark.parametrize(
    ("text", "swaps"),
    [
        ("把蓝海改成蓝海包装二厂", [("蓝海", "蓝海包装二厂")]),
        ("把蓝海改成恒信，把客户拜访改成方案发送", [("蓝海", "恒信"), ("客户拜访", "方案发送")]),
        ("不是拜访，是方案发送", [("拜访", "方案发送")]),
        ("蓝海写错了，是恒信", [("蓝海", "恒信")]),
        ("把「11月启动，招标」改成「12月启动，招标」", [("11月启动，招标", "12月启动，招标")]),
        ("将格美降价8%改为格美降价5%。", [("格美降价8%", "格美降价5%")]),
        ("改成周四", []),
        ("蓝海不是恒信", []),
        ("客户说不是价格问题", []),
        ("蓝海改成蓝海", []),
        ("", []),
    ],
)
def test_what_is_wrong_and_what_is_right(text: str, swaps: list[tuple[str, str]]) -> None:
    assert [(swap.wrong, swap.right) for swap in swaps_in(text)] == swaps


@given(st.text(alphabet="把改成是不错了，「」。蓝海 ", max_size=80))
def test_whatever_is_written_it_ends(text: str) -> None:
    assert all(swap.wrong and swap.right for swap in swaps_in(text))
