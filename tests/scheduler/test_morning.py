from __future__ import annotations

from tests.chat import Company


def test_nobody_gets_an_empty_morning_card(company: Company) -> None:
    company.advance_to("2026-11-17 09:00")
    assert [m for m in company.inbox("sun") if "早，今天" in m.text] == []


def test_the_manager_is_briefed_once_with_the_same_promises_as_the_command(company: Company) -> None:
    company.say("zhouhang", "承诺 明天给蓝海发合同")
    company.advance_to("2026-11-17 08:50")
    cards = [m for m in company.inbox("chenmin") if "晨卡" in m.text]
    assert len(cards) == 1
    assert "发合同" in cards[0].text
    company.advance_to("2026-11-17 08:59")
    assert len([m for m in company.inbox("chenmin") if "晨卡" in m.text]) == 1
