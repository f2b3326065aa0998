from __future__ import annotations

from datetime import timedelta

import pytest

from models.event import record
from models.visit import Visit
from tests.chat import Company


def change(company: Company, count: int, *, apart: timedelta) -> None:
    """周航 changes next steps, one after the other."""
    with company.database.write() as session:
        for number in range(count):
            record(
                session, "next_step.moved", "next_step", str(number), at=company.now + apart * number,
                actor_id="zhouhang", cause=f"inbox:{number}",
            )  # fmt: skip


def alerts(company: Company) -> int:
    return company.said("chenmin").count("5 分钟内改了")


def test_twelve_changes_in_five_minutes_reach_the_manager_once(company: Company) -> None:
    change(company, 14, apart=timedelta(seconds=20))
    company.advance(minutes=6)
    company.advance(minutes=6)
    assert alerts(company) == 1
    assert "周航 5 分钟内改了 14 条记录" in company.said("chenmin")
    assert "改了" not in company.said("linke")


def test_eleven_do_not(company: Company) -> None:
    change(company, 11, apart=timedelta(seconds=20))
    company.advance(minutes=12)
    assert alerts(company) == 0


def test_the_time_a_visit_was_begun_cannot_be_changed(company: Company) -> None:
    company.say("zhouhang", "拜访 华东机械")
    with company.session() as session:
        visit = session.get(Visit, "V-20261116-001")
        assert visit is not None
        with pytest.raises(RuntimeError, match="never changes"):
            visit.started_at = company.now - timedelta(hours=2)
