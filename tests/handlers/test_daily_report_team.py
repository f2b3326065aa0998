"""What a manager does about missing reports: 催一下, 改为请假, 先不管 (D05, J3)."""

from __future__ import annotations

import pytest

from tests.chat import Company


@pytest.fixture
def evening(company: Company) -> Company:
    """18:05, and nobody of 陈敏's team has handed in."""
    company.advance_to("2026-11-16 18:05")
    assert {"催一下", "改为请假", "先不管"} <= set(company.last("chenmin").buttons)
    return company


def test_whoever_is_missing_is_reminded_in_her_name_once(evening: Company) -> None:
    card = evening.last("chenmin")
    for _ in range(2):
        evening.press("chenmin", "催一下", on=card)
    for rep in ("zhouhang", "linke", "sun"):
        assert sum("陈敏" in m.text for m in evening.inbox(rep)) == 1


def test_excused_people_hear_nothing_more(evening: Company) -> None:
    (answer,) = evening.press("chenmin", "改为请假")
    assert "周航" in answer.text
    before = len(evening.inbox("hechuan"))
    evening.advance_to("2026-11-17 09:31")
    assert not [m for m in evening.inbox("hechuan")[before:] if "未交" in m.text]


def test_leaving_it_greys_the_card(evening: Company) -> None:
    card = evening.last("chenmin")
    evening.press("chenmin", "先不管")
    assert card.buttons == []
