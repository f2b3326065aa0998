"""A free organisation's allowance over the real Stream, inbox, outbox and sender; `python -m bench month` plays all of it with 50 reps."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.adapters.dingtalk.quota import Kind
from tests.free_month import FreeMonth, Habits
from tests.stream_company import StreamCompany

__all__ = ["StreamCompany"]
pytestmark = [pytest.mark.sqlite_only, pytest.mark.timeout(300)]
SATURDAY, MONDAY = date(2026, 11, 7), date(2026, 11, 9)


def test_a_frugal_week_stays_within_its_share_of_the_month(tmp_path: Path) -> None:
    """Four reps of fifty, five working days of twenty-one: 4/50 × 5/21 of 5,000 calls and 3,000 messages."""
    month = FreeMonth(tmp_path, reps=4, habits=Habits(), calls=400, messages=240)
    month.run(SATURDAY)
    assert month.used(Kind.API) == month.charged <= 5_000 * 4 * 5 // (50 * 21)
    assert month.used(Kind.MESSAGES) <= 3_000 * 4 * 5 // (50 * 21)
    assert month.foretold() == []
    assert (month.lost(), month.waiting()) == ([], 0)
    month.close()


def test_a_busy_week_is_foretold_stops_at_the_allowance_and_loses_no_escalation(tmp_path: Path) -> None:
    month = FreeMonth(tmp_path, reps=3, habits=Habits(news=2), calls=40, messages=300)
    month.run(MONDAY)
    assert month.charged == 40  # the platform answers 90020 from here on
    told = month.foretold()
    assert told
    assert (11, 5) <= told[0] <= (11, 9)  # said while there was time, and near the truth: it ended on the 6th
    assert month.lost()  # those of the 6th wait
    assert month.company.say("rep001", "帮助")[0].by == "session"  # whoever writes is answered all the same
    month.next_month()
    assert month.lost() == []
    month.close()
