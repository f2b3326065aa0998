"""The whole company on PostgreSQL: the same turns, and two processes' worth of workers and tickers at once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot import inbox as inbox_module
from bot.adapters.stores import DatabaseLease
from bot.claims import SHARED, Keeper
from bot.outbox import Address, Note
from bot.runtime import Runtime
from bot.update import Chat, ChatKind, Update, UpdateKind
from models.chat import InboxRow, InboxState, OutboxRow, OutboxState, next_number, put_setting
from models.commitment import Commitment
from models.event import verify
from models.visit import Visit
from scheduler.job import JOBS, Ticker, _claim_occurrence
from tests.chat import Company, shanghai
from tests.models.database import Server

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(240)]
Hire = Callable[..., Company]


@pytest.fixture
def hire(server: Server, tmp_path: Path) -> Iterator[Hire]:
    made: list[Company] = []

    def company(at: str = "2026-11-16 09:00") -> Company:
        database = {"url": server.new(), "media_dir": str(tmp_path / "media")}
        made.append(Company(tmp_path, at=at, database=database))
        return made[-1]

    yield company
    for each in made:
        each.close()


def count(company: Company, *conditions: Any, of: Any = OutboxRow) -> int:
    with company.session() as session:
        return session.scalar(select(func.count()).select_from(of).where(*conditions)) or 0


def test_a_visit_is_begun_and_taken_back(hire: Hire) -> None:
    company = hire()
    company.say("zhouhang", "拜访 华东机械")
    assert count(company, of=Visit) == 1
    company.say("zhouhang", "撤销")
    assert "撤销" in company.last("zhouhang").text
    with company.session() as session:
        assert verify(session) is None


def test_a_promise_is_registered_and_reminded_of(hire: Hire) -> None:
    company = hire("2026-11-16 14:00")
    company.say("zhouhang", "明天下午3点前给华东机械发报价单")
    for _ in range(3):  # what it asks is J2's test; here: whatever it asks is answered
        shown = company.last("zhouhang")
        if "登记" in "".join(shown.buttons):
            company.press("zhouhang", next(label for label in shown.buttons if "登记" in label))
    said = len(company.inbox("zhouhang"))
    assert count(company, of=Commitment) == 1
    company.advance_to("2026-11-17 16:00")
    assert len(company.inbox("zhouhang")) > said
    with company.session() as session:
        assert verify(session) is None


def test_a_missing_report_climbs_to_the_leader(hire: Hire) -> None:
    company = hire("2026-11-16 08:00")
    company.advance_to("2026-11-16 17:31")
    assert "日报" in company.said("zhouhang")
    company.advance_to("2026-11-16 18:05")
    assert "日报" in company.said("chenmin")
    before = company.said("hechuan")
    company.advance_to("2026-11-17 09:31")
    assert company.said("hechuan") != before


# -- two processes at once ----------------------------------------------------------------------------------------------


def _second(company: Company) -> Runtime:
    """A runtime of its own on the same database, as another process would have."""
    services = company.app.services
    return Runtime(services, Ticker(services, JOBS), alarm=None, workers=0)


def _drain(runtime: Runtime, barrier: threading.Barrier) -> None:
    barrier.wait()
    idle = 0
    while idle < 3:
        idle = 0 if runtime.work_once() or runtime.send_once() else idle + 1


def test_two_workers_handle_each_message_once_and_in_order(hire: Hire) -> None:
    company = hire()
    for number in range(40):
        who = ("zhouhang", "linke", "chenmin", "hechuan")[number % 4]
        company.say(who, f"帮助 {number}", settle=False)
    runtimes = [company.runtime, _second(company), company.runtime, _second(company)]
    barrier = threading.Barrier(len(runtimes))
    with ThreadPoolExecutor(len(runtimes)) as pool:
        for done in [pool.submit(_drain, runtime, barrier) for runtime in runtimes]:
            done.result()
    company.settle()
    assert count(company, InboxRow.state == InboxState.DONE, of=InboxRow) == 40
    sent = Counter(recipient.key for delivery in company.platform.attempts for recipient in delivery.recipients)
    assert max(sent.values()) == 1, "sent twice"
    for who in ("zhouhang", "linke", "chenmin", "hechuan"):
        replies = [int(key.split(":")[1]) for key, shown in company.platform.shown.items() if shown.chat.id == who]
        assert len(replies) == 10
        assert replies == sorted(replies), f"{who} read the answers out of order"


def test_two_senders_keep_one_persons_messages_in_order(hire: Hire) -> None:
    company = hire()
    with company.database.write() as session:
        for number in range(60):
            note = Note(f"n:{number:03}@p:linke", f"第{number}条", is_push=False)
            company.app.services.outbox.owe(session, Address(person_id="linke"), note, company.now)
    runtimes = [company.runtime, _second(company), _second(company)]
    barrier = threading.Barrier(len(runtimes))
    with ThreadPoolExecutor(len(runtimes)) as pool:
        for done in [pool.submit(_drain, runtime, barrier) for runtime in runtimes]:
            done.result()
    company.settle()
    keys = [recipient.key for delivery in company.platform.attempts for recipient in delivery.recipients]
    assert keys == [f"n:{number:03}@p:linke" for number in range(60)]


def test_two_tickers_push_once(hire: Hire) -> None:
    company = hire("2026-11-16 08:00")
    company.advance_to("2026-11-16 17:29")
    pushes = len(company.inbox("zhouhang"))
    company.clock.move_to(shanghai("2026-11-16 17:31"))
    runtimes = [company.runtime, _second(company), _second(company)]
    barrier = threading.Barrier(len(runtimes))

    def tick(runtime: Runtime) -> None:
        barrier.wait()
        runtime.ticker.tick(company.now)

    with ThreadPoolExecutor(len(runtimes)) as pool:
        for done in [pool.submit(tick, runtime) for runtime in runtimes]:
            done.result()
    company.settle()
    assert len(company.inbox("zhouhang")) == pushes + 1
    assert "日报" in company.last("zhouhang").text
    sent = Counter(recipient.key for delivery in company.platform.attempts for recipient in delivery.recipients)
    assert max(sent.values()) == 1
    assert count(company, OutboxRow.state == OutboxState.WAITING, OutboxRow.not_before <= company.now) == 0


def test_two_processes_owe_the_same_message_once(hire: Hire) -> None:
    company = hire()
    barrier = threading.Barrier(4)

    def owe() -> None:
        barrier.wait()
        with company.database.write() as session:
            note = Note("alarm:x@p:linke", "同一件事", is_push=False)
            company.app.services.outbox.owe(session, Address(person_id="linke"), note, company.now)
            put_setting(session, "same", "value")

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(owe) for _ in range(4)]:
            done.result()
    assert count(company) == 1


def test_numbers_of_a_day_are_given_out_once(hire: Hire) -> None:
    company = hire()
    barrier = threading.Barrier(4)

    def take() -> list[str]:
        barrier.wait()
        found = []
        for _ in range(10):
            with company.database.write() as session:
                found.append(next_number(session, "T", "20261116"))
        return found

    with ThreadPoolExecutor(4) as pool:
        numbers = [number for done in [pool.submit(take) for _ in range(4)] for number in done.result()]
    assert sorted(numbers) == [f"T-20261116-{number:03}" for number in range(1, 41)]


def test_a_lapsed_claim_is_taken_over_and_the_first_holder_changes_nothing(hire: Hire) -> None:
    company = hire()
    company.runtime.receive(
        Update(
            id="u1", platform="practice", bot="bot", chat=Chat(ChatKind.DIRECT, "linke"), sender_id="linke",
            kind=UpdateKind.TEXT, at=company.now, received_at=company.now, text="帮助",
        )
    )  # fmt: skip
    now = company.runtime.lease_clock.now()
    first = inbox_module.claim(company.database, token="first", now=now)
    assert first is not None
    assert inbox_module.claim(company.database, token="other", now=now) is None
    later = now + SHARED
    second = inbox_module.claim(company.database, token="second", now=later)
    assert second is not None
    with company.database.write() as session:
        assert not inbox_module.finish(session, first, now=later)
        assert inbox_module.finish(session, second, now=later)


def test_a_claim_is_held_as_long_as_its_process_renews_it(hire: Hire) -> None:
    company = hire()
    company.say("linke", "帮助", settle=False)
    now = company.runtime.lease_clock.now()
    first = Keeper(company.database, "first")
    with first.holding() as token:
        assert inbox_module.claim(company.database, token=token, now=now) is not None
        assert first.renew(now + SHARED) == 1
        assert Keeper(company.database, "other").renew(now + SHARED) == 0
    assert first.renew(now + SHARED) == 0, "its work has ended, whether or not it could say so"
    assert inbox_module.claim(company.database, token="second", now=now + SHARED) is None
    assert inbox_module.claim(company.database, token="second", now=now + SHARED + SHARED) is not None


def test_a_sender_whose_clock_is_behind_keeps_the_order(hire: Hire) -> None:
    company = hire()
    with company.database.write() as session:
        for number, ahead in enumerate((2, 0)):  # written by a process whose clock is two seconds ahead, then by ours
            note = Note(f"n:{number}@p:linke", f"第{number}条", is_push=False)
            at = company.now + timedelta(seconds=ahead)
            company.app.services.outbox.owe(session, Address(person_id="linke"), note, at)
    company.settle()
    assert [shown.key for shown in company.inbox("linke")] == ["n:0@p:linke", "n:1@p:linke"]


def test_a_message_that_a_turn_is_changing_is_not_overtaken(hire: Hire) -> None:
    company = hire()
    with company.database.write() as session:
        for number in range(2):
            note = Note(f"n:{number}@p:linke", f"第{number}条", is_push=False)
            company.app.services.outbox.owe(session, Address(person_id="linke"), note, company.now)
    with company.database.write() as turn:
        assert company.app.services.outbox.change(turn, "n:0@p:linke", "第0条，改过", company.now)
        assert not company.runtime.send_once()
    company.settle()
    assert [shown.text for shown in company.inbox("linke")] == ["第0条，改过", "第1条"]


def test_what_is_known_already_is_said_to_be_known(hire: Hire) -> None:
    company = hire()
    said = Update(
        id="u1", platform="practice", bot="bot", chat=Chat(ChatKind.DIRECT, "linke"), sender_id="linke",
        kind=UpdateKind.TEXT, at=company.now, received_at=company.now, text="帮助",
    )  # fmt: skip
    assert company.runtime.receive(said)
    assert not company.runtime.receive(said)


def test_a_lease_has_one_owner_and_an_occurrence_one_runner(hire: Hire) -> None:
    company = hire()
    lease = DatabaseLease(company.database, lambda: company.now)
    assert lease.acquire("stream", "first", 30)
    assert not lease.acquire("stream", "second", 30)
    assert lease.acquire("stream", "first", 30)
    with company.database.write() as session:
        assert _claim_occurrence(session, "morning.greet", company.now, company.now)
        assert not _claim_occurrence(session, "morning.greet", company.now, company.now)
