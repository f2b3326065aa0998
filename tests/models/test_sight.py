"""What several people may see together is never more than what each of them may see (M11)."""

from __future__ import annotations

from random import Random

import pytest
from sqlalchemy import select, update

from bot.presence import people_in
from models.chat import GroupMemberRow, GroupRow
from models.person import NOTHING, Concern, Person, Role, Sight, shared_sight, sight_of
from tests.chat import Company

ROUNDS = 10_000
TEAM = "huadong-team"


def test_ten_thousand_groups_see_nothing_that_one_of_them_may_not(company: Company) -> None:
    dice = Random(11)  # repeatable, not secret
    with company.session() as session:
        people = [*session.scalars(select(Person)), None]
        single: dict[Person | None, Sight] = {person: sight_of(session, person) for person in people}
        owners = [person.id for person in people if person]
        seen = 0
        for _ in range(ROUNDS):
            present = dice.sample(people, dice.randint(1, 4))
            owner, concern, named = dice.choice(owners), dice.choice(list(Concern)), (dice.choice(owners),)
            if shared(*(single[person] for person in present)).covers(concern, owner, named):
                seen += 1
                assert all(single[one].covers(concern, owner, named) for one in present)
        assert seen > ROUNDS // 20  # the dice do try what may be seen


def shared(first: Sight, *others: Sight) -> Sight:
    for other in others:
        first &= other
    return first


def sees(company: Company) -> frozenset[str]:
    """Whose records may be named in the team's group."""
    with company.session() as session:
        return shared_sight(session, people_in(session, session.get_one(GroupRow, TEAM))).owners


@pytest.fixture
def leaders(company: Company) -> Company:
    """The team's group, with nobody in it but the manager and her director."""
    with company.database.write() as session:
        group = session.get_one(GroupRow, TEAM)
        group.members_known = True
        for row in session.scalars(select(GroupMemberRow).where(GroupMemberRow.group_id == TEAM)):
            session.delete(row)
        for who in ("chenmin", "hechuan"):
            session.add(GroupMemberRow(group_id=TEAM, account_id=who, person_id=who))
    return company


def test_leaders_among_themselves_see_the_team(leaders: Company) -> None:
    assert {"zhouhang", "linke", "sun"} <= sees(leaders)


@pytest.mark.parametrize(("who", "left"), [("zhouhang", {"zhouhang"}), ("waibu", set()), (None, set())])
def test_one_more_present_takes_away_what_he_may_not_see(leaders: Company, who: str | None, left: set[str]) -> None:
    with leaders.database.write() as session:
        session.add(GroupMemberRow(group_id=TEAM, account_id=who or "passer-by", person_id=who))
    assert sees(leaders) == left


def test_a_group_whose_members_are_not_known_sees_nothing(leaders: Company) -> None:
    with leaders.database.write() as session:
        session.execute(update(GroupRow).where(GroupRow.id == TEAM).values(members_known=False))
    assert sees(leaders) == frozenset()


def test_who_has_left_or_turned_outsider_sees_nothing_even_of_his_own(company: Company) -> None:
    with company.database.write() as session:
        session.get_one(Person, "zhouhang").active = False
        session.get_one(Person, "linke").role = Role.OUTSIDER
    with company.session() as session:
        assert [sight_of(session, session.get(Person, who)) for who in ("zhouhang", "linke")] == [NOTHING, NOTHING]
