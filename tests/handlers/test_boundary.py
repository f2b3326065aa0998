"""边界声明: number and date come from the record (P04)."""

from __future__ import annotations

import re

from tests.chat import Company


def test_the_statement_quotes_the_newest_list(company: Company) -> None:
    recorded = company.say("zhouhang", "需求清单 蓝海包装 3条产线，含培训")[0].text
    number = re.search(r"XQ-\d{8}-\d{3}", recorded)
    assert number
    said = company.say("zhouhang", "边界声明 蓝海")[0].text
    assert said == f"本方案基于客户 2026年11月16日 确认的需求清单（编号 {number[0]}），新增需求需重新评估排期。"
    company.advance_to("2026-11-17 10:00")
    newer = company.say("zhouhang", "需求清单 蓝海包装 4条产线")[0].text
    assert "第 2 版" in newer
    assert "2026年11月17日" in company.say("zhouhang", "边界声明 蓝海")[0].text


def test_the_customer_spoken_of_is_meant(company: Company) -> None:
    assert "哪家客户" in company.say("zhouhang", "边界声明")[0].text
    company.say("zhouhang", "承诺 周五下午3点前给华东机械寄样品")
    assert "XQ-20261116-007" in company.say("zhouhang", "边界声明")[0].text


def test_a_date_typed_by_hand_changes_nothing(company: Company) -> None:
    said = company.say("zhouhang", "边界声明 XQ-20261116-007 2025年1月1日")[0].text
    assert "2026年11月16日" in said
    assert "2025" not in said


def test_without_a_record_there_is_no_statement(company: Company) -> None:
    assert "还没有确认过的需求清单" in company.say("zhouhang", "边界声明 蓝海")[0].text
    assert "没有需求清单 XQ-20250101-001" in company.say("zhouhang", "边界声明 XQ-20250101-001")[0].text


def test_a_colleagues_customer_is_none_of_his_business(company: Company) -> None:
    assert "不是你的客户" in company.say("linke", "边界声明 XQ-20261116-007")[0].text
    assert "XQ-20261116-007" in company.say("xieyuan", "边界声明 华东机械")[0].text
    assert "XQ-20261116-007" not in company.say("waibu", "边界声明 华东机械")[0].text
