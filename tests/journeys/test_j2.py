"""J2, message by message: "下周三下午3点前给王总寄样品", with its branches and every ⚙ fact."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.reply import Card
from models.capacity import book
from models.chat import OutboxRow, OutboxState
from models.commitment import Commitment, closing_rate
from models.event import history, verify
from models.visit import Visit, VisitState
from tests.chat import Company, shanghai
from tests.readers import ScriptedReader, chat_screenshot

SHOT = b"screenshot of the chat with Wang Jianguo"
CN = "CN-20260930-001"


@pytest.fixture
def eve(tmp_path: Path) -> Iterator[Company]:
    """Wednesday 2026-09-30, 17:20; Tian Ye's 10-08 is booked to 110 %; Zhou Hang saw 华东机械 eleven days ago."""
    reader = ScriptedReader()
    reader.show(SHOT, chat_screenshot("王建国", "采购经理"))
    company = Company(tmp_path, at="2026-09-30 17:20", reader=reader)
    seen = shanghai("2026-09-19 10:00")
    with company.database.write() as session:
        book(session, "tianye", date(2026, 10, 8), 1.1, now=company.now, by="tianye")
        session.add(
            Visit(id="V-20260919-001", owner_id="zhouhang", customer_id="C1001", state=VisitState.DONE, started_at=seen,
                  happened_at=seen, finished_at=seen, objections=[], draft={})
        )  # fmt: skip
    yield company
    company.close()


def register(company: Company) -> None:
    company.say("zhouhang", "下周三下午3点前给王总寄样品")
    company.say("zhouhang", "1，10-08")
    company.say("zhouhang", "仍登记", images=[SHOT])


def refuse(company: Company) -> None:
    company.press("tianye", "做不到，最早")
    company.say("tianye", "10-09")


def promise(company: Company) -> Commitment:
    with company.session() as session:
        return session.get_one(Commitment, CN)


def move(company: Company) -> None:
    company.say("zhouhang", "跟王总说好了改到周五下班前")
    company.press("zhouhang", "确认改期")


def reminded(company: Company, who: str = "zhouhang") -> int:
    """How many reminders of this promise a person got; the morning's own cards are others."""
    cards = (m.content for m in company.inbox(who) if isinstance(m.content, Card))
    return sum(card.title.endswith(CN) and "期" in card.title for card in cards)


def test_the_whole_of_j2(eve: Company) -> None:
    (asked,) = eve.say("zhouhang", "下周三下午3点前给王总寄样品")
    assert "① 王建国·华东机械（你 11 天前见过） ② 王丽·蓝海包装 ③ 王志强·恒信暖通 ④ 都不是" in asked.text
    assert "= 10-07，是国庆假期最后一天，快递与客户可能都不上班" in asked.text
    (draft,) = eve.say("zhouhang", "1，10-08")
    assert "10-08 周四 15:00 前" in draft.text
    assert "⚠ 田野组 10-08 已排 110%，赶得上吗？" in draft.text
    (receipt,) = eve.say("zhouhang", "仍登记", images=[SHOT])
    assert f"已登记 {CN}" in receipt.text
    assert "10-08 09:30 与 13:30（工作时段），逾期 10-08 15:00 起升级" in receipt.text

    asked_tianye = eve.last("tianye")
    assert "周航承诺华东机械（王建国） 10-08 周四 15:00 前寄样品" in asked_tianye.text
    assert asked_tianye.buttons == ["做得到", "做不到，最早…", "需要更多信息"]
    refuse(eve)
    back = eve.last("zhouhang")
    assert "田野回：最早 10-09。你对客户说的是 10-08 15:00。" in back.text
    assert back.buttons == ["我去跟客户改期", "请田野加急", "找陈敏"]

    eve.advance_to("2026-10-08 09:40")
    (again,) = eve.say("zhouhang", "跟王总说好了改到周五下班前")
    assert f"你指 {CN}" in again.text
    assert "「周五下班前」= 10-09 周五 18:00。改期原因记「交付排期」。请补客户同意的截图。" in again.text
    (done,) = eve.press("zhouhang", "确认改期")
    assert "10-08 15:00 → 10-09 18:00（第 1 次，交付排期）" in done.text
    assert len(eve.inbox("tianye")) == 3  # the card, our question and our thanks: the move came in place
    assert "10-08 15:00 → 10-09 18:00" in asked_tianye.text

    eve.advance_to("2026-10-09 16:00")
    (closed,) = eve.say("zhouhang", "样品寄了 SF1390021", images=[SHOT])
    assert "闭环，单号 SF1390021 已识别" in closed.text
    assert "承诺闭环率本月 1/1" in closed.text
    eve.advance_to("2026-10-12 12:00")
    assert "逾期" not in eve.said("chenmin")
    assert "已闭环" in asked_tianye.text
    with eve.session() as session:
        assert verify(session) is None


