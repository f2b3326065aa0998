from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.person import Person, accounts_of, person_of
from scheduler.jobs.directory import follow, follow_all
from tests.fakes.dingtalk.state import Trouble
from tests.stream_company import StreamCompany


@pytest.fixture
def office(tmp_path: Path) -> Iterator[StreamCompany]:
    company = StreamCompany(tmp_path, at="2026-11-16 09:00")
    for person in company.ding.state.people.values():
        person["dept_id_list"] = [1]
    yield company
    company.close()


def person(company: StreamCompany, who: str) -> Person:
    with company.session() as session:
        found = session.get(Person, who)
        assert found is not None
        return found


def test_a_leaver_is_deactivated_and_written_down(office: StreamCompany) -> None:
    del office.ding.state.people["linke"]
    change = follow(office.app.services, office.adapter, office.now)
    assert change.left == ["linke"]
    assert not person(office, "linke").active
    assert person(office, "zhouhang").active
    assert follow(office.app.services, office.adapter, office.now).left == []


def test_a_new_account_is_matched_by_its_mobile_however_it_is_written(office: StreamCompany) -> None:
    with office.app.services.database.write() as session:
        for account in accounts_of(session, "zhouhang"):
            session.delete(account)
        zhouhang = session.get(Person, "zhouhang")
        assert zhouhang is not None
        zhouhang.mobile = "138 0013-8000"
    del office.ding.state.people["zhouhang"]
    office.ding.state.people["0147xx02"] = {"name": "周航", "mobile": "+86-13800138000", "dept_id_list": [1]}
    assert follow(office.app.services, office.adapter, office.now).linked == ["zhouhang"]
    with office.session() as session:
        found = person_of(session, "dingtalk", "0147xx02")
        assert found is not None
        assert found.id == "zhouhang"


def test_a_stranger_in_the_directory_becomes_nobody(office: StreamCompany) -> None:
    office.ding.state.people["new"] = {"name": "新人", "dept_id_list": [1]}
    assert follow(office.app.services, office.adapter, office.now).unknown == ["new"]


def test_a_missing_manager_is_filled_in_and_a_given_one_is_kept(office: StreamCompany) -> None:
    with office.app.services.database.write() as session:
        linke = session.get(Person, "linke")
        assert linke is not None
        linke.manager_id = None
    for who in ("linke", "zhouhang"):
        office.ding.state.people[who]["manager_userid"] = "hechuan"
    assert follow(office.app.services, office.adapter, office.now).managed == ["linke"]
    assert person(office, "linke").manager_id == "hechuan"
    assert person(office, "zhouhang").manager_id == "chenmin"


def test_a_directory_that_lost_most_of_us_is_not_believed_and_the_administrator_told(office: StreamCompany) -> None:
    kept = {"zhouhang": office.ding.state.people["zhouhang"]}
    office.ding.state.people = kept
    assert follow(office.app.services, office.adapter, office.now).refused
    assert person(office, "linke").active
    office.ding.state.people["akai"] = {"name": "阿凯"}
    office.runtime.settle()
    assert "可见范围" in office.said("akai")


def test_a_directory_that_cannot_be_read_changes_nobody(office: StreamCompany) -> None:
    office.ding.state.trouble("/topapi/v2/user/list", Trouble(200, {"errcode": 60011, "errmsg": "no"}))
    follow_all(office.app.services, office.now)
    assert person(office, "linke").active
