"""Signals are noted, counted per customer, answered with advice; a director adds his own and tries them first (F09, F10)."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from models.signal import SignalNoted, SignalRule
from tests.chat import Company


def noted(company: Company) -> list[tuple[str, str]]:
    with company.session() as session:
        rows = session.scalars(select(SignalNoted).where(SignalNoted.undone.is_(False)).order_by(SignalNoted.id))
        return [(row.customer_id, row.label) for row in rows]


@pytest.mark.parametrize(
    ("said", "title", "words"),
    [
        ("恒信 客户提到预算未批", "预算未批", "能否先协助准备材料"),
        ("恒信 要等领导出差回来", "等领导", "审批节点"),
        ("恒信 反复询问交付周期", "担心交付", "排产节点表"),
    ],
)
def test_each_of_the_three_kinds_brings_words_a_deed_and_a_warning(
    company: Company, said: str, title: str, words: str
) -> None:
    (card,) = company.say("linke", said)
    assert title in card.text
    assert words in card.text
    assert all(name in card.text for name in ("话术", "动作", "预警"))


@pytest.mark.parametrize("said", ["恒信 预算已经批了", "恒信 客户没说嫌贵", "恒信 预算批了吗？"])
def test_a_sentence_that_denies_it_is_no_signal(company: Company, said: str) -> None:
    company.say("linke", said)
    assert noted(company) == []


def test_from_the_third_time_in_two_weeks_on_a_visit_by_a_superior_is_suggested(company: Company) -> None:
    (first,) = company.say("linke", "恒信 预算还没批")
    company.advance_to("2026-11-18 10:00")
    (second,) = company.say("linke", "恒信 客户说拨款没下来")
    assert "第 2 次" in second.text
    assert [first.buttons, second.buttons] == [[], []]
    company.advance_to("2026-11-20 10:00")
    (third,) = company.say("linke", "恒信 他们预算还没批")
    assert "14 天内第 3 次" in third.text
    (told,) = company.press("linke", "建高层拜访")
    assert told.text == "恒信暖通 高层拜访任务，已给陈敏确认，11-27 周五 18:00前。"
    assert "林可 @恒信暖通：高层拜访（14 天内信号：预算未批 3 次）" in company.last("chenmin").text
    (again,) = company.say("linke", "高层拜访 恒信")
    assert "已经建过了" in again.text


def test_what_lies_more_than_two_weeks_back_does_not_count(company: Company) -> None:
    company.say("linke", "恒信 预算还没批")
    company.say("linke", "恒信 拨款没下来")
    company.advance_to("2026-12-01 10:00")
    (card,) = company.say("linke", "恒信 他们预算还没批")
    assert card.buttons == []
    assert "次" not in card.card.body


def test_another_customer_or_another_signal_is_counted_apart(company: Company) -> None:
    for said in ("恒信 预算还没批", "恒立 预算还没批", "恒信 要等领导出差回来"):
        (card,) = company.say("linke", said)
        assert "第 2 次" not in card.text


def test_the_same_words_on_the_same_day_count_once(company: Company) -> None:
    for _ in range(3):
        (card,) = company.say("linke", "恒信 预算还没批")
    assert noted(company) == [("C1003", "budget_stall")]
    assert card.buttons == []


def test_without_a_customer_there_is_advice_and_no_count(company: Company) -> None:
    (card,) = company.say("linke", "客户提到预算未批")
    assert "没听出是哪家" in card.text
    assert "能否先协助准备材料" in card.text
    assert noted(company) == []


def test_the_customer_spoken_of_a_moment_ago_is_meant(company: Company) -> None:
    company.say("linke", "/客户 恒信")
    company.say("linke", "预算还没批")
    assert noted(company) == [("C1003", "budget_stall")]


def test_a_daily_report_notes_signals_and_taking_it_back_uncounts_them(company: Company) -> None:
    receipt, card = company.say("linke", "日报 客户拜访 恒信 客户说预算还没批")
    assert "日报" in receipt.text
    assert "预算未批" in card.text
    company.say("linke", "撤销")
    company.press("linke", "撤销", on=company.last("linke")) if company.last("linke").buttons else None
    assert noted(company) == []


def test_a_day_told_again_in_the_report_counts_once(company: Company) -> None:
    company.say("linke", "恒信 预算还没批")
    (_receipt,) = company.say("linke", "日报 客户拜访 恒信 拨款没下来")
    assert noted(company) == [("C1003", "budget_stall")]


def test_one_sentence_that_is_several_records_notes_its_signals_too(company: Company) -> None:
    company.say("linke", "上午见恒信赵总，预算还没批，周四前给新方案，明天报价")
    company.press("linke", "都对，记下")
    assert ("C1003", "budget_stall") in noted(company)
    with company.session() as session:
        assert session.scalars(select(SignalNoted.source)).first().startswith("visit:V-")


# -- the list ----------------------------------------------------------------------------------------------------------


def test_a_manager_sees_the_counts_of_his_people_and_a_colleague_does_not(company: Company) -> None:
    company.say("linke", "恒信 预算还没批")
    assert "恒信暖通：预算未批 1 次" in company.say("chenmin", "/信号")[0].text
    assert "恒信暖通" not in company.say("zhouhang", "/信号")[0].text
    assert "「预算还没批」" in company.say("chenmin", "/信号 恒信")[0].text
    assert "不是你的客户" in company.say("zhouhang", "/信号 恒信")[0].text


# -- a director's rules ------------------------------------------------------------------------------------------------

NEW = "/信号 新增 搬迁：要搬厂、厂房…到期；话术：新厂的线怎么排，我们帮您算一版；动作：约新厂选址时间；预警：搬迁期间付款容易停"


def test_a_director_tries_a_rule_on_stored_notes_before_he_saves_it(company: Company) -> None:
    company.say("linke", "日报 客户拜访 恒信 他们明年要搬厂；客户拜访 恒立 没说要搬厂")
    (card,) = company.say("hechuan", NEW)
    assert "2 条记录上试过：命中 1 条" in card.text
    assert "「要搬厂」← 他们明年要搬厂" in card.text
    (before,) = company.say("linke", "/信号 试 他们厂房明年到期")
    assert before.text == "这句没有信号。"
    company.press("hechuan", "保存")
    (heard,) = company.say("linke", "恒信 他们厂房明年到期")
    assert "搬迁" in heard.text
    assert "我们帮您算一版" in heard.text


def test_a_rule_that_is_not_saved_changes_nothing(company: Company) -> None:
    company.say("hechuan", NEW)
    company.press("hechuan", "不要")
    assert company.say("linke", "/信号 试 他们要搬厂")[0].text == "这句没有信号。"


def test_a_built_in_signal_gets_more_words_and_other_advice(company: Company) -> None:
    company.say("hechuan", "/信号 加词 预算未批：老板卡着钱；话术：先走小额试点")
    company.say("hechuan", "保存")
    (card,) = company.say("linke", "恒信 老板卡着钱")
    assert "预算未批" in card.text
    assert "先走小额试点" in card.text
    assert "先走小额试点" in company.say("linke", "恒立 预算还没批")[0].text


def test_a_signal_is_switched_off_and_on(company: Company) -> None:
    assert "已停用" in company.say("hechuan", "/信号 停用 预算未批")[0].text
    assert company.say("linke", "/信号 试 预算还没批")[0].text == "这句没有信号。"
    assert "已停用" in company.say("hechuan", "/信号")[0].text
    company.say("hechuan", "/信号 启用 预算未批")
    assert "预算未批" in company.say("linke", "/信号 试 预算还没批")[0].text


@pytest.mark.parametrize(
    "said", ["/信号 新增 搬迁：搬", "/信号 新增 搬迁：(搬厂", "/信号 新增 搬迁", "/信号 新增 ：搬厂"]
)
def test_what_makes_no_rule_is_refused_with_a_reason(company: Company, said: str) -> None:
    (answer,) = company.say("hechuan", said)
    assert "不能用" in answer.text or "写成" in answer.text
    with company.session() as session:
        assert session.scalar(select(func.count()).select_from(SignalRule)) == 0


def test_a_rep_reads_the_rules_and_does_not_change_them(company: Company) -> None:
    assert "总监" in company.say("linke", NEW)[0].text
    assert "总监" in company.say("linke", "/信号 停用 拖延")[0].text
    assert "新增" not in company.say("linke", "/信号")[0].text
