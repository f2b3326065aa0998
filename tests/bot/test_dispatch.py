from __future__ import annotations

from sqlalchemy import func, select

from models.chat import InboxRow, OutboxRow
from tests.chat import Company


def test_a_rep_asks_for_help_and_sees_the_commands(company: Company) -> None:
    (answer,) = company.say("zhouhang", "帮助")
    assert "/帮助" in answer.text


def test_the_same_message_three_times_is_answered_once(company: Company) -> None:
    for _ in range(3):
        company.say("zhouhang", "帮助", update_id="same")
    assert len(company.inbox("zhouhang")) == 1
    with company.session() as session:
        assert session.scalar(select(func.count(InboxRow.id))) == 1
        assert session.scalar(select(func.count(OutboxRow.id))) == 1


def test_a_stranger_gets_a_clear_sentence(company: Company) -> None:
    (answer,) = company.say("nobody", "帮助")
    assert "不认识你" in answer.text


def test_nonsense_is_answered_with_the_nearest_command(company: Company) -> None:
    (answer,) = company.say("zhouhang", "/帮住")
    assert "/帮助" in answer.text


def test_in_a_group_the_answer_goes_to_the_asker_alone(company: Company) -> None:
    company.say("linke", "帮助", group="huadong-sales")
    assert "已私聊" in company.last("huadong-sales").text
    assert "/帮助" in company.last("linke").text
