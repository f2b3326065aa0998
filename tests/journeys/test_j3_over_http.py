"""J3 over HTTP: the make-up Saturday, the evening, the next working morning; and the holiday with nothing in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.office import Office

pytestmark = pytest.mark.timeout(300)
DAY = "2026-10-10"


def test_the_report_of_a_make_up_saturday(tmp_path: Path) -> None:
    with Office(tmp_path, at=f"{DAY}T08:30") as office:
        office.advance_to(f"{DAY}T10:00")
        office.say("zhouhang", "拜访 华东机械")
        office.advance_to(f"{DAY}T17:30")
        (reminder,) = office.heard("zhouhang", "日报 18:00 截止")
        assert "补班日" in reminder.words
        assert "☑ 拜访 华东机械" in reminder.words
        assert reminder.buttons == ["就这样，补进展", "改", "今天请假"]
        office.advance_to(f"{DAY}T17:36")
        (question,) = office.say("zhouhang", "蓝海 明确了采购时间")
        assert "请附一句原话" in question.words
        (receipt,) = office.say("zhouhang", "客户说：我们计划11月启动招标")
        assert "✅ 日报已交 17:36" in receipt.words

        office.advance_to(f"{DAY}T18:00")
        assert office.heard("chenmin", "日报") == []
        office.advance_to(f"{DAY}T18:05")
        (card,) = office.heard("chenmin", "日报")
        assert "截至 18:00" in card.words
        assert "林可" in card.words
        assert f"{DAY}T10:01" <= card["at"] <= f"{DAY}T10:05"  # 18:01–18:04 in UTC
        (number,) = [m for m in office.seen("chenmin") if m["chat"]["id"] == "huadong-sales"]
        assert number.words == "今日日报 1/3"

        office.advance_to(f"{DAY}T18:20")
        (snoozed,) = office.say("linke", "/稍后 1小时")
        assert "19:20" in snoozed.words
        office.advance_to(f"{DAY}T19:05")
        (late,) = office.say("linke", "日报 客户拜访 恒信；竞对反馈 恒信 格美降价8%")
        assert "迟交 65 分" in late.words
        (changed,) = office.heard("chenmin", "日报")
        assert "其中迟交 1" in changed.words or "孙" in changed.words
        assert "林可" not in changed.words

        office.advance_to("2026-10-12T09:30")
        (overdue,) = office.heard("hechuan", "日报")
        assert "孙（第 1 次）" in overdue.words
        assert "林可" not in overdue.words


def test_nothing_is_asked_for_during_the_holiday(tmp_path: Path) -> None:
    with Office(tmp_path, at="2026-10-01T08:00") as office:
        office.advance_to("2026-10-07T23:00")
        assert [m for who in ("zhouhang", "linke", "chenmin", "hechuan") for m in office.heard(who, "日报")] == []
