"""Platforms ask not to be pushed to at the full and the half hour; what was asked for just now is answered at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.context import Turn
from tests.chat import Company


def push(company: Company, priority: int) -> None:
    with company.database.write() as session:
        Turn(company.app.services, session, company.now, "test").send("zhouhang", "提醒", key="x", priority=priority)
    company.settle()


@pytest.mark.parametrize(("at", "waits"), [("10:00", True), ("10:30", True), ("10:01", False), ("10:59", False)])
def test_a_push_avoids_the_crowded_minutes(company: Company, at: str, waits: bool) -> None:
    company.platform.capabilities = replace(company.platform.capabilities, crowded_minutes=frozenset({0, 30}))
    company.advance_to(f"2026-11-16 {at}")
    push(company, 5)
    assert ("提醒" not in company.said("zhouhang")) is waits
    company.advance(minutes=5)
    assert company.said("zhouhang").count("提醒") == 1


def test_an_urgent_push_and_an_answer_go_at_once(company: Company) -> None:
    company.platform.capabilities = replace(company.platform.capabilities, crowded_minutes=frozenset({0, 30}))
    company.advance_to("2026-11-16 10:00")
    push(company, 1)
    assert "提醒" in company.said("zhouhang")
    assert company.say("zhouhang", "帮助")
