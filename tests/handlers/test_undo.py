"""撤销: shown with all it causes, confirmed by saying it twice, complete, idempotent (M10, J8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.reply import CardState
from bot.undo.reversal import REFERENCES, reference
from models.chat import OutboxRow, OutboxState
from models.commitment import Commitment, CommitmentState
from models.daily_report import report_of
from models.deadline import Deadline, Subject
from models.event import Event, verify
from models.metric import METRICS, Scope
from models.visit import NextStep, NextStepState, Visit, VisitState
from tests.chat import Company, Shown, shanghai
from tests.readers import ScriptedReader, chat_screenshot, site_photo

VISIT = "V-20261116-001"
PROMISE = "CN-20261116-001"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Company]:
    """The company on Monday 2026-11-16, 15:00, with a reader that knows two pictures."""
    reader = ScriptedReader()
    reader.show(b"gate", site_photo("2026-11-16", "15:00"))
    reader.show(b"chat", chat_screenshot("王建国", "采购经理"))
    made = Company(tmp_path, at="2026-11-16 15:00", reader=reader)
    yield made
    made.close()


def visit(company: Company, number: str = VISIT) -> None:
    """周航 visits 华东机械 with all three pieces of evidence and hands it in."""
    company.say("zhouhang", "拜访 华东机械")
    company.say("zhouhang", location=(31.2317, 121.4737))
    company.say("zhouhang", images=[b"gate"])
    company.say("zhouhang", images=[b"chat"])
    company.say("zhouhang", "他们认可方案，但嫌贵，周五前给新报价")
    company.press("zhouhang", "改突破点")
    company.press("zhouhang", "价格让步")
    company.press("zhouhang", "都对")
    assert f"✅ {number} 已完成" in company.said("zhouhang")


def measures(company: Company) -> dict[str, tuple[int, int]]:
    """Every number of the catalogue over the month, as counted rows and all rows."""
    scope = Scope(None, shanghai("2026-11-01 00:00"), shanghai("2026-12-01 00:00"))
    with company.session() as session:
        found = {name: metric.measure(session, scope) for name, metric in METRICS.items()}
    return {name: (len(measured.counted), len(measured.all)) for name, measured in found.items()}


def events(company: Company) -> list[tuple[int, str, str]]:
    with company.session() as session:
        return [(event.id, event.kind, event.hash) for event in session.scalars(select(Event).order_by(Event.id))]


def owed(company: Company) -> int:
    """Pushes that were sent or wait to be sent."""
    with company.session() as session:
        gone = {OutboxState.VOID, OutboxState.NEVER}
        query = select(func.count()).where(OutboxRow.is_push, OutboxRow.state.not_in(gone))
        return session.scalar(query) or 0


def running(company: Company, kind: str) -> list[datetime | None]:
    with company.session() as session:
        query = select(Deadline).where(Deadline.subject_kind == kind, Deadline.stopped_at.is_(None))
        return [deadline.next_at for deadline in session.scalars(query)]


def void(shown: Shown) -> bool:
    return shown.card.state is CardState.VOID


# -- J8: a promise -----------------------------------------------------------------------------------------------------


def test_saying_it_twice_takes_a_promise_back_and_greys_the_card_of_who_was_told(office: Company) -> None:
    office.say("zhouhang", "承诺 明天给蓝海发合同")
    office.advance(minutes=1)
    (preview,) = office.say("zhouhang", "撤销")
    assert f"{PROMISE} 蓝海包装，11-17 周二 18:00 前发合同" in preview.text
    assert "取消 2 个提醒" in preview.text
    assert "方晴的卡片改为「已撤销」（15:00 收到过）" in preview.text
    assert preview.buttons == ["撤销", "算了"]
    office.advance(minutes=1)
    (receipt,) = office.say("zhouhang", "撤销")
    assert f"已撤销 {PROMISE}" in receipt.text
    assert "编号保留不复用" in receipt.text
    (card,) = office.inbox("fangqing")
    assert void(card)
    assert card.card.note == "已由周航撤销（15:02）"
    assert preview.buttons == []


def test_after_undoing_a_promise_nothing_more_is_pushed_to_anybody(office: Company) -> None:
    office.say("zhouhang", "承诺 周五下午3点前给华东机械寄样品")
    office.say("zhouhang", "撤销")
    office.say("zhouhang", "撤销")
    assert running(office, "commitment") == []
    told = {who: len(office.inbox(who)) for who in ("zhouhang", "tianye", "xieyuan", "chenmin")}
    office.advance_to("2026-11-24 12:00")
    assert not [m for who in told for m in office.inbox(who)[told[who] :] if PROMISE in m.text]


def test_the_number_of_an_undone_promise_is_not_used_again(office: Company) -> None:
    office.say("zhouhang", "承诺 明天给蓝海发合同")
    office.say("zhouhang", "撤销")
    office.say("zhouhang", "撤销")
    (again,) = office.say("zhouhang", "承诺 明天给蓝海发合同")
    assert "CN-20261116-002" in again.text


def test_undone_a_third_and_fourth_time_changes_nothing(office: Company) -> None:
    visit(office)
    office.say("zhouhang", "承诺 明天给蓝海发合同")
    office.say("zhouhang", "撤销")
    office.say("zhouhang", "撤销")
    before = measures(office), owed(office), len(events(office))
    for _ in range(3):
        (answer,) = office.say("zhouhang", "撤销")
        assert "已经撤销过了" in answer.text
    assert (measures(office), owed(office), len(events(office))) == before
    with office.session() as session:
        assert session.get_one(Visit, VISIT).state == VisitState.DONE


def test_what_was_done_before_is_offered_and_taken_back_only_when_asked(office: Company) -> None:
    visit(office)
    office.say("zhouhang", "承诺 明天给蓝海发合同")
    office.say("zhouhang", "撤销")
    office.say("zhouhang", "撤销")
    (answer,) = office.say("zhouhang", "撤销")
    assert VISIT in answer.text
    (preview,) = office.press("zhouhang", "撤销这一条")
    assert "下一步" in preview.text
    office.press("zhouhang", "撤销", on=preview)
    with office.session() as session:
        assert session.get_one(Visit, VISIT).state == VisitState.UNDONE


def test_never_mind_leaves_everything(office: Company) -> None:
    office.say("zhouhang", "承诺 明天给蓝海发合同")
    (preview,) = office.say("zhouhang", "撤销")
    assert "不撤" in office.say("zhouhang", "算了")[0].text
    assert preview.buttons == []
    with office.session() as session:
        assert session.get_one(Commitment, PROMISE).state == CommitmentState.OPEN


# -- a visit -----------------------------------------------------------------------------------------------------------


def test_a_visit_goes_with_its_next_step_its_manager_card_and_its_share_of_the_rate(office: Company) -> None:
    before = measures(office)
    visit(office)
    assert measures(office)["visit_complete"] == (1, 1)
    office.say("zhouhang", f"撤销 {VISIT}")
    (receipt,) = office.say("zhouhang", f"撤销 {VISIT}")
    assert f"已撤销 {VISIT}" in receipt.text
    assert measures(office) == before
    with office.session() as session:
        assert [step.state for step in session.scalars(select(NextStep))] == [NextStepState.UNDONE]
    (card,) = office.inbox("chenmin")
    assert void(card)
    assert running(office, "next_step") == []
    office.advance_to("2026-11-20 18:00")
    assert not any("下一步" in m.text for who in ("chenmin", "hechuan") for m in office.inbox(who)[1:])


def test_a_press_on_a_greyed_card_says_who_took_it_back(office: Company) -> None:
    visit(office)
    (card,) = office.inbox("chenmin")
    office.say("zhouhang", "撤销")
    office.say("zhouhang", "撤销")
    (answer,) = office.press("chenmin", "同意", on=card)
    assert "已由周航撤销（15:00）" in answer.text


def test_an_open_visit_may_be_dropped_at_any_time(office: Company) -> None:
    office.say("zhouhang", "拜访 华东机械")
    office.advance(minutes=40)
    office.say("zhouhang", "撤销")
    office.say("zhouhang", "撤销")
    with office.session() as session:
        assert session.get_one(Visit, VISIT).state == VisitState.UNDONE
    assert "拜访开始 V-20261116-002" in office.say("zhouhang", "拜访 华东机械")[0].text


# -- a daily report ----------------------------------------------------------------------------------------------------


def test_an_undone_report_is_owed_again_and_leaves_the_customers_page(company: Company) -> None:
    company.advance_to("2026-11-16 16:00")
    before = measures(company)
    company.say("linke", "日报 客户拜访 恒信 聊了方案；竞对反馈 恒信 格美降价8%；需支持 要技术陪访")
    assert measures(company) != before
    assert void(company.last("chenmin")) is False
    company.say("linke", "撤销日报")
    (receipt,) = company.say("linke", "撤销日报")
    assert "已撤销 11-16 日报" in receipt.text
    assert measures(company) == before
    assert void(company.last("chenmin"))
    page = company.say("linke", "/客户 恒信")[0].text
    assert "格美" not in page
    assert "聊了方案" not in page
    company.advance_to("2026-11-16 17:31")
    assert "日报" in company.last("linke").text


def test_a_report_that_was_changed_goes_back_to_what_it_was(company: Company) -> None:
    company.advance_to("2026-11-16 16:00")
    company.say("linke", "日报 客户拜访 恒信 聊了方案")
    company.say("linke", "日报 客户拜访 恒立 聊了价格")
    company.say("linke", "撤销")
    company.say("linke", "撤销")
    page = company.say("linke", "/客户 恒信")[0].text
    assert "聊了方案" in page
    with company.session() as session:
        assert report_of(session, "linke", shanghai("2026-11-16 00:00").date()) is not None


# -- the window --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "undone"), [(599, True), (600, False), (601, False)])
def test_nine_minutes_fifty_nine_undo_and_ten_minutes_ask_for_a_correction(
    office: Company, seconds: int, undone: bool
) -> None:
    office.say("zhouhang", "承诺 明天给蓝海发合同")
    office.advance(seconds=seconds)
    (card,) = office.say("zhouhang", "撤销")
    assert ("已过 10 分钟" not in card.text) is undone
    assert ("发起" in card.buttons) is not undone
    office.say("zhouhang", "撤销")
    with office.session() as session:
        assert (session.get_one(Commitment, PROMISE).state == CommitmentState.UNDONE) is undone


def test_a_preview_that_lies_around_does_not_stretch_the_window(office: Company) -> None:
    office.say("zhouhang", "承诺 明天给蓝海发合同")
    office.advance(minutes=9)
    (preview,) = office.say("zhouhang", "撤销")
    office.advance(minutes=3)
    (answer,) = office.press("zhouhang", "撤销", on=preview)
    assert "没撤" in answer.text
    with office.session() as session:
        assert session.get_one(Commitment, PROMISE).state == CommitmentState.OPEN


# -- what others count on ----------------------------------------------------------------------------------------------


def test_a_visit_the_manager_has_confirmed_is_not_taken_back(office: Company) -> None:
    visit(office)
    office.press("chenmin", "同意")
    (card,) = office.say("zhouhang", f"撤销 {VISIT}")
    assert "陈敏已据此确认" in card.text
    assert card.buttons == ["发起"]


def test_what_an_attribution_refers_to_is_refused_by_its_number(office: Company) -> None:
    def attributed(_session: object, subject: Subject) -> str | None:
        return "由 GY-014 引用" if subject.id == VISIT else None

    reference(attributed)
    try:
        visit(office)
        (card,) = office.say("zhouhang", "撤销")
    finally:
        REFERENCES.remove(attributed)
    assert "由 GY-014 引用" in card.text
    assert card.buttons == ["发起"]


# -- several -----------------------------------------------------------------------------------------------------------


def test_the_last_three_are_listed_and_each_can_be_left_out(office: Company) -> None:
    office.say("zhouhang", "承诺 明天给蓝海发合同")
    office.say("zhouhang", "承诺 周五前给华东机械寄样品")
    office.say("zhouhang", "/计划 后天10点 华东机械")
    (card,) = office.say("zhouhang", "撤销最近3条")
    assert "☑ 1." in card.text
    assert "☑ 3." in card.text
    office.press("zhouhang", "不撤第 2 条", on=card)
    assert "☐ 2." in card.text
    (receipt,) = office.press("zhouhang", "撤销", on=card)
    assert "已撤销 2 条" in receipt.text
    with office.session() as session:
        states = [promise.state for promise in session.scalars(select(Commitment).order_by(Commitment.id))]
    assert states == [CommitmentState.UNDONE, CommitmentState.OPEN]


def test_what_cannot_go_is_listed_with_its_reason(office: Company) -> None:
    visit(office)
    office.press("chenmin", "同意")
    office.say("zhouhang", "承诺 明天给蓝海发合同")
    (card,) = office.say("zhouhang", "撤销最近两条")
    assert "☐ 2." in card.text
    assert "陈敏已据此确认" in card.text
    assert [b for b in card.buttons if "第" in b] == ["不撤第 1 条"]


# -- who ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["linke", "chenmin", "akai", "waibu"])
def test_nobody_but_its_owner_takes_a_record_back_or_learns_that_it_exists(office: Company, who: str) -> None:
    visit(office)
    (answer,) = office.say(who, f"撤销 {VISIT}")
    (other,) = office.say(who, "撤销 V-20261116-099")
    assert answer.text.replace(VISIT, "") == other.text.replace("V-20261116-099", "")
    with office.session() as session:
        assert session.get_one(Visit, VISIT).state == VisitState.DONE


def test_somebody_elses_preview_cannot_be_confirmed(office: Company) -> None:
    office.say("zhouhang", "承诺 明天给蓝海发合同")
    (preview,) = office.say("zhouhang", "撤销")
    (answer,) = office.press("linke", "撤销", on=preview)
    assert "不是发给你的" in answer.text
    with office.session() as session:
        assert session.get_one(Commitment, PROMISE).state == CommitmentState.OPEN


# -- the log -----------------------------------------------------------------------------------------------------------


def test_the_log_only_grows_and_holds_both(office: Company) -> None:
    visit(office)
    before = events(office)
    office.say("zhouhang", "撤销")
    office.say("zhouhang", "撤销")
    after = events(office)
    assert after[: len(before)] == before
    assert [kind for _, kind, _ in after[len(before) :]] == ["visit.undone"]
    with office.session() as session:
        assert verify(session) is None


# -- what was done with a promise --------------------------------------------------------------------------------------


def test_a_new_time_is_taken_back_and_the_old_reminders_run_again(office: Company) -> None:
    office.say("zhouhang", "承诺 周四下午3点前给华东机械寄样品")
    before = running(office, "commitment")
    office.say("zhouhang", f"{PROMISE} 改到周五下午4点，因为客户要求")
    office.say("zhouhang", "确认")
    assert running(office, "commitment") != before
    (preview,) = office.say("zhouhang", "撤销")
    assert "11-19 15:00 → 11-20 16:00" in preview.text
    office.say("zhouhang", "撤销")
    assert running(office, "commitment") == before
    with office.session() as session:
        promise = session.get_one(Commitment, PROMISE)
        assert (promise.due_at, promise.reschedules) == (shanghai("2026-11-19 15:00"), 0)
    assert "11-19 周四 15:00" in office.last("tianye").text


def test_a_closed_promise_is_open_again_and_the_closing_rate_what_it_was(office: Company) -> None:
    office.say("zhouhang", "承诺 周四下午3点前给华东机械寄样品")
    before, due = measures(office), running(office, "commitment")
    office.say("zhouhang", "华东机械的样品寄了 SF1390021")
    assert measures(office)["promise_kept"] == (1, 1)
    office.say("zhouhang", "撤销")
    (receipt,) = office.say("zhouhang", "撤销")
    assert "闭环" in receipt.text
    assert measures(office) == before
    assert running(office, "commitment") == due
    assert "做得到" in office.last("tianye").buttons


def test_giving_up_is_taken_back_with_the_managers_card(office: Company) -> None:
    office.say("zhouhang", "承诺 周一下午5点前给华东机械寄样品 录音A1")
    office.say("zhouhang", "承诺 今天16:00前给华东机械寄样品")
    office.advance_to("2026-11-16 16:00")
    office.press("zhouhang", "做不到了")
    office.say("zhouhang", "没有货")
    assert "做不到" in office.last("chenmin").text
    office.say("zhouhang", "撤销")
    office.say("zhouhang", "撤销")
    assert void(office.last("chenmin"))


def test_an_undone_list_of_requirements_is_not_quoted_any_more(office: Company) -> None:
    office.say("zhouhang", "需求清单 华东机械 10台主机、含安装调试")
    office.advance(minutes=1)
    office.say("zhouhang", "需求清单 华东机械 12台主机")
    assert "XQ-20261116-009" in office.say("zhouhang", "边界声明 华东机械")[0].text
    office.say("zhouhang", "撤销需求清单")
    office.say("zhouhang", "撤销需求清单")
    assert "XQ-20261116-008" in office.say("zhouhang", "边界声明 华东机械")[0].text


def test_leave_taken_by_mistake_is_taken_back_and_the_report_is_asked_for(company: Company) -> None:
    company.say("linke", "请假 今天")
    company.say("linke", "撤销")
    company.say("linke", "撤销")
    assert void(company.inbox("chenmin")[-1])
    company.advance_to("2026-11-16 17:31")
    assert "日报" in company.last("linke").text
