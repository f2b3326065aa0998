"""J2 over HTTP: the promise with the ambiguous 王总 and the Wednesday that is a holiday, kept at last."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.practice.samples import make_chat_screenshot
from tests.journeys.office import Office

pytestmark = [pytest.mark.ocr, pytest.mark.timeout(300)]
CN = "CN-20260930-001"


def test_a_promise_is_asked_about_registered_moved_and_kept(tmp_path: Path) -> None:
    with Office(tmp_path, at="2026-09-30T17:20") as office:
        (asked,) = office.say("zhouhang", "下周三下午3点前给王总寄样品")
        for name in ("王建国·华东机械", "王丽·蓝海包装", "王志强·恒信暖通"):
            assert name in asked.words
        assert "10-07，是国庆假期最后一天" in asked.words
        (draft,) = office.say("zhouhang", "1，10-08")
        assert "10-08 周四 15:00 前" in draft.words
        (registered,) = office.say("zhouhang", "仍登记", images=[make_chat_screenshot("王建国", "采购经理")])
        assert f"已登记 {CN}" in registered.words
        (told,) = office.heard("tianye", CN)
        assert told.buttons[:2] == ["做得到", "做不到，最早…"]

        office.advance_to("2026-10-08T09:30")
        assert len([m for m in office.heard("zhouhang", CN) if "09:30" in m.words or "今天" in m.words]) >= 1
        office.advance_to("2026-10-08T09:40")
        (moving,) = office.say("zhouhang", "跟王总说好了改到周五下班前")
        assert "10-09 周五 18:00" in moving.words
        office.press("zhouhang", "确认改期")
        before = len(office.heard("zhouhang", CN))
        office.advance_to("2026-10-08T16:00")
        assert len(office.heard("zhouhang", CN)) == before  # no old reminder

        office.advance_to("2026-10-09T16:00")
        (closed,) = office.say("zhouhang", "样品寄了 SF1390021", images=[make_chat_screenshot("王建国", "采购经理")])
        assert "SF1390021" in closed.words
        office.advance_to("2026-10-09T20:00")
        assert [m for m in office.heard("chenmin", CN) if "逾期" in m.words] == []


def test_an_overdue_promise_climbs_once_to_the_rep_and_once_to_the_manager(tmp_path: Path) -> None:
    with Office(tmp_path, at="2026-11-16T10:00") as office:
        office.say("zhouhang", "承诺 明天下午3点前给蓝海寄样品 依据:录音001")
        office.advance_to("2026-11-17T14:59")
        assert [m for m in office.heard("chenmin", "逾期") if "CN-" in m.words] == []
        office.advance_to("2026-11-17T16:30")
        assert len(office.heard("chenmin", "承诺逾期")) == 1
        office.advance_to("2026-11-18T08:00")
        assert len(office.heard("chenmin", "承诺逾期")) == 1
