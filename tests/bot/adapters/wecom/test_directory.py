from __future__ import annotations

import pytest

from bot.adapters.base import Member
from bot.adapters.wecom.client import WecomClient
from bot.adapters.wecom.directory import AccountIds, Directory
from bot.adapters.wecom.errors import WecomError
from tests.fakes.wecom.server import FakeWecom


def person(userid: str, *, status: int = 1, leader: str = "", departments: tuple[int, ...] = (1,)) -> dict[str, object]:
    return {
        "userid": userid, "name": f"{userid}名", "department": list(departments), "status": status,
        "direct_leader": [leader] if leader else [],
    }  # fmt: skip


def test_everybody_visible_is_listed_once_with_his_manager(client: WecomClient, wecom: FakeWecom) -> None:
    wecom.state.departments = [{"id": 1, "name": "总部", "parentid": 0}, {"id": 2, "name": "华东", "parentid": 1}]
    wecom.state.users = [person("LinKe", leader="ChenMin", departments=(1, 2)), person("ChenMin")]
    assert Directory(client).members() == [
        Member("linke", "LinKe名", active=True, manager_id="chenmin", departments=("总部", "华东")),
        Member("chenmin", "ChenMin名", active=True, departments=("总部",)),
    ]
    assert wecom.state.calls["user/list"] == 1


@pytest.mark.parametrize(("status", "active"), [(1, True), (4, True), (2, False), (5, False)])
def test_who_has_left_is_not_active(client: WecomClient, wecom: FakeWecom, status: int, active: bool) -> None:
    wecom.state.users = [person("linke", status=status)]
    assert [member.active for member in Directory(client).members()] == [active]


def test_an_app_that_sees_two_branches_reads_both(client: WecomClient, wecom: FakeWecom) -> None:
    wecom.state.departments = [{"id": 7, "parentid": 1, "name": "华东"}, {"id": 9, "parentid": 1, "name": "华南"}]
    wecom.state.users = [person("linke", departments=(7,)), person("duli", departments=(9,))]
    assert {member.id for member in Directory(client).members()} == {"linke", "duli"}


def test_a_directory_that_cannot_be_read_is_an_error_not_an_empty_company(
    client: WecomClient, wecom: FakeWecom
) -> None:
    wecom.state.fail("department/list", 60011)
    with pytest.raises(WecomError):
        Directory(client).members()


class TestAccountIds:
    encrypted = "woXYZabcdefghijklmnopqrstuvw"

    def test_a_plain_id_is_folded_and_nobody_is_asked(self, client: WecomClient, wecom: FakeWecom) -> None:
        assert AccountIds(client).plain("LiHua") == "lihua"
        assert wecom.state.calls["batch/openuserid_to_userid"] == 0

    def test_an_encrypted_id_is_asked_for_once(self, client: WecomClient, wecom: FakeWecom) -> None:
        wecom.state.open_ids[self.encrypted] = "LiHua"
        ids = AccountIds(client)
        assert [ids.plain(self.encrypted), ids.plain(self.encrypted)] == ["lihua", "lihua"]
        assert wecom.state.calls["batch/openuserid_to_userid"] == 1

    def test_without_an_app_an_encrypted_id_keeps_its_case(self) -> None:
        assert AccountIds(None).plain(self.encrypted) == self.encrypted

    def test_a_platform_that_is_busy_is_asked_again_the_next_time(self, client: WecomClient, wecom: FakeWecom) -> None:
        wecom.state.open_ids[self.encrypted] = "LiHua"
        wecom.state.fail("batch/openuserid_to_userid", -1)
        ids = AccountIds(client)
        assert [ids.plain(self.encrypted), ids.plain(self.encrypted)] == [self.encrypted, "lihua"]
