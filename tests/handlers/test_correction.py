"""更正: what is too late to undo goes through the manager and leaves a footnote (J8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from models.correction import Correction, CorrectionState
from models.event import Event
from models.person import Leave
from models.visit import Visit, VisitState
from tests.chat import Company
from tests.handlers.test_undo import VISIT, measures, visit, void
from tests.readers import ScriptedReader, chat_screenshot, site_photo


@pytest.fixture
def later(tmp_path: Path) -> Iterator[Company]:
    """Three days after a visit of 周航 that 陈敏 confirmed."""
    reader = ScriptedReader()
    reader.show(b"gate", site_photo("2026-11-16", "15:00"))
    reader.show(b"chat", chat_screenshot("王建国", "采购经理"))
    made = Company(tmp_path, at="2026-11-16 15:00", reader=reader)
    visit(made)
    made.press("chenmin", "同意")
    made.advance_to("2026-11-19 15:00")
    yield made
    made.close()


def state(company: Company) -> str:
    with company.session() as session:
        return session.get_one(Visit, VISIT).state


def slips(company: Company) -> list[Correction]:
    with company.session() as session:
        return list(session.scalars(select(Correction)))


def ask(company: Company, reason: str = "记成了另一家，实际没去") -> None:
    company.say("zhouhang", f"撤销 {VISIT}")
    company.press("zhouhang", "发起")
    company.say("zhouhang", reason)


def test_three_days_later_it_says_why_not_and_offers_a_slip(later: Company) -> None:
    (card,) = later.say("zhouhang", f"撤销 {VISIT}")
    assert "已过 10 分钟，且陈敏已据此确认下一步" in card.text
    assert "写原因 → 主管批" in card.text
    assert card.buttons == ["发起"]


def test_the_manager_is_asked_once_and_her_yes_makes_it_void_with_a_footnote(later: Company) -> None:
    before = len(later.inbox("chenmin"))
    ask(later)
    assert state(later) == VisitState.DONE
    (card,) = later.inbox("chenmin")[before:]
    assert "【更正单】周航" in card.text
    assert "记成了另一家" in card.text
    assert card.buttons == ["同意", "驳回"]
    later.press("chenmin", "同意", on=card)
    assert state(later) == VisitState.UNDONE
    assert measures(later)["visit_complete"] == (0, 0)
    assert "陈敏同意了更正" in later.last("zhouhang").text
    page = later.say("chenmin", f"/穿透 {VISIT}")[0].text
    assert "脚注：更正 11-19：作废这条记录（周航 提，陈敏 批；记成了另一家，实际没去）" in page
    (told,) = [m for m in later.inbox("chenmin") if "【待确认】" in m.text]
    assert void(told)


def test_a_refused_slip_leaves_the_record(later: Company) -> None:
    ask(later)
    later.press("chenmin", "驳回")
    assert state(later) == VisitState.DONE
    assert [slip.state for slip in slips(later)] == [CorrectionState.REFUSED]
    assert "驳回了更正" in later.last("zhouhang").text
    assert "脚注" not in later.say("chenmin", f"/穿透 {VISIT}")[0].text


def test_a_decision_is_made_once(later: Company) -> None:
    ask(later)
    card = later.last("chenmin")
    later.press("chenmin", "同意", on=card)
    (answer,) = later.press("chenmin", "驳回", on=card)
    assert "已由陈敏同意" in answer.text
    assert state(later) == VisitState.UNDONE
    with later.session() as session:
        kinds = [event.kind for event in session.scalars(select(Event)) if event.kind.startswith("correction.")]
    assert kinds == ["correction.asked", "correction.agreed"]


def test_a_second_slip_about_the_same_is_not_sent(later: Company) -> None:
    ask(later)
    before = len(later.inbox("chenmin"))
    later.say("zhouhang", f"撤销 {VISIT}")
    (answer,) = later.press("zhouhang", "发起")
    assert "已经在等陈敏批" in answer.text
    assert len(later.inbox("chenmin")) == before


def test_the_command_takes_the_reason_in_the_same_line(later: Company) -> None:
    (answer,) = later.say("zhouhang", f"更正 {VISIT} 因为实际没去")
    assert "更正单已发陈敏" in answer.text
    assert [slip.reason for slip in slips(later)] == ["实际没去"]


def test_a_deputy_decides_while_the_manager_is_away(later: Company) -> None:
    with later.database.write() as session:
        session.add(
            Leave(
                person_id="chenmin", deputy_id="linke", from_at=later.now - timedelta(hours=1),
                until_at=later.now + timedelta(days=1),
            )
        )  # fmt: skip
    ask(later)
    later.press("linke", "同意")
    assert state(later) == VisitState.UNDONE


def test_cancelling_while_asked_for_the_reason_sends_nothing(later: Company) -> None:
    ask(later, "取消")
    assert slips(later) == []


@pytest.mark.parametrize("who", ["linke", "akai", "chenmin"])
def test_nobody_corrects_what_is_not_his(later: Company, who: str) -> None:
    (answer,) = later.say(who, f"更正 {VISIT}")
    (other,) = later.say(who, "更正 V-20261116-099")
    assert answer.text.replace(VISIT, "") == other.text.replace("V-20261116-099", "")


def test_a_report_of_yesterday_is_corrected_by_its_day(company: Company) -> None:
    company.advance_to("2026-11-16 16:00")
    company.say("linke", "日报 客户拜访 恒信 聊了方案")
    company.advance_to("2026-11-17 10:00")
    (card,) = company.say("linke", "更正 昨天日报")
    assert "11-16 日报" in card.text
    assert card.buttons == ["发起"]


def test_without_a_day_the_last_report_is_meant_not_the_first(company: Company) -> None:
    for day in ("16", "17"):
        company.advance_to(f"2026-11-{day} 16:00")
        company.say("linke", "日报 客户拜访 恒信 聊了方案")
    company.advance(minutes=10)
    for said in ("更正 日报", "撤销日报"):
        assert "11-17 日报" in company.say("linke", said)[0].text
