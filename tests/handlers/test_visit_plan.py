from __future__ import annotations

import pytest

from tests.chat import Company


@pytest.mark.parametrize(("when", "temporary"), [("11:00", False), ("10:59", True)])
def test_less_than_two_hours_ahead_is_temporary(company: Company, when: str, temporary: bool) -> None:
    (card,) = company.say("zhouhang", f"/计划 今天{when} 华东机械")
    assert ("临时" in card.text) is temporary
    assert "人民大道 200 号" in card.text


def test_two_people_in_one_region_are_both_told(company: Company) -> None:
    company.say("zhouhang", "/计划 明天10点 华东机械")
    (card,) = company.say("sun", "/计划 明天11点 鼎盛五金")
    assert "周航同时段也在上海" in card.text
    assert "孙也计划" in company.last("zhouhang").text


def test_a_plan_in_the_past_is_refused(company: Company) -> None:
    (answer,) = company.say("zhouhang", "/计划 昨天10点 华东机械")
    assert "已经过了" in answer.text


def test_a_plan_can_be_cancelled_once(company: Company) -> None:
    company.say("zhouhang", "/计划 明天10点 华东机械")
    assert company.press("zhouhang", "取消计划")[0].text == "计划已取消。"
