"""A deployer changes clocks in config.toml and is told the key when it is wrong."""

from datetime import time, timedelta
from typing import Any

import pytest

from models.rules.clock import Lapse, OnDay, Quiet, Recipient
from models.rules.clock_settings import ClockSettingsError, configured_clocks
from models.rules.clocks import CLOCKS
from models.rules.running_time import TimeMode


def test_without_changes_the_catalogue_stays_as_it_is() -> None:
    assert configured_clocks({}) == dict(CLOCKS)


def test_a_lead_clock_may_run_day_and_night_and_be_slower() -> None:
    change = {"mode": "natural", "quiet": "through", "longest_life": "10d", "after": {"lead_waiting": "20m"}}
    clock = configured_clocks({"lead_response": change})["lead_response"]
    assert (clock.mode, clock.quiet, clock.longest_life) == (TimeMode.NATURAL, Quiet.THROUGH, timedelta(days=10))
    assert clock.steps[0].after == Lapse(timedelta(minutes=20))
    assert clock.steps[1] == CLOCKS["lead_response"].steps[1]


def test_the_reminder_to_the_rep_can_be_switched_off_and_the_deadline_moved() -> None:
    change = {
        "off": ["daily_report_due"],
        "after": {"daily_report_missing": "19:00"},
        "to": {"daily_report_missing": ["vp"]},
    }
    steps = configured_clocks({"daily_report": change})["daily_report"].steps
    assert [step.card for step in steps] == ["daily_report_missing", "daily_report_overdue"]
    assert steps[0].after == OnDay(0, time(19))
    assert steps[0].to == (Recipient.VP,)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"lead_respons": {}}, "lead_respons"),
        ({"lead_response": {"colour": "red"}}, "lead_response.colour"),
        ({"lead_response": {"mode": "sometimes"}}, "lead_response.mode"),
        ({"lead_response": {"longest_life": "soon"}}, "lead_response.longest_life"),
        ({"lead_response": {"after": {"lead_waiting": 15}}}, "lead_response.after.lead_waiting"),
        ({"lead_response": {"after": {"lead_wating": "15m"}}}, "lead_response.after.lead_wating"),
        ({"lead_response": {"off": ["lead_waiting", "lead_unanswered"]}}, "lead_response.off"),
        ({"lead_response": {"to": {"lead_waiting": ["boss"]}}}, "lead_response.to.lead_waiting"),
        ({"daily_report": {"after": {"daily_report_due": "25:00"}}}, "daily_report.after.daily_report_due"),
    ],
)
def test_a_mistake_is_named(changes: dict[str, Any], key: str) -> None:
    with pytest.raises(ClockSettingsError, match=key):
        configured_clocks(changes)
