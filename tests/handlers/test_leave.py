from __future__ import annotations

from tests.chat import Company


def test_leave_asks_for_its_span_and_silences_the_report(company: Company) -> None:
    company.advance_to("2026-11-16 10:00")
    company.say("linke", "请假")
    (card,) = company.say("linke", "今天到明天")
    assert "11-16 到 11-17" in card.text
    before = len(company.inbox("linke"))
    company.advance_to("2026-11-17 20:00")
    assert len(company.inbox("linke")) == before
    assert not [m for m in company.inbox("chenmin") if "林可" in m.text and "未交" in m.text and "请假 1" not in m.text]


def test_a_deputy_is_told(company: Company) -> None:
    company.say("linke", "请假 明天")
    (card,) = company.say("linke", "代理 周航")
    assert "由周航代理" in card.text
    assert "林可" in company.last("zhouhang").text


def test_leave_can_be_taken_back(company: Company) -> None:
    company.say("linke", "请假 明天")
    assert "提醒照常" in company.press("linke", "取消请假")[0].text


def test_an_outsider_is_nobodys_deputy(company: Company) -> None:
    company.say("chenmin", "请假 明天")
    (answer,) = company.say("chenmin", "代理 外部代理商")
    assert "写全名" in answer.text
    assert company.inbox("waibu") == []
