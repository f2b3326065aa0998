from __future__ import annotations

import pytest

from tests.chat import Company

NORTH_OF_GATE = 111_194.93  # metres in a degree of latitude on the sphere we measure with


def at_metres(metres: float) -> tuple[float, float]:
    """A place so many metres south of the gate of 华东机械."""
    return (31.231713 - metres / NORTH_OF_GATE, 121.4737)


def test_a_visit_opens_with_the_checklist_of_three(company: Company) -> None:
    (card,) = company.say("zhouhang", "拜访 华东机械")
    assert "V-20261116-001" in card.text
    assert "王建国 等 3 位联系人" in card.text
    assert "☐☐☐" in card.text


@pytest.mark.parametrize(("metres", "accepted"), [(199, True), (200, True), (201, False)])
def test_two_hundred_metres_are_in_and_two_hundred_and_one_are_out(
    company: Company, metres: int, accepted: bool
) -> None:
    company.say("zhouhang", "拜访 华东机械")
    answer = company.say("zhouhang", location=at_metres(metres))[0]
    assert (f"{metres} 米（≤200）" in answer.text) is accepted
    assert ("☑☐☐" in answer.text) is accepted


def test_a_place_without_an_open_visit_is_explained(company: Company) -> None:
    (answer,) = company.say("zhouhang", location=at_metres(10))
    assert "拜访 客户名" in answer.text


def test_an_unknown_customer_is_asked_for_not_guessed(company: Company) -> None:
    (answer,) = company.say("zhouhang", "拜访 火星采矿")
    assert "没找到客户" in answer.text


def test_opening_the_same_visit_twice_says_what_is_missing(company: Company) -> None:
    company.say("zhouhang", "拜访 华东机械")
    (answer,) = company.say("zhouhang", "拜访 华东机械")
    assert "还差：① 位置" in answer.text
