from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from models.visit import NextStep, Visit
from tests.chat import Company
from tests.readers import ScriptedReader, chat_screenshot, site_photo

SAID = "他们认可方案，但嫌贵，周五前给新报价，客户很满意"
VISIT = "V-20261116-001"


@pytest.fixture
def visiting(tmp_path: Path) -> Iterator[Company]:
    reader = ScriptedReader()
    made = Company(tmp_path, at="2026-11-16 16:40", reader=reader)
    made.say("zhouhang", "拜访 华东机械")
    made.say("zhouhang", location=(31.2304, 121.4737))
    made.say("zhouhang", images=[reader.show(b"gate", site_photo("2026-11-16", "14:05"))])
    made.press("zhouhang", "是 14:05")
    made.say("zhouhang", "车间不让带手机，出来才发")
    made.say("zhouhang", images=[reader.show(b"chat", chat_screenshot("王建国", "采购经理"))])
    yield made
    made.close()


def asked(company: Company, who: str) -> list[str]:
    return [message.text for message in company.inbox(who) if "【待确认】" in message.text]


def stored(company: Company) -> Visit:
    with company.session() as session:
        visit = session.get(Visit, VISIT)
        assert visit is not None
        return visit


def test_one_sentence_is_understood_and_repeated(visiting: Company) -> None:
    (card,) = visiting.say("zhouhang", SAID)
    assert "异议：价格" in card.text
    assert "11-20 周五 18:00" in card.text
    assert "⚠「客户很满意」需要依据" in card.text
    assert "目标：促成签约（？）" in card.text
    assert {"都对", "改目标", "改突破点", "补依据", "把那句删掉"} <= set(card.buttons)


def test_the_visit_ends_without_the_empty_phrase_and_the_manager_is_asked_once(visiting: Company) -> None:
    visiting.say("zhouhang", SAID)
    visiting.press("zhouhang", "改突破点")
    visiting.press("zhouhang", "价格让步")
    (receipt,) = visiting.press("zhouhang", "把那句删掉")
    assert f"✅ {VISIT} 已完成（三要素完整，补记 1 处）" in receipt.text
    visit = stored(visiting)
    assert (visit.goal, visit.breakthrough, visit.objections) == ("促成签约", "价格让步", ["价格"])
    assert "很满意" not in visit.summary
    (card,) = visiting.inbox("chenmin")
    assert "周航 @华东机械" in card.text
    assert "晚 2h35m，理由：车间不让带手机" in card.text
    assert card.buttons == ["同意", "我来谈", "改期限"]


def test_everything_right_is_refused_while_a_phrase_lacks_evidence(visiting: Company) -> None:
    visiting.say("zhouhang", SAID)
    (answer,) = visiting.press("zhouhang", "都对")
    assert "还没有依据" in answer.text


def test_a_visit_without_a_date_cannot_end(visiting: Company) -> None:
    visiting.say("zhouhang", "嫌贵，方案他们认可")
    visiting.press("zhouhang", "改突破点")
    visiting.press("zhouhang", "价格让步")
    (answer,) = visiting.press("zhouhang", "都对")
    assert "截止日" in answer.text
    visiting.say("zhouhang", "周五前给新报价")
    (receipt,) = visiting.press("zhouhang", "都对")
    assert "已完成" in receipt.text


def test_three_hundred_characters_fit_and_one_more_does_not(visiting: Company) -> None:
    (card,) = visiting.say("zhouhang", "嫌贵，周五前给新报价，".ljust(300, "好"))
    assert "我理解成" in card.text
    (answer,) = visiting.say("zhouhang", "嫌贵，周五前给新报价，".ljust(301, "好"))
    assert "301 字，请删 1 字" in answer.text


def test_the_manager_agrees_once_and_late_presses_change_nothing(visiting: Company) -> None:
    visiting.say("zhouhang", SAID)
    visiting.press("zhouhang", "把那句删掉")
    card = visiting.last("chenmin")
    visiting.press("chenmin", "同意", on=card)
    assert "陈敏：同意。华东机械「" in visiting.last("zhouhang").text
    (again,) = visiting.press("chenmin", "我来谈", on=card)
    assert "已由陈敏处理" in again.text
    visiting.advance(days=4)
    assert asked(visiting, "hechuan") == []


def test_after_two_working_days_without_an_answer_the_director_is_asked_once(visiting: Company) -> None:
    visiting.say("zhouhang", SAID)
    visiting.press("zhouhang", "把那句删掉")
    visiting.advance_to("2026-11-18 16:39")
    assert asked(visiting, "hechuan") == []
    visiting.advance_to("2026-11-18 16:40")
    (text,) = asked(visiting, "hechuan")
    assert "陈敏 48 小时未确认" in text
    assert "已请何川看，你不用催" in visiting.said("zhouhang")
    visiting.advance(days=3)
    assert len(asked(visiting, "hechuan")) == 1


def test_the_next_step_is_due_on_friday_at_six(visiting: Company) -> None:
    visiting.say("zhouhang", SAID)
    visiting.press("zhouhang", "把那句删掉")
    with visiting.session() as session:
        step = session.scalars(select(NextStep)).one()
        assert f"{step.due_at.astimezone(visiting.settings.calendar.timezone):%m-%d %H:%M}" == "11-20 18:00"


def test_a_promise_overheard_in_the_review_is_offered_once(visiting: Company) -> None:
    visiting.say("zhouhang", "嫌贵，周五前给新报价，我答应他们月底前派人调试")
    visiting.press("zhouhang", "改突破点")
    visiting.press("zhouhang", "价格让步")
    if "改目标" in visiting.last("zhouhang").buttons:
        visiting.press("zhouhang", "改目标")
        visiting.press("zhouhang", "促成签约")
    replies = visiting.press("zhouhang", "都对")
    assert "已完成" in replies[0].text
    assert "像对外承诺" in replies[1].text
    assert "不是承诺" in replies[1].buttons


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("下周一", "已记：改期限，截止 11-23 周一 18:00。已告诉周航。"),
        ("今天16:00", "11-16 周一 16:00 已经过了"),
        ("随便吧", "没看懂日期"),
    ],
)
def test_the_manager_reads_which_date_was_understood(visiting: Company, said: str, answered: str) -> None:
    visiting.say("zhouhang", SAID)
    visiting.press("zhouhang", "把那句删掉")
    visiting.press("chenmin", "改期限")
    (answer,) = visiting.say("chenmin", said)
    assert answered in answer.text
