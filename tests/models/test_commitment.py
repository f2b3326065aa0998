"""Numbers, what is due, the closing rate, undo."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from models.commitment import (
    Commitment,
    CommitmentState,
    close,
    closing_rate,
    due_overview,
    give_up,
    start_clock,
    undo_close,
    undo_commitment,
)
from models.commitment_draft import CommitmentDraft, register
from models.deadline import deadlines_of
from models.overheard import OverheardState, overhear, unregistered
from models.rules.clocks import CLOCKS
from models.rules.commitment import is_too_full, roles_for
from models.rules.workday import default_calendar
from models.world import World
from tests.chat import Company, shanghai

CALENDAR = default_calendar()
MONTH = shanghai("2026-11-01 00:00"), shanghai("2026-12-01 00:00")
OWNER = frozenset({"zhouhang"})


@pytest.fixture
def session(company: Company) -> Iterator[Session]:
    with company.database.write() as session:
        yield session


def draft(session: Session, matter: str, due_at: datetime, owner: str = "zhouhang") -> CommitmentDraft:
    made = CommitmentDraft(
        owner_id=owner, customer_id="C1001", matter=matter, due_at=due_at, created_at=due_at, choices=[], offers=[]
    )
    session.add(made)
    session.flush()
    return made


def made(session: Session, due: str, matter: str = "寄样品") -> Commitment:
    due_at = shanghai(due)
    return register(session, draft(session, matter, due_at), now=due_at - timedelta(days=1), day=due_at.date())


def test_numbers_count_up_within_a_day_and_begin_again_the_next(session: Session) -> None:
    days = [date(2026, 11, 16), date(2026, 11, 16), date(2026, 11, 17), date(2026, 11, 16)]
    at = shanghai("2026-11-20 15:00")
    ids = [register(session, draft(session, "寄样品", at), now=at, day=day).id for day in days]
    assert ids == ["CN-20261116-001", "CN-20261116-002", "CN-20261117-001", "CN-20261116-003"]


def test_a_hundred_at_once_get_a_hundred_numbers(company: Company) -> None:
    at = shanghai("2026-11-20 15:00")

    def one(number: int) -> str:
        with company.database.write() as session:
            return register(session, draft(session, f"寄样品{number}", at), now=at, day=date(2026, 11, 16)).id

    with ThreadPoolExecutor(10) as pool:
        ids = list(pool.map(one, range(100)))
    assert sorted(ids) == [f"CN-20261116-{number:03d}" for number in range(1, 101)]


def test_the_day_is_cut_at_the_instant_and_at_local_midnight(session: Session) -> None:
    now = shanghai("2026-11-16 15:00")
    dues = [
        "2026-11-16 14:59",
        "2026-11-16 15:00",
        "2026-11-16 23:59",
        "2026-11-17 00:00",
        "2026-11-17 23:59",
        "2026-11-18 00:00",
    ]
    rows = [made(session, due) for due in dues]
    found = due_overview(session, OWNER, now, CALENDAR)
    assert [row.id for row in found.overdue] == [rows[0].id]
    assert [row.id for row in found.today] == [rows[1].id, rows[2].id]
    assert [row.id for row in found.tomorrow] == [rows[3].id, rows[4].id]
    assert due_overview(session, {"linke"}, now, CALENDAR).today == []


def test_the_rate_counts_what_was_kept_with_proof_of_what_is_due(session: Session) -> None:
    kept, unproven, late, missed, undone, later = (made(session, f"2026-11-1{day} 15:00") for day in range(6))
    for row, hours in ((kept, 0), (unproven, 0), (late, 1)):
        row.waybill = "" if row is unproven else "SF1390021"
        close(session, row, at=row.due_at + timedelta(hours=hours))
    give_up(session, missed, "停产", now=missed.due_at)
    undo_commitment(session, undone.id, undone.due_at)
    found_kept, due = closing_rate(session, OWNER, *MONTH, now=shanghai("2026-11-15 14:59"))
    assert [row.id for row in found_kept] == [kept.id]
    assert {row.id for row in due} == {kept.id, unproven.id, late.id, missed.id}
    assert later.id in {row.id for row in closing_rate(session, OWNER, *MONTH, now=shanghai("2026-11-15 15:00"))[1]}


def test_kept_early_counts_once_in_the_month_it_was_kept(session: Session) -> None:
    row = made(session, "2026-12-02 15:00")
    row.waybill = "SF1390021"
    close(session, row, at=shanghai("2026-11-30 10:00"))
    december = shanghai("2026-12-01 00:00"), shanghai("2027-01-01 00:00")
    assert len(closing_rate(session, OWNER, *MONTH)[1]) == 1
    assert closing_rate(session, OWNER, *december)[1] == []


def test_undo_stops_the_clock_once_and_opening_again_starts_another(session: Session) -> None:
    row = made(session, "2026-11-20 15:00")
    now = shanghai("2026-11-16 10:00")
    world = World(session, CALENDAR, now)
    start_clock(session, CLOCKS["commitment_due"], row, now, world)
    close(session, row, at=now)
    undo_close(session, row)
    start_clock(session, CLOCKS["commitment_due"], row, now, world)
    assert len(deadlines_of(session, row.subject)) == 1
    assert undo_commitment(session, row.id, now) is row
    assert row.state == CommitmentState.UNDONE
    assert deadlines_of(session, row.subject) == []
    assert undo_commitment(session, row.id, now) is None


@pytest.mark.parametrize(
    ("matter", "roles"),
    [
        ("寄样品", ("delivery", "presales")),
        ("派人调试", ("delivery",)),
        ("发合同", ("finance",)),
        ("出新方案", ("presales",)),
        ("请客户吃饭", ()),
        ("调试并开发票", ("delivery", "finance")),
    ],
)
def test_who_is_told_follows_the_matter(matter: str, roles: tuple[str, ...]) -> None:
    assert roles_for(matter) == roles


@pytest.mark.parametrize(("load", "full"), [(0.89, False), (0.9, False), (0.9001, True), (1.1, True)])
def test_a_day_is_too_full_above_a_hundred_percent(load: float, full: bool) -> None:
    assert is_too_full(load, 0.1, 1.0) is full


def test_a_sentence_is_overheard_once_and_counts_until_it_is_answered(session: Session) -> None:
    at = shanghai("2026-11-16 10:00")
    facts = {"person_id": "zhouhang", "customer_id": "C1001", "source": "visit:V-1", "now": at}
    row = overhear(session, sentence="答应月底前派人调试", **facts)
    assert row is not None
    assert overhear(session, sentence="答应月底前，派人调试。", **facts) is None
    assert [one.id for one in unregistered(session, OWNER, *MONTH)] == [row.id]
    row.state = OverheardState.NOT_A_PROMISE
    assert unregistered(session, OWNER, *MONTH) == []
    assert overhear(session, sentence="答应月底前派人调试", **facts) is None
