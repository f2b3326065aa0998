from __future__ import annotations

import pytest

from bot.adapters.base import TransportError
from bot.adapters.dingtalk.quota import Kind
from tests.bot.adapters.dingtalk.desk import Desk
from tests.fakes.dingtalk.server import FakeDingtalk
from tests.fakes.dingtalk.state import Trouble


@pytest.fixture
def company(desk: Desk, ding: FakeDingtalk) -> Desk:
    ding.state.departments = {1: [10, 20], 10: [11], 20: [], 11: [10]}  # with a circle, as damaged data may have
    ding.state.people = {
        "chenmin": {"name": "陈敏", "dept_id_list": [10], "manager_userid": "", "mobile": "13900000001"},
        "zhouhang": {"name": "周航", "dept_id_list": [10, 11], "manager_userid": "chenmin", "mobile": "13900000002"},
        "linke": {"name": "林可", "dept_id_list": [11], "manager_userid": "chenmin", "active": False},
        "duli": {"name": "杜力", "dept_id_list": [11], "manager_userid": "chenmin"},
    }
    return desk


def test_everybody_is_listed_once_with_manager_department_and_mobile(company: Desk) -> None:
    members = {member.id: member for member in company.adapter.members()}
    assert set(members) == {"chenmin", "zhouhang", "linke", "duli"}
    zhouhang = members["zhouhang"]
    assert (zhouhang.name, zhouhang.manager_id, zhouhang.mobile) == ("周航", "chenmin", "13900000002")
    assert zhouhang.departments == ("部门10", "部门11")
    assert members["chenmin"].manager_id is None
    assert [member.active for member in members.values()].count(False) == 1


def test_a_manager_missing_from_the_list_is_read_from_the_persons_record(company: Desk, ding: FakeDingtalk) -> None:
    ding.state.people = {"zhouhang": {"name": "周航", "dept_id_list": [1]}}
    assert next(iter(company.adapter.members())).manager_id is None
    assert len(ding.state.called("/topapi/v2/user/get")) == 1


def test_the_directory_is_free_of_charge(company: Desk) -> None:
    list(company.adapter.members())
    assert [quota.used for quota in company.adapter.quota() if quota.kind is Kind.API] == [0]


def test_a_person_is_found_by_his_mobile(company: Desk) -> None:
    assert company.adapter.directory.by_mobile("13900000002") == "zhouhang"
    assert company.adapter.directory.by_mobile("10086") is None


def test_a_missing_permission_is_an_error_with_a_name_not_an_empty_company(company: Desk, ding: FakeDingtalk) -> None:
    ding.state.trouble("/topapi/v2/user/list", Trouble(200, {"errcode": 60011, "errmsg": "no privilege"}))
    with pytest.raises(TransportError, match="60011"):
        list(company.adapter.members())


def test_a_name_that_cannot_be_known_is_no_reason_not_to_send(company: Desk, ding: FakeDingtalk) -> None:
    assert company.adapter.directory.name("zhouhang") == "周航"
    assert company.adapter.directory.name("ghost") == ""
    company.adapter.directory.name("ghost")
    assert len(ding.state.called("/topapi/v2/user/get")) == 2
    ding.state.trouble("/topapi/v2/user/get", Trouble(500, raw="x"))
    assert company.adapter.directory.name("linke") == ""
    assert company.adapter.directory.name("linke") == "林可"
