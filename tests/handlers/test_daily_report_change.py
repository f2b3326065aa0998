"""改昨天日报 把蓝海改成…: before and after, one press, the manager sees 更正, history is kept (D13, J3)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from models.correction import Correction
from models.daily_report import CompetitorMove, items_of, report_of
from models.event import Event
from tests.chat import Company, Shown, shanghai

SAID = "日报 客户拜访 蓝海 聊了交期；方案发送 华东机械；竞对反馈 恒信 格美降价8%；明天：给蓝海发资质"
ON = shanghai("2026-11-16").date()


@pytest.fixture
def next_day(tmp_path: Path) -> Iterator[Company]:
    """Ten o'clock on the day after 周航 handed in."""
    made = Company(tmp_path, at="2026-11-16 16:00")
    made.say("zhouhang", SAID)
    made.advance_to("2026-11-17 10:00")
    yield made
    made.close()


def lines(company: Company) -> list[tuple[str, str, str]]:
    with company.session() as session:
        report = report_of(session, "zhouhang", ON)
        assert report is not None
        return [(item.action, item.customer_id, item.text) for item in items_of(session, report.id)]


def told(company: Company) -> list[Shown]:
    return [message for message in company.inbox("chenmin") if "【更正】" in message.text]


def moves(company: Company) -> list[tuple[str, str]]:
    with company.session() as session:
        return [(move.customer_id, move.text) for move in session.scalars(select(CompetitorMove))]


def test_before_and_after_are_shown_and_nothing_changes_until_it_is_confirmed(next_day: Company) -> None:
    before = lines(next_day)
    (card,) = next_day.say("zhouhang", "改昨天日报 把蓝海改成恒信")
    assert "改 11-16 日报？" in card.text
    assert "改前：拜访 蓝海包装：聊了交期" in card.text
    assert "改后：拜访 恒信暖通：聊了交期" in card.text
    assert card.buttons == ["确认", "算了"]
    assert (lines(next_day), told(next_day)) == (before, [])


def test_confirmed_it_is_changed_and_the_manager_sees_the_mark_once(next_day: Company) -> None:
    (card,) = next_day.say("zhouhang", "改昨天日报 把蓝海改成恒信")
    (receipt,) = next_day.press("zhouhang", "确认", on=card)
    assert receipt.text == "✅ 11-16 日报已更正，陈敏那边标「更正」。10 分钟内回「撤销」可改回。"
    assert lines(next_day)[0] == ("客户拜访", "C1003", "聊了交期")
    (mark,) = told(next_day)
    assert "【更正】周航 11-16 日报" in mark.text
    assert mark.buttons == []
    (again,) = next_day.press("zhouhang", "确认", on=card)
    assert "已经处理过了" in again.text
    assert len(told(next_day)) == 1


def test_the_leaders_read_the_report_with_its_mark_and_what_stood_there_before(next_day: Company) -> None:
    assert "更正" not in next_day.say("chenmin", "日报 昨天")[0].text
    next_day.say("zhouhang", "改昨天日报 把聊了交期改成聊了价格")
    next_day.press("zhouhang", "确认")
    for leader in ("chenmin", "hechuan"):
        page = next_day.say(leader, "日报 昨天")[0].text
        assert "周航（更正）：拜访 蓝海包装：聊了价格" in page
        assert "更正 11-17：聊了交期 → 聊了价格（周航 自己改）" in page
    assert "日报（更正）：客户拜访 聊了价格" in next_day.say("zhouhang", "/客户 蓝海")[0].text


def test_the_card_of_the_day_counts_the_correction(tmp_path: Path) -> None:
    company = Company(tmp_path, at="2026-11-16 08:30")
    company.advance_to("2026-11-16 17:00")
    company.say("zhouhang", SAID)
    company.advance_to("2026-11-16 19:00")
    for who in ("linke", "sun"):
        company.say(who, "日报 客户拜访 鼎盛五金")
    company.say("zhouhang", "改今天日报 把聊了交期改成聊了价格")
    company.press("zhouhang", "确认")
    (card,) = [m for m in company.inbox("chenmin") if "已交齐" in m.text]
    assert "已交 3/3，其中迟交 2、更正 1。" in card.text
    company.close()