def test_no_old_reminder_fires_after_the_move_and_the_new_ones_do(eve: Company) -> None:
    register(eve)
    refuse(eve)
    eve.advance_to("2026-10-08 09:40")
    move(eve)
    before = reminded(eve)
    for at, more in (("09:29", 0), ("09:30", 1), ("16:29", 1), ("16:30", 2)):
        eve.advance_to(f"2026-10-09 {at}")
        assert reminded(eve) == before + more
    with eve.session() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.key.contains(f"commitment:{CN}:1:"))).all()
    assert [row.state for row in rows] == [OutboxState.SENT]  # only the 09:30 reminder before the move


def test_the_move_is_in_the_log_and_counted_once(eve: Company) -> None:
    register(eve)
    eve.advance_to("2026-10-08 09:40")
    eve.say("zhouhang", "跟王总说好了改到周五下班前，因为客户周五才收货")
    card = eve.last("zhouhang")
    eve.press("zhouhang", "确认改期", on=card)
    assert "已经处理过了" in eve.press("zhouhang", "确认改期", on=card)[0].text
    assert promise(eve).reschedules == 1
    with eve.session() as session:
        (moved,) = [entry for entry in history(session, "commitment", CN) if entry.kind == "commitment.rescheduled"]
    assert moved.data["old"].startswith("2026-10-08T07:00")
    assert moved.data["new"].startswith("2026-10-09T10:00")
    assert moved.data["reason"] == "客户周五才收货"


def test_overdue_tells_the_rep_at_six_and_the_manager_at_seven_and_nobody_again(eve: Company) -> None:
    register(eve)
    refuse(eve)
    eve.advance_to("2026-10-08 09:40")
    move(eve)
    eve.advance_to("2026-10-09 17:59")
    before = reminded(eve)
    eve.advance_to("2026-10-09 18:00")
    assert reminded(eve) == before + 1
    assert eve.last("zhouhang").buttons == ["已完成", "再给我2小时", "做不到了"]
    eve.advance_to("2026-10-09 18:59")
    assert "承诺逾期" not in eve.said("chenmin")
    eve.advance_to("2026-10-09 19:00")
    assert eve.said("chenmin").count("承诺逾期") == 1
    eve.advance_to("2026-10-13 12:00")
    assert reminded(eve) == before + 1
    assert reminded(eve, "chenmin") == 1


def test_the_closing_rate_counts_this_one_and_not_what_was_undone(eve: Company) -> None:
    register(eve)
    start, end = shanghai("2026-10-01 00:00"), shanghai("2026-11-01 00:00")
    with eve.session() as session:
        kept, due = closing_rate(session, {"zhouhang"}, start, end)
        assert ([row.id for row in kept], [row.id for row in due]) == ([], [CN])
        assert closing_rate(session, {"zhouhang"}, start, end, now=shanghai("2026-10-08 14:59"))[1] == []
        assert len(closing_rate(session, {"zhouhang"}, start, end, now=shanghai("2026-10-08 15:00"))[1]) == 1
