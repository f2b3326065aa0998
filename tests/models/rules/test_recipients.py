"""Who is next when the one who should answer did not, submitted it himself, is away, or stands at the top."""

from dataclasses import replace

import pytest

from models.rules.clock import Recipient
from models.rules.recipients import Addressee, Case, Member, Team, addressee
from tests.models.rules.cast import TEAM, absent

OWNER, SUBMITTER, MANAGER, DIRECTOR, VP, ADMIN = Recipient


def who(role: Recipient, case: Case, team: Team = TEAM) -> str | None:
    found = addressee(role, case, team)
    return found.person_id if found else None


@pytest.mark.parametrize(
    ("role", "expected"), [(OWNER, "linke"), (MANAGER, "chenmin"), (DIRECTOR, "hechuan"), (VP, "duli"), (ADMIN, "akai")]
)
def test_each_level_has_its_person(role: Recipient, expected: str) -> None:
    assert who(role, Case("linke")) == expected


def test_a_manager_who_did_not_answer_is_watched_by_the_next_up() -> None:
    assert who(MANAGER, Case("chenmin")) == "hechuan"
    assert who(MANAGER, Case("duli")) == "akai"


def test_levels_told_before_are_not_told_again() -> None:
    assert who(MANAGER, Case("linke", told=frozenset({"chenmin"}))) == "hechuan"
    assert who(VP, Case("linke", told=frozenset({"chenmin", "hechuan", "duli"}))) == "akai"
    assert who(VP, Case("linke", told=frozenset({"chenmin", "hechuan", "duli", "akai"}))) is None


def test_the_submitter_never_decides_on_his_own_matter() -> None:
    assert who(MANAGER, Case("linke", "chenmin")) == "hechuan"
    assert who(SUBMITTER, Case("chenmin", "zhouhang")) == "zhouhang"
    assert who(SUBMITTER, Case("chenmin")) is None


def test_an_absent_level_is_answered_by_its_deputy_who_is_marked() -> None:
    team = absent("duli", deputy="hechuan")
    assert addressee(VP, Case("zhouhang"), team) == Addressee("hechuan", VP, instead_of="duli")


def test_a_deputy_who_is_the_one_being_watched_is_passed_over() -> None:
    assert who(MANAGER, Case("linke"), absent("chenmin", deputy="linke")) == "hechuan"
    assert who(MANAGER, Case("sun", "linke"), absent("chenmin", deputy="linke")) == "hechuan"


def test_a_deputy_s_deputy_steps_in_and_a_circle_of_deputies_ends() -> None:
    team = absent("zhouhang", deputy="sun", team=absent("chenmin", deputy="zhouhang"))
    assert who(MANAGER, Case("linke"), team) == "sun"
    circle = absent("zhouhang", deputy="chenmin", team=absent("chenmin", deputy="zhouhang"))
    assert who(MANAGER, Case("linke"), circle) == "hechuan"


def test_a_rep_on_leave_is_not_reminded_but_his_deputy_or_manager_is() -> None:
    assert addressee(OWNER, Case("linke"), absent("linke", deputy="zhouhang")) == Addressee("zhouhang", OWNER, "linke")
    assert addressee(OWNER, Case("linke"), absent("linke")) == Addressee("chenmin", MANAGER, "linke")


def test_somebody_who_left_the_company_is_replaced_by_his_manager() -> None:
    gone = replace(TEAM, members={**TEAM.members, "linke": replace(TEAM.members["linke"], active=False)})
    assert who(OWNER, Case("linke"), gone) == "chenmin"
    assert who(SUBMITTER, Case("chenmin", "linke"), gone) is None
    assert who(OWNER, Case("stranger")) == "akai"


def test_a_circle_in_the_reporting_line_ends_at_the_administrator() -> None:
    circle = Team({m.id: m for m in (Member("a", "rep", "b"), Member("b", "rep", "a"))}, admins=("akai",))
    assert who(MANAGER, Case("a"), circle) == "b"
    assert who(DIRECTOR, Case("a"), circle) == "akai"


def test_a_small_company_without_levels_still_reaches_somebody() -> None:
    small = Team({m.id: m for m in (Member("a", "rep", "boss"), Member("boss", "manager"))}, admins=("boss",))
    assert who(MANAGER, Case("a"), small) == "boss"
    assert who(DIRECTOR, Case("a"), small) == "boss"
    assert who(DIRECTOR, Case("a", told=frozenset({"boss"})), small) is None
