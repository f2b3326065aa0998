"""What the told answer, and the ways on for the rep (P03)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.commitment_told import Answer, CommitmentTold
from tests.chat import Company


@pytest.fixture
def told(company: Company) -> Company:
    """Zhou Hang promised a sample for Friday; Tian Ye and Xie Yuan know."""
    company.say("zhouhang", "承诺 周五下午3点前给华东机械寄样品 录音A1")
    return company


def answer_of(company: Company, role: str = "delivery") -> CommitmentTold:
    with company.session() as session:
        return session.scalars(select(CommitmentTold).where(CommitmentTold.role == role)).one()


def test_can_do_comes_back_as_one_line(told: Company) -> None:
    card = told.last("tianye")
    told.press("tianye", "做得到")
    assert told.last("zhouhang").text == "田野回：做得到（CN-20261116-001 寄样品）。"
    assert answer_of(told).answer == Answer.YES
    assert card.buttons == []
    before = len(told.inbox("zhouhang"))
    told.press("tianye", "做得到", on=card)
    assert len(told.inbox("zhouhang")) == before


@pytest.mark.parametrize(
    ("said", "shown"), [("11-23", "最早 11-23。"), ("下周一上午10点", "最早 11-23 10:00"), ("不确定", "做不到。")]
)
def test_cannot_comes_back_with_three_ways_on(told: Company, said: str, shown: str) -> None:
    told.press("tianye", "做不到")
    told.say("tianye", said)
    assert shown in told.last("zhouhang").text
    assert told.last("zhouhang").buttons == ["我去跟客户改期", "请田野加急", "找陈敏"]


def test_a_day_that_makes_no_sense_is_asked_for_again(told: Company) -> None:
    told.press("tianye", "做不到")
    assert "没看懂日期" in told.say("tianye", "看情况吧")[0].text
    assert "没看懂日期" in told.say("tianye", "2月30日")[0].text
    assert answer_of(told).answer == Answer.WAITING


def test_hurrying_asks_once_more_and_only_once(told: Company) -> None:
    told.press("tianye", "做不到")
    told.say("tianye", "11-23")
    card = told.last("zhouhang")
    told.press("zhouhang", "请田野加急")
    assert "周航请你加急" in told.last("tianye").text
    before = len(told.inbox("tianye"))
    assert "加急过一次" in told.press("zhouhang", "请田野加急", on=card)[0].text
    assert len(told.inbox("tianye")) == before
    told.press("tianye", "可以，做得到")
    assert "可以加急，做得到" in told.last("zhouhang").text


def test_the_manager_is_asked_and_steps_in(told: Company) -> None:
    told.press("tianye", "做不到")
    told.say("tianye", "11-23")
    told.press("zhouhang", "找陈敏")
    assert "田野：做不到，最早 11-23" in told.last("chenmin").text
    told.press("chenmin", "我来协调")
    assert "陈敏：CN-20261116-001 来协调" in told.last("zhouhang").text


def test_going_to_the_customer_says_how_to_come_back(told: Company) -> None:
    told.press("tianye", "做不到")
    told.say("tianye", "11-23")
    assert "改到" in told.press("zhouhang", "我去跟客户改期")[0].text


def test_a_question_goes_there_and_back(told: Company) -> None:
    told.press("tianye", "需要更多信息")
    told.say("tianye", "要几个规格？")
    assert "田野问：要几个规格？" in told.last("zhouhang").text
    told.press("zhouhang", "回复田野")
    told.say("zhouhang", "两个，A 和 B")
    assert "周航回：两个，A 和 B" in told.last("tianye").text
    told.press("tianye", "做得到")
    assert answer_of(told).answer == Answer.YES


def test_nobody_answers_for_another(told: Company) -> None:
    card = told.last("tianye")
    assert "不是发给你的" in told.press("xieyuan", "做得到", on=card)[0].text
    assert answer_of(told).answer == Answer.WAITING


def test_an_answer_after_the_end_changes_nothing(told: Company) -> None:
    card = told.last("tianye")
    told.press("tianye", "做不到")
    told.say("zhouhang", "样品寄了 SF1390021")
    before = len(told.inbox("zhouhang"))
    assert "已经结束了" in told.say("tianye", "11-23")[0].text
    assert len(told.inbox("zhouhang")) == before
    assert card.buttons == []
