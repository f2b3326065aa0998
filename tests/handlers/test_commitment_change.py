"""改期 in words, and what follows from it."""

from __future__ import annotations

import pytest

from models.commitment import Commitment, moves_of
from tests.chat import Company, shanghai

SHOT = b"the customer agrees"


@pytest.fixture
def open_one(company: Company) -> Company:
    """A sample for 华东机械, due Friday 2026-11-20, 15:00."""
    company.say("zhouhang", "承诺 周五下午3点前给华东机械的王建国寄样品 录音A1")
    return company


def promise(company: Company, number: int = 1) -> Commitment:
    with company.session() as session:
        return session.get_one(Commitment, f"CN-20261116-00{number}")


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("跟王总说好了改到下周一下班前", "2026-11-23 18:00"),
        ("华东机械的样品延期到下周二上午10点，因为客户停产", "2026-11-24 10:00"),
        ("CN-20261116-001 推迟到 11-25", "2026-11-25 18:00"),
        ("样品提前到周四", "2026-11-19 18:00"),
    ],
)
def test_a_new_time_in_words_is_repeated_and_counts_once_confirmed(open_one: Company, said: str, due: str) -> None:
    (asked,) = open_one.say("zhouhang", said)
    assert "你指 CN-20261116-001" in asked.text
    assert promise(open_one).due_at == shanghai("2026-11-20 15:00")
    open_one.press("zhouhang", "确认改期")
    assert promise(open_one).due_at == shanghai(due)
    assert promise(open_one).reschedules == 1


def test_a_reason_that_is_not_said_is_picked_or_typed(open_one: Company) -> None:
    (asked,) = open_one.say("zhouhang", "跟王总说好了改到下周一下班前")
    assert asked.buttons == ["确认改期（客户要求）", "确认改期（交付排期）", "确认改期（我方准备）"]
    open_one.say("zhouhang", "客户要求")
    assert promise(open_one).reason == "客户要求"


def test_the_agreement_comes_before_or_after_the_yes(open_one: Company) -> None:
    open_one.say("zhouhang", "跟王总说好了改到下周一下班前，因为客户停产")
    assert "截图已收到" in open_one.say("zhouhang", images=[SHOT])[0].text
    assert "还没有" not in open_one.say("zhouhang", "确认")[0].text
    open_one.say("zhouhang", "跟王总说好了改到下周二下班前，因为客户停产")
    assert "截图还没有" in open_one.say("zhouhang", "确认")[0].text
    assert "截图已补" in open_one.say("zhouhang", images=[SHOT])[0].text
    with open_one.session() as session:
        assert all(move.consent_media for move in moves_of(session, "CN-20261116-001"))


def test_changing_ones_mind_leaves_the_time(open_one: Company) -> None:
    open_one.say("zhouhang", "跟王总说好了改到下周一下班前")
    open_one.say("zhouhang", "算了")
    assert (promise(open_one).reschedules, promise(open_one).due_at) == (0, shanghai("2026-11-20 15:00"))


@pytest.mark.parametrize("said", ["跟王总说好了改到昨天", "跟王总说好了改到2月30日", "跟李总说好了改到下周一"])
def test_a_time_or_person_that_makes_no_sense_moves_nothing(open_one: Company, said: str) -> None:
    open_one.say("zhouhang", said)
    assert promise(open_one).reschedules == 0
    assert "确认改期" not in "".join(open_one.last("zhouhang").buttons)


def test_of_two_that_fit_the_rep_picks(open_one: Company) -> None:
    open_one.say("zhouhang", "承诺 周四前给华东机械的王建国发方案 录音A2")
    (asked,) = open_one.say("zhouhang", "跟王总说好了改到下周一下班前，因为客户停产")
    assert len(asked.buttons) == 2
    open_one.press("zhouhang", "华东机械 发方案")
    open_one.press("zhouhang", "确认改期")
    assert (promise(open_one, 1).reschedules, promise(open_one, 2).reschedules) == (0, 1)


def test_a_promise_to_delivery_is_asked_about_again_when_it_comes_earlier(open_one: Company) -> None:
    card = open_one.last("tianye")
    open_one.press("tianye", "做得到")
    assert card.buttons == []
    open_one.say("zhouhang", "样品提前到周四，因为客户急用")
    before = len(open_one.inbox("tianye"))
    open_one.press("zhouhang", "确认改期")
    assert card.buttons == ["做得到", "做不到，最早…", "需要更多信息"]
    assert len(open_one.inbox("tianye")) == before


def test_an_asking_that_waits_for_the_morning_goes_out_with_the_new_time(company: Company) -> None:
    company.advance_to("2026-11-16 21:30")
    company.say("zhouhang", "承诺 周五下午3点前给华东机械的王建国寄样品 录音A1")
    company.say("zhouhang", "跟王总说好了改到下周一下班前，因为客户停产")
    company.press("zhouhang", "确认改期")
    company.advance_to("2026-11-17 08:30")
    said = company.said("tianye")
    assert said.count("周航承诺华东机械") == 1
    assert "11-23 周一 18:00" in said
