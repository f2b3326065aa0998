"""Clocks in the running company: what people find in their chat as time passes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.cards.deadline import BUILDERS, MERGED_BUILDERS, deadline_card, late_words, merged_card
from models.deadline import EFFECTS, Deadline, Start, Subject, change_deadline, effect, start_deadline, stop_deadlines
from models.event import Event
from models.person import Leave
from models.rules.clock import Clock
from models.rules.clocks import CLOCKS
from models.rules.running import Running, acknowledge, pause, snooze
from models.world import World
from tests.chat import Company, shanghai

STEP = Subject("visit", "V-20261113-001")


def plain(clock: Clock) -> Clock:
    """Return a clock with the plain cards, which speak of any subject."""
    return replace(clock, steps=tuple(replace(step, card=f"plain_{step.card}") for step in clock.steps))


CONFIRMATION = plain(CLOCKS["next_step_confirmation"])


def begin(
    company: Company,
    clock: Clock,
    subject: Subject,
    owner: str,
    submitter: str | None = None,
    target: str | None = None,
) -> None:
    with company.database.write() as session:
        world = World(session, company.app.services.calendar, company.now)
        start = Start(owner, company.now, submitter, shanghai(target) if target else None)
        start_deadline(session, clock, subject, start, world)


def change(company: Company, operation: Callable[[Running], Running]) -> None:
    with company.database.write() as session:
        world = World(session, company.app.services.calendar, company.now)
        change_deadline(session, session.scalars(select(Deadline)).one(), operation, world)


def cards(company: Company, who: str) -> list[str]:
    return [shown.card.title for shown in company.inbox(who)]


@pytest.fixture
def company(quiet_company: Company) -> Company:
    """The company without daily reports, whose clocks would stand beside the one a test is about."""
    return quiet_company


@pytest.fixture
def friday(company: Company) -> Company:
    """Friday 20 November, 15:00: Zhou Hang asks Chen Min to come along."""
    company.advance_to("2026-11-20 15:00")
    begin(company, CONFIRMATION, STEP, "chenmin", "zhouhang")
    return company


def test_chenmin_is_warned_and_then_hechuan_asked_and_zhouhang_told(friday: Company) -> None:
    friday.advance_to("2026-11-24 12:59")
    assert cards(friday, "chenmin") == []
    friday.advance_to("2026-11-24 13:00")
    assert len(cards(friday, "chenmin")) == 1
    friday.advance_to("2026-11-24 14:59")
    assert cards(friday, "hechuan") == []
    friday.advance_to("2026-11-24 15:00")
    assert "陈敏到时间还没处理" in friday.last("hechuan").text
    assert "P14" in friday.last("hechuan").text
    assert "已请何川看，你不用催" in friday.last("zhouhang").text
    friday.advance_to("2026-12-10 15:00")
    assert [len(cards(friday, who)) for who in ("chenmin", "hechuan", "zhouhang", "duli")] == [1, 1, 1, 0]


def test_confirming_in_time_leaves_everybody_in_peace(friday: Company) -> None:
    with friday.database.write() as session:
        stop_deadlines(session, STEP, friday.now, "confirmed")
    friday.advance_to("2026-11-27 15:00")
    assert cards(friday, "chenmin") == cards(friday, "hechuan") == []


def test_running_twice_at_one_instant_writes_once(friday: Company) -> None:
    friday.advance_to("2026-11-24 13:00")
    friday.runtime.tick()
    friday.runtime.tick()
    friday.settle()
    assert len(cards(friday, "chenmin")) == 1


def test_a_deputy_reads_for_whom_he_answers(friday: Company) -> None:
    with friday.database.write() as session:
        leave = Leave(person_id="chenmin", from_at=friday.now, until_at=shanghai("2026-11-30 09:00"), deputy_id="sun")
        session.add(leave)
    friday.advance_to("2026-11-24 13:00")
    assert "代陈敏处理" in friday.last("sun").text
    assert cards(friday, "chenmin") == []


def test_after_an_outage_the_card_says_how_late_it_is(friday: Company) -> None:
    friday.clock.move_to(shanghai("2026-11-24 15:07"))  # nothing ran on the way
    friday.runtime.tick()
    friday.settle()
    assert cards(friday, "chenmin") == []  # the warning before it was overtaken
    assert "晚发了 7 分钟" in friday.last("hechuan").text


def test_snooze_pause_and_known_reach_the_scheduler(friday: Company) -> None:
    change(friday, lambda r: acknowledge(r, "chenmin", friday.now))
    friday.advance_to("2026-11-24 13:00")
    assert cards(friday, "chenmin") == []
    change(friday, lambda r: snooze(r, "chenmin", shanghai("2026-11-24 14:00")))
    friday.advance_to("2026-11-24 14:00")
    assert len(cards(friday, "chenmin")) == 1
    change(friday, lambda r: pause(r, (friday.now, shanghai("2026-11-26 09:00")), "chenmin"))
    friday.advance_to("2026-11-26 09:59")
    assert cards(friday, "hechuan") == []
    friday.advance_to("2026-11-26 10:00")
    assert len(cards(friday, "hechuan")) == 1


def test_three_missing_reports_make_one_card_for_their_manager(company: Company) -> None:
    for who in ("linke", "zhouhang", "sun"):
        begin(company, CLOCKS["daily_report"], Subject("daily_report", f"{who}:2026-11-16"), who)
    company.advance_to("2026-11-16 17:30")
    assert [len(cards(company, who)) for who in ("linke", "zhouhang", "sun")] == [1, 1, 1]
    company.advance_to("2026-11-16 18:00")
    assert cards(company, "chenmin") == []
    company.advance_to("2026-11-16 18:05")
    assert len(cards(company, "chenmin")) == 1
    assert all(name in company.last("chenmin").text for name in ("林可", "周航", "孙"))
    company.advance_to("2026-11-17 09:30")
    assert len(cards(company, "hechuan")) == 1


def test_a_promise_is_recalled_twice_then_asked_for_and_an_hour_later_climbs(company: Company) -> None:
    begin(
        company, plain(CLOCKS["commitment_due"]), Subject("commitment", "CN-1"), "zhouhang", target="2026-11-18 15:00"
    )
    company.advance_to("2026-11-18 16:00")
    assert len(cards(company, "zhouhang")) == 3
    assert len(cards(company, "chenmin")) == 1


def test_what_fell_due_is_written_in_the_event_log_also_when_nobody_was_told(friday: Company) -> None:
    change(friday, lambda r: acknowledge(r, "chenmin", friday.now))
    friday.advance_to("2026-11-24 13:00")
    with friday.session() as session:
        entry = session.scalars(select(Event).where(Event.kind == "deadline_due")).one()
        assert entry.data["silence"] == "acknowledged"
        assert entry.subject_id == STEP.id


def test_one_clock_that_cannot_be_carried_out_does_not_hold_up_the_others(friday: Company) -> None:
    broken = CONFIRMATION
    broken = replace(broken, name="broken", steps=(replace(broken.steps[0], effect="no_such_effect"),))
    begin(friday, broken, Subject("visit", "broken"), "chenmin")
    friday.advance_to("2026-11-24 13:00")
    assert len(cards(friday, "chenmin")) == 1
    with friday.session() as session:
        row = session.scalars(select(Deadline).where(Deadline.clock == "broken")).one()
        assert row.next_at == shanghai("2026-11-24 13:01")
        assert row.running.taken == ()


def test_a_feature_gives_a_step_its_words_and_its_effect(friday: Company) -> None:
    seen: list[datetime] = []
    clock = CONFIRMATION
    step = replace(clock.steps[0], card="test_words", effect="test_effect")
    deadline_card("test_words")(lambda occasion: f"请确认 {occasion.deadline.subject_id}")
    effect("test_effect")(lambda _session, _deadline, firing: seen.append(firing.due_at))
    try:
        begin(friday, replace(clock, name="worded", steps=(step,)), Subject("visit", "V-2"), "linke")
        friday.advance_to("2026-11-24 13:00")
    finally:
        BUILDERS.pop("test_words")
        EFFECTS.pop("test_effect")
    assert friday.last("linke").text == "请确认 V-2"
    assert seen == [shanghai("2026-11-24 13:00")]


def test_one_name_is_claimed_once() -> None:
    deadline_card("test_claim")(lambda _: "a")
    merged_card("test_claim")(lambda _: "a")
    effect("test_claim")(lambda *_: None)
    try:
        with pytest.raises(ValueError, match="test_claim"):
            deadline_card("test_claim")(lambda _: "b")
        with pytest.raises(ValueError, match="test_claim"):
            merged_card("test_claim")(lambda _: "b")
        with pytest.raises(ValueError, match="test_claim"):
            effect("test_claim")(lambda *_: None)
    finally:
        for registry in (BUILDERS, MERGED_BUILDERS, EFFECTS):
            registry.pop("test_claim")


@pytest.mark.parametrize(
    ("minutes", "words"), [(7, "7 分钟"), (60, "1 小时"), (125, "2 小时 5 分"), (1439, "23 小时 59 分"), (4320, "3 天")]
)
def test_lateness_in_words(minutes: int, words: str) -> None:
    assert late_words(timedelta(minutes=minutes)) == words
