"""The auditor: what stands still is told to the administrators, once for a matter; what moves is not."""

from __future__ import annotations

from datetime import timedelta

from bot.outbox import Address, Note
from models.chat import OutboxRow, OutboxState
from models.deadline import Start, Subject, start_deadline
from models.rules.clocks import CLOCKS
from models.world import World
from scheduler.jobs.audit import next_finding_at
from tests.chat import Company

ADMIN = "akai"


def _tick_after(company: Company, **delta: float) -> None:
    """Time passes while no worker and no sender runs, as when they hang."""
    company.clock.move_to(company.now + timedelta(**delta))
    company.runtime.ticker.tick(company.now)


def _told(company: Company) -> list[str]:
    with company.session() as session:
        rows = session.query(OutboxRow).where(OutboxRow.key.startswith("alarm:audit:")).order_by(OutboxRow.id)
        return [row.content for row in rows if row.person_id == ADMIN]


def test_a_company_in_which_all_works_hears_nothing(company: Company) -> None:
    company.say("zhouhang", "拜访 华东机械")
    company.advance(days=2)
    assert _told(company) == []


def test_a_message_nobody_handles_is_told_after_a_minute_and_once(company: Company) -> None:
    company.say("zhouhang", "帮助", settle=False)
    _tick_after(company, seconds=59)
    assert _told(company) == []
    _tick_after(company, seconds=1)
    assert len(_told(company)) == 1
    assert "1 条消息收到了还没处理" in _told(company)[0]
    _tick_after(company, hours=2)
    assert len(_told(company)) == 1


def test_many_that_stand_still_are_one_message_in_half_an_hour(company: Company) -> None:
    company.say("zhouhang", "帮助", settle=False)
    _tick_after(company, seconds=60)
    for who in ("linke", "sun", "zhouhang"):
        company.say(who, "帮助", settle=False)
        _tick_after(company, minutes=2)
    assert len(_told(company)) == 1
    _tick_after(company, minutes=24)
    assert len(_told(company)) == 2
    assert "3 条消息" in _told(company)[1]


def test_a_push_that_nobody_sends_is_told_after_five_minutes(company: Company) -> None:
    with company.database.write() as session:
        note = Note("x@p:linke", "到点了", is_push=False)
        company.app.services.outbox.owe(session, Address(person_id="linke"), note, company.now)
    _tick_after(company, minutes=4, seconds=59)
    assert _told(company) == []
    _tick_after(company, seconds=1)
    assert "1 条该发的消息没发出去" in _told(company)[0]


def test_a_reminder_the_scheduler_left_behind_is_told(company: Company) -> None:
    with company.database.write() as session:
        world = World(session, company.app.services.calendar, company.now)
        start = Start("chenmin", company.now)
        row = start_deadline(session, CLOCKS["next_step_confirmation"], Subject("visit", "V-9"), start, world)
        due_at = row.next_at
    assert due_at is not None
    with company.session() as session:
        assert next_finding_at(session) == due_at + timedelta(seconds=60)


def test_what_ended_long_ago_goes_and_what_waits_stays(company: Company) -> None:
    company.say("zhouhang", "帮助")
    with company.database.write() as session:
        note = Note("waits@p:linke", "以后", is_push=False, not_before=company.now + timedelta(days=300))
        company.app.services.outbox.owe(session, Address(person_id="linke"), note, company.now)
        sent = session.query(OutboxRow).where(OutboxRow.state == OutboxState.SENT).count()
    assert sent == 1
    keys = _keys(company)
    _tick_after(company, days=89, hours=23)
    assert set(keys) <= set(_keys(company))
    _tick_after(company, hours=1)
    assert "waits@p:linke" in _keys(company)
    assert not [key for key in _keys(company) if key.startswith("reply:")]


def _keys(company: Company) -> list[str]:
    with company.session() as session:
        return [row.key for row in session.query(OutboxRow)]
