from __future__ import annotations

from tests.chat import Company


def test_today_lists_visits_and_promises(company: Company) -> None:
    company.say("zhouhang", "拜访 华东机械")
    (card,) = company.say("zhouhang", "/今天")
    assert "V-20261116-001 华东机械" in card.text


def test_the_manager_sees_his_people_with_names(company: Company) -> None:
    company.say("zhouhang", "拜访 华东机械")
    (card,) = company.say("chenmin", "/今天")
    assert "周航 V-20261116-001" in card.text


def test_mine_says_so_when_nothing_is_open(company: Company) -> None:
    (card,) = company.say("sun", "/我的")
    assert "没有没完的事" in card.text


def test_a_group_reads_counts_and_the_asker_alone_the_list(company: Company) -> None:
    company.say("zhouhang", "拜访 华东机械")
    company.say("chenmin", "今天", group="huadong-sales")
    (public,) = company.inbox("huadong-sales")
    assert "今日拜访 1、承诺到期 0" in public.text
    assert "无权查看" in public.text
    assert "华东机械" not in public.text
    assert "华东机械" in company.last("chenmin").text
