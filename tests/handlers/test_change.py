"""改成周四，给华东机械: before and after, one press, no old reminder left (J8)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from models.commitment import Commitment
from models.deadline import Deadline
from models.visit import NextStep
from tests.chat import Company, Shown, shanghai
from tests.handlers.test_undo import PROMISE, VISIT, visit
from tests.readers import ScriptedReader, chat_screenshot, site_photo


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Company]:
    """The company of J8 on Tuesday 2026-11-17, 15:00."""
    reader = ScriptedReader()
    reader.show(b"gate", site_photo("2026-11-17", "15:00"))
    reader.show(b"chat", chat_screenshot("王建国", "采购经理"))
    made = Company(tmp_path, at="2026-11-17 15:00", reader=reader)
    yield made
    made.close()


TODAY = PROMISE.replace("20261116", "20261117")


def promised(company: Company) -> Shown:
    (receipt,) = company.say("zhouhang", "承诺 明天给蓝海发合同")
    return receipt


def promise(company: Company) -> Commitment:
    with company.session() as session:
        return session.get_one(Commitment, TODAY)


def clocks(company: Company) -> list[Deadline]:
    with company.session() as session:
        query = select(Deadline).where(Deadline.subject_id == TODAY, Deadline.stopped_at.is_(None))
        return list(session.scalars(query))


def test_quoting_the_receipt_shows_before_and_after_and_changes_both(office: Company) -> None:
    receipt = promised(office)
    (card,) = office.say("zhouhang", "改成周四，给华东机械", quote=receipt)
    assert TODAY in card.text
    assert "客户：蓝海包装 → 华东机械" in card.text
    assert "11-18 周三 18:00 → 11-19 周四 18:00" in card.text
    assert card.buttons == ["确认", "只改时间", "算了"]
    assert promise(office).customer_id == "C1002"
    office.press("zhouhang", "确认")
    changed = promise(office)
    assert (changed.customer_id, changed.due_at) == ("C1001", shanghai("2026-11-19 18:00"))
    assert (changed.first_due_at, changed.reschedules) == (changed.due_at, 0)


def test_only_the_time_leaves_the_customer(office: Company) -> None:
    receipt = promised(office)
    office.say("zhouhang", "改成周四，给华东机械", quote=receipt)
    office.press("zhouhang", "只改时间")
    assert (promise(office).customer_id, promise(office).due_at) == ("C1002", shanghai("2026-11-19 18:00"))


def test_no_old_reminder_is_left_and_who_was_told_sees_the_new_time_on_the_same_card(office: Company) -> None:
    receipt = promised(office)
    office.say("zhouhang", "改成周四", quote=receipt)
    office.press("zhouhang", "确认")
    (clock,) = clocks(office)
    assert clock.next_at == shanghai("2026-11-19 09:30")
    (told,) = office.inbox("fangqing")
    assert "11-19 周四 18:00" in told.text
    seen = len(office.inbox("zhouhang"))
    office.advance_to("2026-11-18 20:00")
    assert not [m for m in office.inbox("zhouhang")[seen:] if m.text.startswith("【⏰")]


def test_pressing_twice_changes_once(office: Company) -> None:
    receipt = promised(office)
    (card,) = office.say("zhouhang", "改成周四", quote=receipt)
    action = card.card.buttons[0]
    office.press("zhouhang", "确认")
    assert action not in card.card.buttons
    assert card.buttons == []
    assert len(clocks(office)) == 1


def test_the_last_promise_is_meant_without_a_quote(office: Company) -> None:
    promised(office)
    (card,) = office.say("zhouhang", "错了，是周四")
    assert "11-19 周四 18:00" in card.text


def test_never_mind_changes_nothing(office: Company) -> None:
    receipt = promised(office)
    office.say("zhouhang", "改成周四", quote=receipt)
    office.press("zhouhang", "算了")
    assert promise(office).due_at == shanghai("2026-11-18 18:00")


def test_a_change_is_taken_back_like_everything_else(office: Company) -> None:
    receipt = promised(office)
    office.say("zhouhang", "改成周四，给华东机械", quote=receipt)
    office.press("zhouhang", "确认")
    office.say("zhouhang", "撤销")
    office.say("zhouhang", "撤销")
    assert (promise(office).customer_id, promise(office).due_at) == ("C1002", shanghai("2026-11-18 18:00"))
    assert [clock.next_at for clock in clocks(office)] == [shanghai("2026-11-18 09:30")]


def test_after_ten_minutes_a_slip_is_offered_with_the_change_filled_in(office: Company) -> None:
    receipt = promised(office)
    office.advance(minutes=10)
    (card,) = office.say("zhouhang", "改成周四，给华东机械", quote=receipt)
    assert "已过 10 分钟" in card.text
    office.press("zhouhang", "发起")
    office.say("zhouhang", "当时记成了另一家")
    asked = office.last("chenmin")
    assert "客户 蓝海包装 → 华东机械" in asked.text
    office.press("chenmin", "同意")
    assert promise(office).customer_id == "C1001"
    assert len(clocks(office)) == 1
    assert "脚注：更正 11-17：客户 蓝海包装 → 华东机械" in office.say("zhouhang", f"承诺 {TODAY}")[0].text


def test_the_next_step_of_a_visit_is_moved_and_the_managers_card_with_it(office: Company) -> None:
    visit(office, VISIT.replace("20261116", "20261117"))
    receipt = next(m for m in reversed(office.inbox("zhouhang")) if "已完成" in m.text)
    (card,) = office.say("zhouhang", "改成下周二", quote=receipt)
    assert "11-20 周五 18:00 → 11-24 周二 18:00" in card.text
    office.press("zhouhang", "确认")
    with office.session() as session:
        (step,) = session.scalars(select(NextStep))
    assert step.due_at == shanghai("2026-11-24 18:00")
    (asked,) = office.inbox("chenmin")
    assert "11-24 周二 18:00" in asked.text


def test_nobody_changes_somebody_elses_promise(office: Company) -> None:
    promised(office)
    office.say("linke", f"{TODAY} 改成周四")
    office.say("fangqing", "改成周四", quote=office.last("fangqing"))
    assert promise(office).due_at == shanghai("2026-11-18 18:00")
    assert "11-18" not in office.said("linke")


def test_a_time_that_is_over_is_asked_for_again(office: Company) -> None:
    receipt = promised(office)
    (answer,) = office.say("zhouhang", "改成昨天", quote=receipt)
    assert promise(office).due_at == shanghai("2026-11-18 18:00")
    assert "确认" not in answer.buttons


def test_what_was_promised_is_changed_in_words(office: Company) -> None:
    receipt = promised(office)
    (card,) = office.say("zhouhang", "不是发合同，是寄样品", quote=receipt)
    assert "事项：发合同 → 寄样品" in card.text
    (done,) = office.press("zhouhang", "确认")
    assert "发合同 → 寄样品" in done.text
    assert promise(office).matter == "寄样品"
    office.say("zhouhang", "撤销")
    office.say("zhouhang", "撤销")
    assert promise(office).matter == "发合同"


def test_what_is_said_to_be_wrong_must_be_in_the_record(office: Company) -> None:
    receipt = promised(office)
    office.say("zhouhang", "不是开发票，是寄样品", quote=receipt)
    assert promise(office).matter == "发合同"


def test_a_matter_is_not_changed_once_the_window_is_over(office: Company) -> None:
    receipt = promised(office)
    office.advance(minutes=11)
    (answer,) = office.say("zhouhang", "不是发合同，是寄样品", quote=receipt)
    assert "不能直接改" in answer.text
    assert promise(office).matter == "发合同"
