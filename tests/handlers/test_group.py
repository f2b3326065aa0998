from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.group import group_of, remember_groups
from tests.chat import Company
from tests.stream_company import StreamCompany


@pytest.fixture
def office(tmp_path: Path) -> Iterator[StreamCompany]:
    company = StreamCompany(tmp_path, at="2026-11-16 09:00")
    yield company
    company.close()


def test_a_manager_binds_the_group_and_announcements_arrive_there(office: StreamCompany) -> None:
    office.say("chenmin", "@小记 /绑定本群 销售", group="cidNew==")
    assert "cidNew==" in office.last("chenmin").text
    with office.session() as session:
        row = group_of(session, "dingtalk", "cidNew==")
        assert row is not None
        assert (row.purpose, row.members_known) == ("sales", False)
    office.advance_to("2026-11-16 18:05")
    assert any("今日日报" in seen.text for seen in office.inbox("cidNew=="))


def test_a_rep_cannot_bind_and_nobody_can_in_a_direct_chat(office: StreamCompany) -> None:
    office.say("zhouhang", "/绑定本群 销售", group="cidNew==")
    assert "只有" in office.said("zhouhang")
    (answer,) = office.say("chenmin", "/绑定本群 销售")
    assert "请在要绑定的群里" in answer.text
    with office.session() as session:
        assert group_of(session, "dingtalk", "cidNew==") is None


def test_what_the_group_is_for_is_asked_and_not_guessed(office: StreamCompany) -> None:
    office.say("chenmin", "/绑定本群", group="cidNew==")
    assert "这个群做什么用" in office.last("chenmin").text


def test_a_group_bound_again_keeps_one_row(office: StreamCompany) -> None:
    for purpose in ("销售", "总部", ""):
        office.say("chenmin", f"/绑定本群 {purpose}", group="cidNew==")
    with office.session() as session:
        row = group_of(session, "dingtalk", "cidNew==")
        assert row is not None
        assert row.purpose == "hq"


def test_a_configured_group_is_addressable_by_name_and_learns_its_conversation(company: Company) -> None:
    with company.database.write() as session:
        assert remember_groups(session, "dingtalk", [("销售群", ""), ("总部群", "cid9")]) == {
            "销售群": "销售群",
            "总部群": "cid9",
        }
        row = group_of(session, "dingtalk", "销售群")
        assert row is not None
        row.conversation_id = "cidLearnt"
        session.flush()
        assert remember_groups(session, "dingtalk", [("销售群", "")]) == {"销售群": "cidLearnt"}


def test_a_group_bound_by_its_name_uses_its_webhook_at_once(tmp_path: Path) -> None:
    """The configuration knows the group's name and webhook; its conversation is learnt in the group, without a restart."""
    company = StreamCompany(tmp_path, at="2026-11-16 09:00", webhooks=["华东二群", "华东三群"])
    company.say("chenmin", "/绑定本群 销售", group="cid-华东二群")
    company.advance_to("2026-11-16 18:05")
    (number,) = (seen for seen in company.inbox("cid-华东二群") if "今日日报" in seen.text)
    assert number.by == "webhook"
    assert not any("今日日报" in seen.text for seen in company.inbox("cid-华东三群"))
    company.close()


def test_a_group_nobody_configured_gets_no_other_groups_webhook(tmp_path: Path) -> None:
    company = StreamCompany(tmp_path, at="2026-11-16 09:00", webhooks=["华东二群"])
    company.say("chenmin", "/绑定本群 销售", group="cid-别的群")
    company.advance_to("2026-11-16 18:05")
    (number,) = (seen for seen in company.inbox("cid-别的群") if "今日日报" in seen.text)
    assert number.by == "sampleText"
    assert company.inbox("cid-华东二群") == []
    company.close()