def test_a_plant_that_is_no_customer_stays_with_its_customer(next_day: Company) -> None:
    (card,) = next_day.say("zhouhang", "改昨天日报 把蓝海改成蓝海包装二厂")
    assert "改后：拜访 蓝海包装：蓝海包装二厂 聊了交期" in card.text
    assert "「蓝海包装二厂」还没单独建档，先记在蓝海包装名下" in card.text


def test_quoting_the_receipt_is_enough(tmp_path: Path) -> None:
    company = Company(tmp_path, at="2026-11-16 16:00")
    (receipt,) = company.say("zhouhang", SAID)
    company.advance_to("2026-11-18 10:00")
    company.say("zhouhang", "日报 客户拜访 鼎盛五金")
    (card,) = company.say("zhouhang", "蓝海改成恒信", quote=receipt)
    assert "改 11-16 日报？" in card.text
    company.close()


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("改昨天日报 把拜访改成方案发送", "改后：方案发送 蓝海包装：聊了交期"),
        ("改11-16日报 不是交期，是价格", "改后：拜访 蓝海包装：聊了价格"),
        ("改日报 格美降价8%应该是格美降价5%", "改后：竞对反馈 恒信暖通：格美降价5%"),
        ("改昨天的日报 明日关键动作改成给恒信发资质", "改后：明日关键动作：给恒信发资质"),
        ("昨天日报里蓝海写错了，是恒信", "改后：拜访 恒信暖通：聊了交期"),
        ("更正 昨天日报 把蓝海改成恒信", "改后：拜访 恒信暖通：聊了交期"),
        ("/改日报 昨天日报 把蓝海改成恒信", "改后：拜访 恒信暖通：聊了交期"),
    ],
)
def test_however_it_is_said(next_day: Company, said: str, wanted: str) -> None:
    assert wanted in next_day.say("zhouhang", said)[0].text


def test_several_places_at_once(next_day: Company) -> None:
    (card,) = next_day.say("zhouhang", "改昨天日报 把蓝海改成恒信，把降价8%改成降价5%")
    assert card.text.count("改前：") == 2
    next_day.press("zhouhang", "确认")
    assert lines(next_day)[0][1] == "C1003"
    assert moves(next_day) == [("C1003", "格美降价5%")]


def test_what_it_says_of_a_competitor_follows_there_and_back(next_day: Company) -> None:
    next_day.say("zhouhang", "改昨天日报 把恒信改成华东机械")
    next_day.press("zhouhang", "确认")
    assert moves(next_day) == [("C1001", "格美降价8%")]
    next_day.say("zhouhang", "撤销")
    next_day.press("zhouhang", "撤销")
    assert moves(next_day) == [("C1003", "格美降价8%")]


def test_undone_within_ten_minutes_the_mark_goes_and_the_history_stays(next_day: Company) -> None:
    before = lines(next_day)
    next_day.say("zhouhang", "改昨天日报 把蓝海改成恒信")
    next_day.press("zhouhang", "确认")
    next_day.say("zhouhang", "撤销")
    next_day.press("zhouhang", "撤销")
    assert lines(next_day) == before
    assert "更正" not in next_day.say("chenmin", "日报 昨天")[0].text
    (mark,) = told(next_day)
    assert "已由周航撤销" in mark.text
    with next_day.session() as session:
        kinds = [event.kind for event in session.scalars(select(Event)) if "daily_report" in event.subject_kind]
    assert kinds == ["daily_report.submitted", "daily_report.corrected", "daily_report.undone"]


