"""/排期: thirty days of delivery at a glance (P08)."""

from __future__ import annotations

from tests.chat import Company


def test_everybody_in_sales_sees_thirty_days_and_the_days_that_are_too_full(company: Company) -> None:
    (card,) = company.say("zhouhang", "/排期")
    assert "交付排期 30 天" in card.text
    assert "田野 11-24 周二 110%" in card.text
    assert "🟥" in card.text
    assert card.text.count("\n11-") + card.text.count("：11-") >= 2


def test_a_promise_takes_its_place(company: Company) -> None:
    company.say("tianye", "排期 11-20 90%")
    company.say("zhouhang", "承诺 周五下午3点前给华东机械寄样品")
    company.say("tianye", "排期 11-20 95%")
    assert "加上 1 条承诺共 105%" in company.last("tianye").text
    assert "田野 11-20 周五 105%" in company.say("chenmin", "/排期")[0].text


def test_tianye_books_his_own_days_and_nobody_else_does(company: Company) -> None:
    assert "11-20 周五 已排 80%" in company.say("tianye", "排期 11-20 80%")[0].text
    assert "交付自己填" in company.say("zhouhang", "排期 11-20 80%")[0].text
    assert "哪天排多少" in company.say("tianye", "排期 80%")[0].text
    assert "太多了" in company.say("tianye", "排期 11-20 999%")[0].text


def test_a_person_can_be_named_and_an_outsider_sees_nothing(company: Company) -> None:
    assert "田野" in company.say("zhouhang", "/排期 田野")[0].text
    assert "没有叫「王五」" in company.say("zhouhang", "/排期 王五")[0].text
    assert "110%" not in company.say("waibu", "/排期")[0].text
