"""Running clocks in the database: started once, fired once, stopped by handling, on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from models.db import Database
from models.deadline import (
    Deadline,
    Start,
    Subject,
    change_deadline,
    deadlines_of,
    due_deadlines,
    hand_over,
    next_due_at,
    postpone,
    reschedule,
    running_of_owner,
    start_deadline,
    stop_deadlines,
    take_step,
)
from models.person import Leave, Person
from models.rules.clocks import CLOCKS
from models.rules.running import acknowledge, pause, restart, retracted, snooze
from models.rules.workday import default_calendar
from models.world import World
from tests.models.database import postgres, sqlite

CHINA = default_calendar(ZoneInfo("Asia/Shanghai"))
LEAD = Subject("lead", "L-20261116-01")
CAST = (
    ("akai", "admin", None),
    ("duli", "vp", None),
    ("hechuan", "director", "duli"),
    ("chenmin", "manager", "hechuan"),
    ("linke", "rep", "chenmin"),
    ("zhouhang", "rep", "chenmin"),
)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with sqlite(tmp_path_factory.mktemp("db")) if request.param == "sqlite" else postgres() as database:
        yield database


@pytest.fixture
def database(server: Database) -> Database:
    """Everybody is in the company, nothing runs."""
    with server.write() as session:
        for table in (Deadline, Leave):
            session.execute(delete(table))
        for id_, role, manager in CAST:
            session.merge(Person(id=id_, name=id_, role=role, manager_id=manager, zone="Asia/Shanghai"))
            session.flush()
    return server


def at(text: str) -> datetime:
    """Read a wall time in November 2026, e.g. '16 10:15'."""
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=CHINA.zone).astimezone(UTC)


def world(session: Session, now: str = "16 10:00") -> World:
    return World(session, CHINA, at(now))


def start(session: Session, clock: str = "lead_response", subject: Subject = LEAD, when: str = "16 10:00") -> Deadline:
    return start_deadline(session, CLOCKS[clock], subject, Start("linke", at(when)), world(session))


def fire(database: Database, now: str) -> list[tuple[str, str]]:
    """Let a scheduler run at an instant; returns who was told about which card."""
    told = []
    with database.write() as session:
        for deadline in due_deadlines(session, at(now)):
            while firing := take_step(session, deadline, at(now), world(session, now)):
                told += [(who.person_id, firing.step.card) for who in firing.told]
    return told


def test_a_lead_climbs_from_the_rep_to_the_manager_to_nobody_else(database: Database) -> None:
    with database.write() as session:
        start(session)
    assert fire(database, "16 10:14:59") == []
    assert fire(database, "16 10:15:00") == [("linke", "lead_waiting")]
    assert fire(database, "16 10:15:00") == []
    assert fire(database, "16 11:59:59") == []
    assert fire(database, "16 12:00:00") == [("chenmin", "lead_unanswered")]
    assert fire(database, "30 12:00:00") == []


def test_starting_twice_runs_once_and_another_occurrence_runs_too(database: Database) -> None:
    with database.write() as session:
        first = start(session)
        again = start(session, when="16 11:00")
        assert again is first
        assert first.started_at == at("16 10:00")
        start_deadline(
            session, CLOCKS["lead_response"], LEAD, Start("zhouhang", at("16 12:00"), occurrence="2"), world(session)
        )
        assert len(deadlines_of(session, LEAD)) == 2


def test_handling_stops_every_clock_of_the_subject_and_only_those(database: Database) -> None:
    other = Subject("lead", "L-20261116-02")
    with database.write() as session:
        start(session)
        start(session, "lead_reassignment")
        start(session, subject=other)
        stopped = stop_deadlines(session, LEAD, at("16 10:14:59"), "accepted")
        assert [deadline.clock for deadline in stopped] == ["lead_response", "lead_reassignment"]
        assert stop_deadlines(session, LEAD, at("16 10:20"), "again") == []
    assert fire(database, "16 10:15") == [("linke", "lead_waiting")]  # of the other lead
    with database.read() as session:
        reasons = session.scalars(select(Deadline.stop_reason).order_by(Deadline.id)).all()
        assert reasons == ["accepted", "accepted", None]


def test_only_the_named_clock_stops(database: Database) -> None:
    with database.write() as session:
        start(session)
        start(session, "lead_reassignment")
        stop_deadlines(session, LEAD, at("16 10:01"), "accepted", clocks=["lead_response"])
        assert [deadline.clock for deadline in deadlines_of(session, LEAD)] == ["lead_reassignment"]


def test_an_answer_given_in_time_that_came_late_is_seen_to_have_been_in_time(database: Database) -> None:
    with database.write() as session:
        start(session)
    fire(database, "16 10:15:00")
    with database.write() as session:
        (stopped,) = stop_deadlines(session, LEAD, at("16 10:14:59"), "accepted")
        assert [taken.told[0].person_id for taken in retracted(stopped.running)] == ["linke"]


def test_known_snoozed_paused_and_restarted_survive_the_database(database: Database) -> None:
    with database.write() as session:
        silent = start(session, "payment_silence", when="04 16:00")
        change_deadline(session, silent, lambda r: acknowledge(r, "linke", at("05 09:00")), world(session))
        assert silent.acknowledged_at == at("05 09:00")
        change_deadline(session, silent, lambda r: pause(r, (at("05 16:00"), at("12 09:00")), "linke"), world(session))
        assert silent.next_at == at("13 09:00")
        change_deadline(session, silent, lambda r: snooze(r, "linke", at("12 10:00")), world(session))
        assert silent.next_at == at("12 10:00")
    with database.write() as session:
        (silent,) = deadlines_of(session, LEAD)
        assert silent.running.pauses[0].until_at == at("12 09:00")
        change_deadline(session, silent, lambda r: restart(r, at("06 09:00")), world(session))
        assert (silent.round, silent.acknowledged_at, silent.next_at) == (2, None, at("08 09:00"))


def test_the_next_due_instant_is_the_earliest_of_all(database: Database) -> None:
    with database.write() as session:
        assert next_due_at(session) is None
        start(session, when="16 10:30")
        start(session, subject=Subject("lead", "earlier"))
    with database.read() as session:
        assert next_due_at(session) == at("16 10:15")


def test_the_chain_of_a_running_clock_is_the_one_it_was_started_with(database: Database) -> None:
    with database.write() as session:
        start(session)
    with database.read() as session:
        stored = session.scalars(select(Deadline)).one()
        assert stored.running.clock == CLOCKS["lead_response"]
        assert '"longest_life"' in stored.snapshot  # defaults are written out: a later release cannot change them
        assert '"on_leave"' in stored.snapshot


def test_two_schedulers_at_the_same_instant_tell_everybody_once(database: Database) -> None:
    with database.write() as session:
        for number in range(60):
            start(session, subject=Subject("lead", f"L-{number}"))
    told: list[tuple[str, str]] = []
    threads = [threading.Thread(target=lambda: told.extend(fire(database, "16 10:15"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    told += fire(database, "16 10:15")
    assert len(told) == 60


def test_a_scheduler_that_looked_earlier_cannot_take_a_step_that_was_taken_meanwhile(database: Database) -> None:
    with database.write() as session:
        start(session)
    with database.read() as session:
        stale = session.scalars(select(Deadline)).one()
        session.expunge(stale)
    assert fire(database, "16 10:15") == [("linke", "lead_waiting")]

    def take_it_again() -> None:
        with database.write() as session:
            session.add(stale)
            take_step(session, stale, at("16 10:15"), world(session))

    with pytest.raises(StaleDataError):
        take_it_again()


def test_a_rolled_back_turn_leaves_the_step_due(database: Database) -> None:
    with database.write() as session:
        start(session)

    def take_it_and_fail() -> None:
        with database.write() as session:
            (deadline,) = due_deadlines(session, at("16 10:15"))
            assert take_step(session, deadline, at("16 10:15"), world(session))
            raise RuntimeError("the card could not be built")

    with pytest.raises(RuntimeError):
        take_it_and_fail()
    assert fire(database, "16 10:16") == [("linke", "lead_waiting")]


def test_a_step_that_cannot_be_carried_out_is_looked_at_later(database: Database) -> None:
    with database.write() as session:
        postpone(session, start(session), at("16 10:20"))
    assert fire(database, "16 10:19:59") == []
    assert fire(database, "16 10:20") == [("linke", "lead_waiting")]


def leave(session: Session, deputy: str | None = None) -> None:
    session.add(Leave(person_id="linke", from_at=at("16 10:05"), until_at=at("18 09:00"), deputy_id=deputy))
    session.flush()


def test_leave_moves_what_runs_for_a_person_and_its_end_moves_it_back(database: Database) -> None:
    with database.write() as session:
        lead = start(session)
        leave(session)
        assert reschedule(session, world(session), "linke") == 1
        assert lead.next_at == at("18 09:10")
        for row in session.scalars(select(Leave)):
            row.cancelled = True
        session.flush()
        assert reschedule(session, world(session)) == 1
        assert reschedule(session, world(session)) == 0
        assert lead.next_at == at("16 10:15")


def test_a_deputy_is_told_instead_and_the_clock_does_not_stop_for_the_leave(database: Database) -> None:
    with database.write() as session:
        start(session)
        leave(session, deputy="zhouhang")
        reschedule(session, world(session))
    assert fire(database, "16 10:15") == [("zhouhang", "lead_waiting")]


def test_a_hand_over_moves_the_clocks_and_keeps_the_time_that_has_run(database: Database) -> None:
    with database.write() as session:
        start(session)
        hand_over(session, running_of_owner(session, "linke"), "zhouhang", world(session))
    assert fire(database, "16 10:15") == [("zhouhang", "lead_waiting")]


def test_a_person_in_another_zone_is_reminded_in_his_own_office_hours(database: Database) -> None:
    with database.write() as session:
        session.get_one(Person, "linke").zone = "Europe/Berlin"
        session.flush()
        lead = start(session)  # 03:00 in Berlin
        assert lead.next_at == datetime(2026, 11, 16, 8, 15, tzinfo=UTC)


def test_an_empty_look_at_many_rows_is_quick(database: Database) -> None:
    with database.write() as session:
        first = start(session)
        columns = {c.name: getattr(first, c.name) for c in Deadline.__table__.columns if c.name != "id"}
        rows = [columns | {"key": f"k{n}", "next_at": at("20 10:00") + timedelta(seconds=n)} for n in range(5000)]
        session.execute(Deadline.__table__.insert(), rows)
    with database.read() as session:
        plan = "\n".join(
            str(row) for row in session.connection().exec_driver_sql(
                "EXPLAIN QUERY PLAN SELECT min(next_at) FROM deadline" if database.is_sqlite
                else "EXPLAIN SELECT min(next_at) FROM deadline"
            )
        )  # fmt: skip
        assert "ix_deadline_next_at" in plan
