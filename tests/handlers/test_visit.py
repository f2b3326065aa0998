from __future__ import annotations

from tests.chat import Company


def test_a_visit_opens_with_the_checklist_of_three(company: Company) -> None:
    (card,) = company.say("zhouhang", "拜访 华东机械")
    assert "V-20261116-001" in card.text
    assert "王建国 等 3 位联系人" in card.text
    assert "☐☐☐" in card.text


def test_an_unknown_customer_is_asked_for_not_guessed(company: Company) -> None:
    (answer,) = company.say("zhouhang", "拜访 火星采矿")
    assert "没找到客户" in answer.text


def test_opening_the_same_visit_twice_says_what_is_missing(company: Company) -> None:
    company.say("zhouhang", "拜访 华东机械")
    (answer,) = company.say("zhouhang", "拜访 华东机械")
    assert "还差：① 位置" in answer.text
