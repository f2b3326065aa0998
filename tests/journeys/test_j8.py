"""J8, message by message: a promise taken back, one changed by quoting its card, a visit that is too old to undo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.reply import CardState
from models.chat import OutboxRow, OutboxState
from models.event import history, verify
from tests.chat import Company
from tests.handlers.test_undo import events, measures, visit
from tests.readers import ScriptedReader, chat_screenshot, site_photo

VISIT, CN = "V-20261116-001", "CN-20261117-001"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Company]:
    """Monday's visit of 周航 is confirmed by 陈敏; it is Tuesday 2026-11-17, 15:00."""
    reader = ScriptedReader()
    reader.show(b"gate", site_photo("2026-11-16", "16:00"))
    reader.show(b"chat", chat_screenshot("王建国", "采购经理"))
    company = Company(tmp_path, at="2026-11-16 16:00", reader=reader)
    visit(company)
    company.press("chenmin", "同意")
    company.advance_to("2026-11-17 15:00")
    yield company
    company.close()


def test_the_whole_of_j8(office: Company) -> None:
    before = measures(office)
    (registered,) = office.say("zhouhang", "承诺 明天给蓝海发合同")
    assert f"已登记 {CN}" in registered.text
    office.advance(minutes=1)
    (preview,) = office.say("zhouhang", "撤销")
    assert "11-18 周三 18:00 前发合同" in preview.text
    assert "取消 2 个提醒；方晴的卡片改为「已撤销」（15:00 收到过）" in preview.text
    assert preview.buttons == ["撤销", "算了"]
    office.advance(minutes=1)
    told = len(office.inbox("fangqing"))
    (done,) = office.say("zhouhang", "撤销")
    assert "编号保留不复用；审计里「登记→撤销」两条都在" in done.text
    (card,) = (m for m in office.inbox("fangqing") if CN in m.text)
    assert (card.card.state, card.card.note) == (CardState.VOID, "已由周航撤销（15:02）")
    assert len(office.inbox("fangqing")) == told
    assert measures(office) == before
    with office.session() as session:
        assert [entry.kind for entry in history(session, "commitment", CN)] == [
            "commitment.registered", "commitment.undone",
        ]  # fmt: skip

    (second,) = office.say("zhouhang", "承诺 明天给蓝海发合同")
    assert "CN-20261117-002" in second.text
    (asked,) = office.say("zhouhang", "改成周四，给华东机械", quote=second)
    assert "客户：蓝海包装 → 华东机械" in asked.text
    assert "期限：11-18 周三 18:00 → 11-19 周四 18:00" in asked.text
    assert asked.buttons[:2] == ["确认", "只改时间"]
    office.press("zhouhang", "确认")
    (recalled,) = office.say("zhouhang", "我把那条撤回了")
    assert "平台没告诉我你撤回了哪条" in recalled.text

    office.advance_to("2026-11-19 15:00")
    (late,) = office.say("zhouhang", f"撤销 {VISIT}")
    assert "已过 10 分钟，且陈敏已据此确认下一步。改为更正单" in late.text
    assert late.buttons == ["发起"]


def test_after_undo_nothing_about_it_is_sent_however_long_one_waits(office: Company) -> None:
    office.say("zhouhang", "承诺 明天给蓝海发合同")
    office.say("zhouhang", "撤销")
    office.say("zhouhang", "撤销")
    with office.session() as session:
        last = max(session.scalars(select(OutboxRow.id)))
    office.advance_to("2026-11-27 12:00")
    with office.session() as session:
        query = select(OutboxRow).where(
            OutboxRow.id > last, OutboxRow.content.contains(CN), OutboxRow.state != OutboxState.VOID
        )
        assert list(session.scalars(query)) == []


def test_the_log_only_grows_through_all_of_it(office: Company) -> None:
    seen: list[tuple[int, str, str]] = events(office)
    for said in (
        "承诺 明天给蓝海发合同",
        "撤销",
        "撤销",
        "撤销",
        "撤销最近3条",
        "撤销",
        "算了",
        f"更正 {VISIT} 因为没去",
    ):
        office.say("zhouhang", said)
        now = events(office)
        assert now[: len(seen)] == seen
        seen = now
    with office.session() as session:
        assert verify(session) is None
