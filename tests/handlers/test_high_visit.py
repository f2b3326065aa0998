"""A visit by a superior is put to the manager, by button or in words (F10)."""

from __future__ import annotations

from tests.chat import Company


def test_a_rep_asks_for_one_with_a_day_of_his_own(company: Company) -> None:
    (told,) = company.say("linke", "高层拜访 恒信 下周三前")
    assert told.text == "恒信暖通 高层拜访任务，已给陈敏确认，11-25 周三 18:00前。"
    assert "请上级出面" in company.last("chenmin").text


def test_the_customer_spoken_of_is_meant(company: Company) -> None:
    assert "哪家客户" in company.say("linke", "高层拜访")[0].text
    company.say("linke", "恒信 预算还没批")
    assert "恒信暖通" in company.say("linke", "建高层拜访")[0].text


def test_a_colleagues_customer_is_none_of_his_business(company: Company) -> None:
    assert "不是你的客户" in company.say("zhouhang", "高层拜访 恒信")[0].text
