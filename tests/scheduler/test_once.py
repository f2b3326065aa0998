"""Run twice, sent once: every clock of the catalogue and every job there is, with a restart in between (E01, iron rule 1).

What is registered is covered: a new row of the catalogue or a new job needs no line here. The same company lives through the
same days twice, once calmly and once with everything done again, and must have told everybody exactly the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.app import Parts, create_app
from models.chat import OutboxRow
from models.deadline import Start, Subject, next_due_at, start_deadline
from models.rules.clock import Clock
from models.rules.clocks import CLOCKS
from models.world import World
from scheduler.job import JOBS, JobTurn, Ticker
from tests.chat import Company, shanghai

Again = Callable[[Company], None]


def told(company: Company) -> list[tuple[str, str]]:
    """Return what is owed to whom: (key, state)."""
    with company.session() as session:
        return sorted((row.key, row.state) for row in session.scalars(select(OutboxRow)))


def delivered(company: Company) -> Counter[str]:
    """Count how often each message went out."""
    return Counter(one.key for attempt in company.platform.attempts for one in attempt.recipients)


def live(company: Company, until: str, again: Again | None = None) -> None:
    """Let time pass from one due instant to the next; `again` does everything a second time at each of them."""
    if again is None:
        company.advance_to(until)
        return
    while (due := company.runtime.next_due_at()) is not None and due <= shanghai(until):
        company.runtime.advance(due)
        again(company)
        company.settle()


def tick_again(company: Company) -> None:
    """Tick once more, and once with a ticker that remembers nothing."""
    company.runtime.tick()
    Ticker(company.app.services, JOBS).tick(company.now)


def restart(company: Company) -> None:
    """Tick in a second process that has just started, and let it send."""
    parts = Parts(clock=company.clock, adapters=lambda _s: {"practice": company.platform}, workers=0)
    restarted = create_app(company.settings, parts)
    restarted.runtime.tick()
    restarted.runtime.settle()
    restarted.services.database.close()


def run_again(company: Company) -> None:
    """Run the body of every job that is due now once more, past the row that says it has run."""
    now, services = company.now, company.app.services
    for job in JOBS.calendar.values():
        if job.when(now - timedelta(seconds=1), services.calendar, services) == now:
            _run(company, job.name, job.run, now)
    for scan in JOBS.scans.values():
        _run(company, scan.name, scan.run, now)


def _run(company: Company, name: str, run: Callable[[JobTurn], None], now: datetime) -> None:
    with company.database.write() as session:
        run(JobTurn(company.app.services, session, now, f"job:{name}@{now.isoformat()}", now))


def everything_again(company: Company) -> None:
    """Tick again, and run again what was due."""
    tick_again(company)
    run_again(company)


# -- every clock -------------------------------------------------------------------------------------------------------

BEGIN, LAST_STEP = "2026-11-16 10:00", "2026-11-24 15:00"
pytestmark = pytest.mark.timeout(300)


def start_every_clock(company: Company) -> None:
    """Start every row of the catalogue, each about a subject of its own, with cards that speak of any subject."""
    with company.database.write() as session:
        world = World(session, company.app.services.calendar, company.now)
        for clock in CLOCKS.values():
            start = Start("zhouhang", company.now, "linke", shanghai("2026-11-18 15:00"))
            start_deadline(session, _plain(clock), Subject("visit", f"V-{clock.name}"), start, world)


def _plain(clock: Clock) -> Clock:
    """Return a clock that speaks of any subject, without the effects on records that are not there."""
    return replace(
        clock, steps=tuple(replace(step, card=f"plain_{step.card}", merge="", effect="") for step in clock.steps)
    )


def _next_step(company: Company) -> datetime | None:
    with company.session() as session:
        return next_due_at(session)


def test_every_clock_of_the_catalogue_takes_each_step_once(tmp_path: Path) -> None:
    calm, nervous = (
        Company(tmp_path / name, at=BEGIN, rules={"daily_report": {"enabled": False}}) for name in ("calm", "nervous")
    )
    start_every_clock(calm)
    live(calm, LAST_STEP)
    start_every_clock(nervous)
    while (due := _next_step(nervous)) is not None and nervous.now < due <= shanghai(LAST_STEP):
        nervous.runtime.advance(due)
        tick_again(nervous)
        nervous.settle()
    restart(nervous)
    live(nervous, LAST_STEP)
    for name in (name for name, clock in CLOCKS.items() if any(step.to for step in clock.steps)):
        assert any(f"V-{name}" in key for key, _ in told(calm)), f"{name} told nobody in a week"
    assert told(nervous) == told(calm)
    assert set(delivered(nervous).values()) == {1}
    calm.close()
    nervous.close()


# -- every job ---------------------------------------------------------------------------------------------------------


def busy(folder: Path) -> Company:
    """A company with something for everybody: promises, a plan, leave, reports that do not come."""
    company = Company(folder, at="2026-11-16 08:55")
    company.say("zhouhang", "承诺 明天给蓝海发合同")
    company.say("linke", "承诺 今天下班前给恒信发资料")
    company.say("linke", "/计划 明天10点 恒信")
    company.say("chenmin", "/公告 明天例会改到十点")
    return company


def test_every_job_that_runs_again_tells_nobody_again(tmp_path: Path) -> None:
    calm, nervous = busy(tmp_path / "calm"), busy(tmp_path / "nervous")
    for day in ("2026-11-16 18:05", "2026-11-17 18:05"):
        live(calm, day)
        live(nervous, day, everything_again)
        restart(nervous)
    assert told(nervous) == told(calm)
    assert set(delivered(nervous).values()) == {1}
    for wanted in ("D05:group:", "D08:", "commitment_due:", "daily_report"):
        assert any(wanted in key for key, _ in told(calm)), f"the days were too quiet to prove anything about {wanted}"
    calm.close()
    nervous.close()
