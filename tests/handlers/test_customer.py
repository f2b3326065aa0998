from __future__ import annotations

import pytest

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


# -- the last three contacts (C10) -------------------------------------------------------------------------------------


def reports(company: Company, days: list[int]) -> None:
    """周航 reports a call at 华东机械 on some days of November."""
    for day in days:
        company.advance_to(f"2026-11-{day} 16:00")
        company.say("zhouhang", f"日报 客户拜访 华东机械 谈到第{day}日的事")


def contacts(company: Company) -> list[str]:
    (card,) = company.say("zhouhang", "/客户 华东机械")
    return [line for line in card.text.splitlines() if "日的事" in line]


@pytest.mark.parametrize(
    ("days", "shown"), [([16, 17], ["11-17", "11-16"]), ([16, 17, 18], ["11-18", "11-17", "11-16"]),
                        ([16, 17, 18, 19], ["11-19", "11-18", "11-17"])],
)  # fmt: skip
def test_the_last_three_contacts_are_shown_the_newest_first(
    company: Company, days: list[int], shown: list[str]
) -> None:
    reports(company, days)
    assert [next(day for day in shown if day in line) for line in contacts(company)] == shown


def test_an_undone_contact_makes_room_for_the_one_before(company: Company) -> None:
    reports(company, [16, 17, 18, 19])
    company.say("zhouhang", "撤销")
    company.say("zhouhang", "撤销")
    found = contacts(company)
    assert [line.count("日的事") for line in found] == [1, 1, 1]
    assert not any("第19日" in line for line in found)
    assert "第16日" in found[-1]


def test_a_report_that_asks_for_progress_brings_the_last_three_contacts_along(company: Company) -> None:
    reports(company, [16, 17, 18, 19])
    company.advance_to("2026-11-20 16:00")
    (question,) = company.say("zhouhang", "华东机械 明确了采购时间")
    head, *lines = question.text.splitlines()
    assert head == "「明确采购时间」请附一句原话。"
    assert lines[0] == "最近沟通："
    assert ["第19日" in lines[1], "第18日" in lines[2], "第17日" in lines[3], len(lines)] == [True, True, True, 4]


def test_a_report_about_a_customer_nobody_spoke_with_brings_nothing_along(company: Company) -> None:
    company.advance_to("2026-11-16 16:00")
    (question,) = company.say("zhouhang", "蓝海 明确了采购时间")
    assert question.text == "「明确采购时间」请附一句原话。"


def test_a_visit_that_also_stands_in_the_report_is_one_contact_and_none_once_undone(company: Company) -> None:
    company.say("zhouhang", "拜访 华东机械")
    company.say("zhouhang", "日报")
    company.say("zhouhang", "华东机械 明确了采购时间")
    company.say("zhouhang", "客户说：我们计划11月启动招标")
    (card,) = company.say("zhouhang", "/客户 华东机械")
    assert "计划11月启动招标" in card.text
    assert "V-20261116-001" not in card.text
