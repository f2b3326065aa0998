"""Keeping a promise, asking for more time, giving up."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.commitment import Commitment, CommitmentState, closing_rate
from models.deadline import Deadline
from tests.chat import Company, shanghai


@pytest.fixture
def open_one(company: Company) -> Company:
    """A sample for 华东机械, due Monday 2026-11-16, 15:00."""
    company.say("zhouhang", "承诺 今天下午3点前给华东机械寄样品 录音A1")
    return company


def promise(company: Company, number: int = 1) -> Commitment:
    with company.session() as session:
        return session.get_one(Commitment, f"CN-20261116-00{number}")


@pytest.mark.parametrize(
    ("said", "waybill"),
    [
        ("样品寄了 SF1390021", "SF1390021"),
        ("华东机械的样品已经寄出去了，快递单号 YT7788990011", "YT7788990011"),
        ("CN-20261116-001 完成了", ""),
        ("样品发过去了", ""),
    ],
)
def test_words_close_the_promise_they_are_about(open_one: Company, said: str, waybill: str) -> None:
    (answer,) = open_one.say("zhouhang", said)
    assert "闭环" in answer.text
    assert promise(open_one).state == CommitmentState.CLOSED
    assert promise(open_one).waybill == waybill
    with open_one.session() as session:
        assert all(
            row.stopped_at for row in session.scalars(select(Deadline).where(Deadline.subject_kind == "commitment"))
        )


@pytest.mark.parametrize(
    "said", ["样品还没寄", "样品寄了吗？", "合同发过去了", "客户已经寄了样品回来", "样品寄给恒信了"]
)
def test_words_about_something_else_close_nothing(open_one: Company, said: str) -> None:
    open_one.say("zhouhang", said)
    assert promise(open_one).state == CommitmentState.OPEN


def test_of_two_that_fit_the_rep_picks(open_one: Company) -> None:
    open_one.say("zhouhang", "承诺 周五前给蓝海寄样品 录音A2")
    (asked,) = open_one.say("zhouhang", "样品寄了 SF1390021")
    assert len(asked.buttons) == 2
    open_one.press("zhouhang", "蓝海包装 寄样品")
    assert promise(open_one, 1).state == CommitmentState.OPEN
    assert (promise(open_one, 2).state, promise(open_one, 2).waybill) == (CommitmentState.CLOSED, "SF1390021")


def test_a_quoted_reminder_names_the_promise(open_one: Company) -> None:
    open_one.say("zhouhang", "承诺 周五前给蓝海寄样品 录音A2")
    open_one.advance_to("2026-11-16 13:30")
    card = next(m for m in open_one.inbox("zhouhang") if "快到期" in m.text)
    open_one.say("zhouhang", "样品寄了 SF1390021", quote=card)
    assert promise(open_one, 1).state == CommitmentState.CLOSED
    assert card.buttons == []


def test_done_without_proof_counts_once_the_proof_comes(open_one: Company) -> None:
    open_one.advance_to("2026-11-16 13:30")
    (answer,) = open_one.press("zhouhang", "已完成")
    assert "还没有凭证" in answer.text
    assert "0/1" in answer.text
    (added,) = open_one.say("zhouhang", "SF1390021")
    assert "计入闭环率" in added.text
    assert promise(open_one).kept


@pytest.mark.parametrize(("at", "kept"), [("14:59", True), ("15:00", True), ("15:01", False)])
def test_kept_is_by_the_time_and_not_after_it(open_one: Company, at: str, kept: bool) -> None:
    open_one.advance_to(f"2026-11-16 {at}")
    open_one.say("zhouhang", "样品寄了 SF1390021")
    assert promise(open_one).kept is kept


def test_closing_twice_says_so(open_one: Company) -> None:
    open_one.advance_to("2026-11-16 13:30")
    card = next(m for m in open_one.inbox("zhouhang") if "快到期" in m.text)
    open_one.press("zhouhang", "已完成", on=card)
    assert "已经闭环了" in open_one.press("zhouhang", "已完成", on=card)[0].text


def test_two_more_hours_hold_the_manager_back_once(open_one: Company) -> None:
    open_one.advance_to("2026-11-16 15:10")
    (answer,) = open_one.press("zhouhang", "再给我2小时")
    assert "11-16 17:10 前完成" in answer.text
    open_one.advance_to("2026-11-16 16:54")
    assert "还有 15 分钟" not in open_one.said("zhouhang")
    open_one.advance_to("2026-11-16 17:09")
    assert open_one.said("zhouhang").count("还有 15 分钟") == 1
    assert "承诺逾期" not in open_one.said("chenmin")
    open_one.advance_to("2026-11-16 17:10")
    assert "周航说 11-16 17:10 前完成，还没闭环" in open_one.last("chenmin").text
    assert "延过一次" in open_one.press("zhouhang", "再给我2小时")[0].text


def test_kept_within_the_grace_nobody_above_hears_of_it(open_one: Company) -> None:
    open_one.advance_to("2026-11-16 15:10")
    open_one.press("zhouhang", "再给我2小时")
    open_one.say("zhouhang", "样品寄了 SF1390021")
    open_one.advance_to("2026-11-16 20:00")
    assert "承诺逾期" not in open_one.said("chenmin")
    assert "还有 15 分钟" not in open_one.said("zhouhang")
    assert promise(open_one).kept is False


def test_giving_up_takes_a_reason_tells_the_manager_and_stays_in_the_rate(open_one: Company) -> None:
    open_one.advance_to("2026-11-16 15:00")
    open_one.press("zhouhang", "做不到了")
    open_one.say("zhouhang", "客户临时停线，样品不要了")
    assert "客户临时停线" in open_one.last("chenmin").text
    open_one.advance_to("2026-11-16 20:00")
    assert "承诺逾期" not in open_one.said("chenmin")
    with open_one.session() as session:
        month = shanghai("2026-11-01 00:00"), shanghai("2026-12-01 00:00")
        kept, due = closing_rate(session, {"zhouhang"}, *month, now=open_one.now)
    assert (len(kept), len(due)) == (0, 1)


def test_nobody_closes_the_promise_of_another(open_one: Company) -> None:
    open_one.say("linke", "CN-20261116-001 完成了")
    assert promise(open_one).state == CommitmentState.OPEN


def test_the_customer_may_stand_between_the_deed_and_its_end(company: Company) -> None:
    company.say("zhouhang", "承诺 明天给华东机械寄样品")
    company.say("zhouhang", "承诺 明天给蓝海发合同")
    (answer,) = company.say("zhouhang", "样品寄给华东机械了")
    assert "✅ 闭环；还没有凭证" in answer.text
    assert "CN-20261116-001 寄样品" in answer.text
    (answer,) = company.say("zhouhang", "合同已经发给蓝海王总了 SF1390021")
    assert "✅ 闭环，单号 SF1390021 已识别。CN-20261116-002 发合同" in answer.text


def test_something_done_that_nobody_promised_is_answered_with_what_is_open(company: Company) -> None:
    (answer,) = company.say("zhouhang", "样品寄了")
    assert "没有登记过承诺，不用闭环" in answer.text
    company.say("zhouhang", "承诺 明天给华东机械寄样品")
    (answer,) = company.say("zhouhang", "合同发了")
    assert "没有对得上的承诺" in answer.text
    assert "CN-20261116-001 华东机械 寄样品" in answer.text


def test_a_promise_that_is_closed_already_says_so(company: Company) -> None:
    company.say("zhouhang", "承诺 明天给华东机械寄样品")
    company.say("zhouhang", "样品寄了")
    (answer,) = company.say("zhouhang", "CN-20261116-001 完成了")
    assert answer.text == "CN-20261116-001 已经闭环了，不用再管。"
