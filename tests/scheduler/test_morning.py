from __future__ import annotations

import pytest

from tests.chat import SHANGHAI, Company


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


def mornings(company: Company, who: str) -> list[str]:
    """The morning cards a person got, as the minute they came and their title."""
    return [f"{m.at.astimezone(SHANGHAI):%m-%d %H:%M}" for m in company.inbox(who) if m.text.startswith("【早，今天")]


@pytest.mark.parametrize(
    ("at", "cards"), [("08:29:59", []), ("08:30:00", ["11-17 08:30"]), ("23:59:59", ["11-17 08:30"])]
)
def test_who_has_something_on_gets_one_card_at_half_past_eight(company: Company, at: str, cards: list[str]) -> None:
    company.say("zhouhang", "承诺 明天给蓝海发合同")
    company.advance_to(f"2026-11-17 {at}")
    assert mornings(company, "zhouhang") == cards


@pytest.mark.parametrize(("due", "cards"), [("11月18日 23:59", ["11-17 08:30"]), ("11月19日 00:00", [])])
def test_what_is_due_by_the_end_of_tomorrow_is_on_it_and_nothing_later(
    company: Company, due: str, cards: list[str]
) -> None:
    company.advance_to("2026-11-16 16:00")
    company.say("zhouhang", f"承诺 {due} 给蓝海发合同")
    company.advance_to("2026-11-17 12:00")
    assert mornings(company, "zhouhang") == cards


def test_no_card_at_the_weekend_and_none_on_leave(company: Company) -> None:
    company.say("zhouhang", "承诺 11月24日给蓝海发合同")
    company.advance_to("2026-11-20 12:00")
    company.say("zhouhang", "请假 下周一")
    company.advance_to("2026-11-24 12:00")
    assert mornings(company, "zhouhang") == ["11-24 08:30"]


def test_done_or_taken_back_leaves_an_empty_morning_and_no_card(company: Company) -> None:
    company.say("zhouhang", "承诺 明天给蓝海发合同")
    company.say("zhouhang", "撤销")
    company.say("zhouhang", "撤销")
    company.advance_to("2026-11-17 12:00")
    assert mornings(company, "zhouhang") == []