def test_words_that_are_not_there_are_not_guessed(next_day: Company) -> None:
    (answer,) = next_day.say("zhouhang", "改昨天日报 把火星改成恒信")
    assert "这份日报里没有「火星」" in answer.text
    assert "拜访 蓝海包装：聊了交期" in answer.text
    (answer,) = next_day.say("zhouhang", "改昨天日报 把华东机械改成火星采矿")
    assert answer.text == "客户库里没有「火星采矿」，写全名再发一次。"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("改前天日报 把蓝海改成恒信", "11-15 没有你的日报。"),
        ("改11-13日报 把蓝海改成恒信", "11-13 没有你的日报。补交发：补 11-13 日报 客户拜访 恒信"),
        ("改2月30日日报 把蓝海改成恒信", "没有「2月30日」这一天"),
    ],
)
def test_a_day_without_a_report_is_said(next_day: Company, said: str, answer: str) -> None:
    assert next_day.say("zhouhang", said)[0].text.startswith(answer)


def test_without_words_it_shows_what_is_there_and_takes_the_next_sentence(next_day: Company) -> None:
    (question,) = next_day.say("zhouhang", "改昨天日报")
    assert "方案发送 华东机械" in question.text
    (card,) = next_day.say("zhouhang", "华东机械改成恒信")
    assert "改后：方案发送 恒信暖通" in card.text


def test_dropped_it_stays_as_it_is(next_day: Company) -> None:
    before = lines(next_day)
    (card,) = next_day.say("zhouhang", "改昨天日报 把蓝海改成恒信")
    next_day.press("zhouhang", "算了")
    next_day.press("zhouhang", "确认", on=card)
    assert lines(next_day) == before


def test_a_report_handed_in_anew_meanwhile_is_not_spoilt(next_day: Company) -> None:
    next_day.say("zhouhang", "日报 客户拜访 蓝海")
    (card,) = next_day.say("zhouhang", "改今天日报 把蓝海改成恒信")
    next_day.say("zhouhang", "日报 客户拜访 华东机械")
    (answer,) = next_day.press("zhouhang", "确认", on=card)
    assert "没有「蓝海」" in answer.text


def test_nobody_changes_what_is_not_his(next_day: Company) -> None:
    before = lines(next_day)
    (card,) = next_day.say("zhouhang", "改昨天日报 把蓝海改成恒信")
    for who in ("linke", "chenmin", "akai"):
        next_day.say(who, "改昨天日报 把蓝海改成恒信")
        next_day.say(who, "把蓝海改成恒信", quote=card)
    assert lines(next_day) == before
    with next_day.session() as session:
        assert {slip.owner_id for slip in session.scalars(select(Correction))} == {"zhouhang"}


# -- handed in for a past day ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said", ["补昨天日报 客户拜访 恒信", "补交昨天的日报：客户拜访 恒信", "日报 昨天 客户拜访 恒信"]
)
def test_yesterdays_report_is_handed_in_late(next_day: Company, said: str) -> None:
    (receipt,) = next_day.say("linke", said)
    assert "日报 11-16" in receipt.text
    assert "迟交 16 小时" in receipt.text


@pytest.mark.parametrize(("day", "taken"), [("11-10", True), ("11-09", False), ("11-18", False)])
def test_a_week_back_and_no_day_ahead(next_day: Company, day: str, taken: bool) -> None:
    (receipt,) = next_day.say("linke", f"补 {day} 日报 客户拜访 恒信")
    assert ("收到，标" in receipt.text) is taken


def test_a_past_report_is_not_replaced_by_a_second_one(next_day: Company) -> None:
    before = lines(next_day)
    (answer,) = next_day.say("zhouhang", "补昨天日报 客户拜访 恒信")
    assert "11-16 日报已经交了。要改发：改 11-16 日报" in answer.text
    assert lines(next_day) == before


def test_asking_whether_it_is_in_hands_nothing_in(next_day: Company) -> None:
    assert next_day.say("zhouhang", "昨天日报交了吗")[0].text == "11-16 日报 11-16 16:00 交了。"
    assert "11-16 日报还没交" in next_day.say("linke", "昨天日报交了吗")[0].text
