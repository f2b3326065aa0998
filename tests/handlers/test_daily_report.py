"""J3 on Saturday 2026-10-10, a make-up day, and its boundaries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.daily_report import report_of
from tests.chat import Company, shanghai

MAKE_UP = "2026-10-10"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Company]:
    """The company at half past eight of a make-up Saturday."""
    made = Company(tmp_path, at=f"{MAKE_UP} 08:30")
    yield made
    made.close()


def pushes(company: Company, who: str, word: str) -> list[str]:
    return [shown.text for shown in company.inbox(who) if word in shown.text]


def test_the_reminder_says_make_up_day_and_what_was_recorded(office: Company) -> None:
    office.advance_to(f"{MAKE_UP} 10:00")
    office.say("zhouhang", "拜访 华东机械")
    office.advance_to(f"{MAKE_UP} 17:30")
    card = office.last("zhouhang")
    assert "补班日" in card.text
    assert "☑ 拜访 华东机械" in card.text
    assert card.buttons == ["就这样，补进展", "改", "今天请假"]


def test_a_sentence_and_a_quote_hand_the_report_in(office: Company) -> None:
    office.advance_to(f"{MAKE_UP} 17:30")
    (question,) = office.say("zhouhang", "蓝海 明确了采购时间")
    assert question.text == "「明确采购时间」请附一句原话。"
    (receipt,) = office.say("zhouhang", "客户说：我们计划11月启动招标")
    assert "✅ 日报已交 17:30" in receipt.text


def test_an_empty_phrase_is_no_quote(office: Company) -> None:
    office.advance_to(f"{MAKE_UP} 17:30")
    office.say("zhouhang", "蓝海 明确了采购时间")
    (answer,) = office.say("zhouhang", "客户很满意我们的方案")
    assert "太笼统" in answer.text


@pytest.mark.parametrize(("at", "late"), [("17:59:59", 0), ("18:00:00", 1), ("19:05:00", 65)])
def test_late_begins_at_six_sharp(office: Company, at: str, late: int) -> None:
    office.advance_to(f"{MAKE_UP} {at}")
    office.say("linke", "日报 客户拜访 恒信；竞对反馈 恒信 格美降价8%")
    with office.session() as session:
        report = report_of(session, "linke", shanghai(MAKE_UP).date())
        assert report is not None
        assert report.late_minutes == late


def test_the_manager_gets_one_card_after_six_and_it_changes_in_place(office: Company) -> None:
    office.advance_to(f"{MAKE_UP} 17:40")
    office.say("zhouhang", "日报 客户拜访 华东机械")
    office.say("sun", "日报 客户拜访 鼎盛五金")
    office.advance_to(f"{MAKE_UP} 18:00")
    assert pushes(office, "chenmin", "日报") == []
    office.advance_to(f"{MAKE_UP} 18:05")
    (text,) = pushes(office, "chenmin", "日报")
    assert "截至 18:00 日报：在册 3、应交 3，已交 2。未交：林可。" in text
    office.advance_to(f"{MAKE_UP} 19:05")
    (receipt,) = office.say("linke", "日报 客户拜访 恒信；竞对反馈 恒信 格美降价8%")
    assert "迟交 65 分" in receipt.text
    assert "竞对「格美降价8%」已记入恒信暖通竞品动态" in receipt.text
    (changed,) = pushes(office, "chenmin", "日报")
    assert "已交 3/3，其中迟交 1" in changed


def test_the_group_reads_a_number_and_no_name(office: Company) -> None:
    office.advance_to(f"{MAKE_UP} 17:40")
    office.say("zhouhang", "日报 客户拜访 华东机械")
    office.advance_to(f"{MAKE_UP} 18:05")
    (text,) = [shown.text for shown in office.inbox("huadong-sales")]
    assert text == "今日日报 1/3"


def test_the_next_morning_the_director_is_told_once(office: Company) -> None:
    office.advance_to(f"{MAKE_UP} 17:40")
    office.say("zhouhang", "日报 客户拜访 华东机械")
    office.say("sun", "日报 客户拜访 鼎盛五金")
    office.advance_to("2026-10-12 09:30")
    (text,) = pushes(office, "hechuan", "日报")
    assert "未交：林可（第 1 次）" in text


def test_nobody_is_reminded_during_the_holiday(tmp_path: Path) -> None:
    company = Company(tmp_path, at="2026-10-02 08:00")
    company.advance_to("2026-10-07 23:00")
    assert all(company.inbox(who) == [] for who in ("zhouhang", "linke", "chenmin", "hechuan", "huadong-sales"))
    company.close()


def test_a_line_without_a_known_customer_is_refused(office: Company) -> None:
    (answer,) = office.say("zhouhang", "日报 客户拜访 火星采矿")
    assert "是哪家客户" in answer.text


def test_asking_for_support_reaches_the_manager_once(office: Company) -> None:
    office.say("zhouhang", "日报 客户拜访 华东机械；需支持 售前陪访")
    assert len(pushes(office, "chenmin", "售前陪访")) == 1


def test_a_report_can_be_taken_back_for_ten_minutes(office: Company) -> None:
    office.say("zhouhang", "日报 客户拜访 华东机械")
    office.advance(minutes=11)
    (answer,) = office.press("zhouhang", "撤回修改")
    assert "已过 10 分钟" in answer.text


def test_the_manager_nudges_and_excuses(office: Company) -> None:
    office.advance_to(f"{MAKE_UP} 18:05")
    office.press("chenmin", "催一下")
    assert "陈敏在等你" in office.last("linke").text
    office.press("chenmin", "改为请假")
    office.advance_to("2026-10-12 09:40")
    assert pushes(office, "hechuan", "日报") == []


# -- promises in the lines (M8) ----------------------------------------------------------------------------------------

TOLD = "日报 客户拜访 华东机械 聊了交期，答应月底前派人调试"
QUESTION = "这句像对外承诺，登记吗？"


def test_a_promise_in_a_line_is_asked_about_and_registered_for_that_customer(company: Company) -> None:
    receipt, question = company.say("zhouhang", TOLD)
    assert "日报已交" in receipt.text
    assert QUESTION in question.text
    assert "「答应月底前派人调试」" in question.text
    company.press("zhouhang", "登记", on=question)
    company.press("zhouhang", "登记")
    assert "华东机械" in company.last("zhouhang").text
    assert "已登记 CN-20261116-001" in company.last("zhouhang").text


def test_a_sentence_that_was_denied_is_never_asked_about_again(company: Company) -> None:
    company.say("zhouhang", TOLD)
    company.press("zhouhang", "不是承诺")
    assert [QUESTION in message.text for message in company.say("zhouhang", TOLD)] == [False]


def test_what_is_registered_already_is_not_asked_about(company: Company) -> None:
    company.say("linke", "承诺 周五前给恒信寄样品")
    assert len(company.say("linke", "日报 客户拜访 恒信 承诺周五前寄样品")) == 1
    assert len(company.say("linke", "日报 客户拜访 恒立 承诺周五前寄样品")) == 2


def test_taking_the_report_back_takes_the_question_with_it(company: Company) -> None:
    _, question = company.say("zhouhang", TOLD)
    company.press("zhouhang", "撤回修改")
    (answer,) = company.press("zhouhang", "登记", on=question)
    assert "不用处理了" in answer.text
    assert len(company.say("zhouhang", TOLD)) == 2
