"""J8 over HTTP: a promise taken back within ten minutes with all it caused; a visit too late for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.office import Office

pytestmark = pytest.mark.timeout(300)
CN = "CN-20261117-001"


def test_a_promise_taken_back_greys_the_card_of_who_was_told(tmp_path: Path) -> None:
    with Office(tmp_path, at="2026-11-17T15:00") as office:
        office.say("zhouhang", "承诺 明天给蓝海发合同")
        (told,) = office.heard("fangqing", CN)
        assert told.buttons
        before = len(office.seen("fangqing"))
        (preview,) = office.say("zhouhang", "撤销")
        assert CN in preview.words
        assert "提醒" in preview.words
        (done,) = office.say("zhouhang", "撤销")
        assert "已撤销" in done.words
        (grey,) = office.heard("fangqing", CN)
        assert grey.buttons == []
        assert "撤销" in grey.words
        assert len(office.seen("fangqing")) == before  # no new message
        told_so_far = len(office.heard("zhouhang", CN))
        office.advance_to("2026-11-19T12:00")
        assert len(office.heard("zhouhang", CN)) == told_so_far
        again = office.say("zhouhang", f"撤销 {CN}")
        assert all(m["card"] is None or not m.buttons for m in again)


def test_after_ten_minutes_it_becomes_a_correction_slip(tmp_path: Path) -> None:
    with Office(tmp_path, at="2026-11-17T15:00") as office:
        office.say("zhouhang", "承诺 明天给蓝海发合同")
        office.advance("PT10M")
        (answer,) = office.say("zhouhang", f"撤销 {CN}")
        assert "更正" in answer.words
        office.press("zhouhang", "发起")
        office.say("zhouhang", "客户改主意了，先不发合同")
        assert office.heard("chenmin", CN)


def test_a_quoted_promise_is_changed_and_at_last_made_void_with_the_managers_yes(tmp_path: Path) -> None:
    with Office(tmp_path, at="2026-11-17T15:00") as office:
        (second,) = office.say("zhouhang", "承诺 明天给蓝海发合同")
        assert CN in second.words
        (asked,) = office.say("zhouhang", "改成周四，给华东机械", quote=second)
        assert "蓝海包装 → 华东机械" in asked.words
        (changed,) = office.press("zhouhang", "确认", on=asked)
        assert f"✅ 已改 {CN}" in changed.words
        before = len(office.heard("zhouhang", "⏰"))
        office.advance_to("2026-11-18T20:00")
        assert len(office.heard("zhouhang", "⏰")) == before

        (late,) = office.say("zhouhang", f"撤销 {CN}")
        assert "已过 10 分钟" in late.words
        office.press("zhouhang", "发起", on=late)
        office.say("zhouhang", "客户不要了，是我记错")
        (slip,) = office.heard("chenmin", "更正单")
        office.press("chenmin", "同意", on=slip)
        assert office.heard("zhouhang", "陈敏同意了更正")
        assert "已撤销" in office.say("zhouhang", f"承诺 {CN}")[0].words
