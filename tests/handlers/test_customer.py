from __future__ import annotations

from tests.chat import Company


def test_a_rep_sees_his_customer_with_masked_numbers(company: Company) -> None:
    (card,) = company.say("zhouhang", "/客户 华东机械")
    assert "王建国 采购经理 138****1001" in card.text
    assert "13800001001" not in card.text


def test_somebody_elses_customer_shows_its_owner_and_nothing_more(company: Company) -> None:
    (card,) = company.say("zhouhang", "/客户 恒信暖通")
    assert "由林可负责" in card.text
    assert "王志强" not in card.text


def test_the_manager_sees_the_customers_of_his_people(company: Company) -> None:
    (card,) = company.say("chenmin", "/客户 恒信暖通")
    assert "王志强" in card.text


def test_an_unknown_code_names_its_neighbours(company: Company) -> None:
    (answer,) = company.say("zhouhang", "/客户 #C1007")
    assert "没有编号" in answer.text
    assert "相近的有：C100" in answer.text
