"""Whoever else runs notices that nobody lets time pass, or nobody works, and tells the administrator once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.watchdog import ALARM, STALE, Watchdog
from models.chat import OutboxRow, OutboxState
from tests.chat import Company

MOMENT = timedelta(seconds=1)


def told(company: Company) -> list[str]:
    company.settle()
    return [shown.text for shown in company.inbox("akai") if "心跳" in shown.text]


@pytest.fixture
def began(company: Company) -> datetime:
    """When the processes began, in the time of the claims."""
    return company.runtime.lease_clock.now()


def test_a_dead_scheduler_is_told_once_by_whoever_lives(company: Company, began: datetime) -> None:
    beats = {"ticker": began, "worker-0": began}
    dogs = [Watchdog(company.app.services, beats, began) for _ in range(2)]
    for dog in dogs:
        dog.look(began)
    beats["worker-0"] = began + ALARM
    for dog in dogs:
        dog.look(began + ALARM)
    assert not told(company)
    for dog in (*dogs, *dogs):
        dog.look(began + ALARM + MOMENT)
    assert len(told(company)) == 1
    assert "调度进程" in told(company)[0]


def test_dead_workers_are_told_in_their_own_words(company: Company, began: datetime) -> None:
    beats = {"ticker": began, "worker-0": began, "worker-1": began}
    dog = Watchdog(company.app.services, beats, began)
    dog.look(began)
    beats["ticker"] = began + ALARM
    dog.look(began + ALARM + MOMENT)
    assert not told(company), "after a suspend everybody looks dead for a moment"
    dog.look(began + ALARM + MOMENT)
    assert "处理进程" in "".join(told(company))


@pytest.mark.postgres_only
def test_one_of_several_schedulers_is_enough(company: Company, began: datetime) -> None:
    dead, alive = ({"ticker": began}, {"ticker": began + ALARM, "worker-0": began + ALARM})
    dogs = [Watchdog(company.app.services, beats, began) for beats in (alive, dead)]
    for dog in (*dogs, *dogs):
        dog.look(began + ALARM + MOMENT)
    assert not told(company)


def test_health_says_which_role_is_silent(company: Company, began: datetime) -> None:
    dog = company.runtime.watchdog
    company.runtime.beats |= {"ticker": began, "worker-0": began}
    dog.look(began)
    assert not dog.problems(began + STALE)
    assert set(dog.problems(began + STALE + MOMENT)) == {"scheduler", "worker"}
    client = company.app.web.test_client()
    assert client.get("/healthz").status_code == 200
    company.runtime.beats["ticker"] = began - STALE - MOMENT
    assert client.get("/healthz").status_code == 503


@pytest.mark.postgres_only
def test_a_web_process_is_ill_when_the_scheduler_elsewhere_is_silent(company: Company, began: datetime) -> None:
    elsewhere = {"ticker": began - STALE - MOMENT, "worker-0": began}
    Watchdog(company.app.services, elsewhere, began).look(began)
    answer = company.app.web.test_client().get("/healthz")
    assert answer.status_code == 503
    assert set(answer.get_json()["problems"]) == {"scheduler"}


@pytest.mark.postgres_only
def test_a_role_that_never_came_up_is_missed_too(company: Company, began: datetime) -> None:
    web = Watchdog(company.app.services, {}, began)
    assert not web.problems(began + STALE)
    assert set(web.problems(began + STALE + MOMENT)) == {"scheduler", "worker"}


def test_what_did_not_surely_arrive_is_counted_for_the_monitoring(company: Company) -> None:
    with company.database.write() as session:
        for number, state in enumerate((OutboxState.UNKNOWN, OutboxState.UNKNOWN, OutboxState.NEVER, OutboxState.SENT)):
            session.add(
                OutboxRow(
                    key=f"n{number}@p:linke", recipient="p:linke", content="{}", state=state,
                    not_before=company.now, created_at=company.now,
                )
            )  # fmt: skip
    metrics = company.app.web.test_client().get("/metrics").get_data(as_text=True)
    assert 'outbox_not_delivered{state="unknown"} 2.0' in metrics
    assert 'outbox_not_delivered{state="never"} 1.0' in metrics
