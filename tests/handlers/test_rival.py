"""The rivals' own names are heard once somebody told them (F09, C14)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chat import Company


def test_a_rivals_name_is_heard_once_the_manager_told_it(company: Company) -> None:
    assert company.say("linke", "/信号 试 格美降价8%")[0].text == "这句没有信号。"
    assert "空的" in company.say("linke", "/竞品")[0].text
    assert "记下了" in company.say("chenmin", "/竞品 加 格美、ABB、恒力 传动")[0].text
    assert "竞品出现" in company.say("linke", "/信号 试 格美也在跟他们谈")[0].text
    assert "竞品出现" in company.say("linke", "恒信 abb也报了价")[0].text
    assert "竞品" not in company.say("linke", "/信号 试 cabbage到货了")[0].text
    assert "竞品" not in company.say("linke", "/信号 试 没有提到格美")[0].text
    assert "ABB、恒力 传动、格美" in company.say("linke", "/竞品")[0].text
    company.say("chenmin", "/竞品 去掉 格美")
    assert "格美" not in company.say("linke", "/竞品")[0].text


def test_a_rep_does_not_change_the_list(company: Company) -> None:
    assert "主管" in company.say("linke", "/竞品 加 格美")[0].text
    assert "空的" in company.say("linke", "/竞品")[0].text


@pytest.mark.parametrize("said", ["/竞品 加", "/竞品 加 (", "/竞品 去掉 格美"])
def test_what_is_no_name_is_refused(company: Company, said: str) -> None:
    assert "记下了" not in company.say("chenmin", said)[0].text


def test_names_may_stand_in_the_configuration(tmp_path: Path) -> None:
    company = Company(tmp_path, rules={"signal": {"rivals": ["格美"]}})
    try:
        assert "竞品出现" in company.say("linke", "/信号 试 格美降价8%")[0].text
    finally:
        company.close()
