"""The stores keep the same promises in memory and in the database."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from bot.adapters.lease import Lease, MemoryLease
from bot.adapters.meter import MemoryMeter, Meter
from bot.adapters.quick_reply import MemoryQuickReplies, QuickReplies, QuickReply, typed_code
from bot.adapters.stores import DatabaseLease, DatabaseMeter, DatabaseQuickReplies, DatabaseTokenStore
from bot.adapters.token import MemoryTokenStore, Token, TokenStore
from models.db import Base, Database

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


class Watch:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/bot.db")
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture(params=["memory", "database"])
def lease(request: pytest.FixtureRequest, watch: Watch, database: Database) -> Lease:
    return MemoryLease(watch) if request.param == "memory" else DatabaseLease(database, watch)


@pytest.fixture(params=["memory", "database"])
def tokens(request: pytest.FixtureRequest, watch: Watch, database: Database) -> TokenStore:
    if request.param == "memory":
        return MemoryTokenStore()
    return DatabaseTokenStore(database, DatabaseLease(database, watch))


@pytest.fixture(params=["memory", "database"])
def meter(request: pytest.FixtureRequest, database: Database) -> Meter:
    return MemoryMeter() if request.param == "memory" else DatabaseMeter(database)


@pytest.fixture(params=["memory", "database"])
def replies(request: pytest.FixtureRequest, database: Database) -> QuickReplies:
    return MemoryQuickReplies() if request.param == "memory" else DatabaseQuickReplies(database)


def token(value: str, hours: float = 2) -> Token:
    return Token(value, NOON + timedelta(hours=hours), NOON)


def test_a_second_process_gets_nothing_while_the_first_renews(lease: Lease, watch: Watch) -> None:
    assert lease.acquire("stream", "one", 10)
    assert lease.acquire("stream", "one", 10)
    watch.now += timedelta(seconds=9)
    assert lease.renew("stream", "one", 10)
    watch.now += timedelta(seconds=9)
    assert not lease.acquire("stream", "two", 10)
    assert not lease.renew("stream", "two", 10)
    assert lease.holder("stream") == "one"


def test_a_dead_owner_is_followed_when_his_lease_has_lapsed_and_not_before(lease: Lease, watch: Watch) -> None:
    lease.acquire("stream", "one", 10)
    watch.now += timedelta(seconds=9, milliseconds=999)
    assert not lease.acquire("stream", "two", 10)
    watch.now += timedelta(milliseconds=1)
    assert lease.holder("stream") is None
    assert not lease.renew("stream", "one", 10)
    assert lease.acquire("stream", "two", 10)


def test_a_clean_stop_hands_over_at_once_and_nobody_releases_for_another(lease: Lease) -> None:
    lease.acquire("stream", "one", 10)
    lease.release("stream", "two")
    assert lease.holder("stream") == "one"
    lease.release("stream", "one")
    assert lease.acquire("stream", "two", 10)


def test_of_many_that_ask_at_once_one_gets_the_lease(lease: Lease) -> None:
    won: list[str] = []

    def ask(name: str) -> None:
        if lease.acquire("stream", name, 10):
            won.append(name)

    _together([Thread(target=ask, args=(f"p{n}",)) for n in range(8)])
    assert len(won) == 1


def test_the_first_of_two_fetchers_wins_and_the_second_gets_the_winners_token(tokens: TokenStore) -> None:
    assert tokens.get("app") is None
    assert tokens.swap("app", None, token("a")) == token("a")
    assert tokens.swap("app", None, token("b")) == token("a")
    assert tokens.swap("app", token("a"), token("b")) == token("b")
    assert tokens.swap("app", token("b"), token("b", hours=4)) == token("b", hours=4)
    assert tokens.get("app") == token("b", hours=4)
    assert tokens.get("other") is None


def test_only_one_fetches_at_a_time_and_the_others_find_what_it_fetched(tokens: TokenStore) -> None:
    fetched: list[str] = []

    def fetch() -> None:
        with tokens.lock("app"):
            if tokens.get("app") is None:
                fetched.append("x")
                tokens.swap("app", None, token("a"))

    _together([Thread(target=fetch) for _ in range(6)])
    assert fetched == ["x"]


def test_a_token_never_shows_itself_in_a_log() -> None:
    assert "hush" not in repr(token("hush"))


def test_counting_in_threads_misses_nothing_and_months_are_apart(meter: Meter) -> None:
    _together([Thread(target=lambda: [meter.add("api", "2026-11") for _ in range(25)]) for _ in range(4)])
    assert meter.total("api", "2026-11") == 100
    assert meter.add("api", "2026-11", 20) == 120
    assert meter.total("api", "2026-12") == 0


def test_a_code_presses_its_button_in_its_own_chat_only_and_for_thirty_days(replies: QuickReplies) -> None:
    reply = QuickReply("lead:17", {"接单": "lead.take~17~sig", "转出": "lead.pass~17~sig"})
    code = replies.keep("zhouhang", reply, NOON)
    assert replies.keep("zhouhang", reply, NOON) == code
    assert replies.find("zhouhang", code.upper(), NOON) == reply
    assert replies.find("linke", code, NOON) is None
    assert replies.find("zhouhang", code, NOON + timedelta(days=30) - timedelta(seconds=1)) == reply
    assert replies.find("zhouhang", code, NOON + timedelta(days=30)) is None


def test_many_cards_in_one_chat_never_share_a_code(replies: QuickReplies) -> None:
    codes = {replies.keep("zhouhang", QuickReply(f"card:{n}", {"好": f"x~{n}"}), NOON) for n in range(300)}
    assert len(codes) == 300


def test_one_card_for_many_people_has_one_code_and_everybodys_own_key(replies: QuickReplies) -> None:
    codes = {who: replies.keep(who, QuickReply(f"lead:17:{who}", {"接单": "x"}), NOON) for who in ("zhouhang", "linke")}
    assert len(set(codes.values())) == 1
    found = replies.find("linke", codes["linke"], NOON)
    assert found is not None
    assert found.message_key == "lead:17:linke"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("接单 #7k2m", ("接单", "7k2m")),
        ("接单#7K2M", ("接单", "7k2m")),
        (" 【接单】 ＃7k2m ", ("接单", "7k2m")),
        ("接单", None),
        ("#7k2m", None),
        ("接单 #7k", None),
        ("接单 #7k2m 谢谢", None),
        ("/客户 #1号门店", None),
    ],
)
def test_a_typed_code_is_recognised(text: str, meant: tuple[str, str] | None) -> None:
    assert typed_code(text) == meant


def _together(threads: list[Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _grab(url: str, name: str, results: Any) -> None:
    database = Database(url)
    results.put((name, DatabaseLease(database, Watch()).acquire("stream", name, 10)))
    database.close()


def test_of_two_processes_on_one_database_one_gets_the_lease(tmp_path: Path, database: Database) -> None:
    context = multiprocessing.get_context("spawn")
    results: Any = context.Queue()
    url = f"sqlite:///{tmp_path}/bot.db"
    processes = [context.Process(target=_grab, args=(url, name, results)) for name in ("one", "two")]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
    assert sorted(results.get(timeout=5)[1] for _ in processes) == [False, True]


def test_a_token_that_another_process_has_fetched_is_found_by_who_may_fetch(tmp_path: Path, watch: Watch) -> None:
    processes = [Database(f"sqlite:///{tmp_path}/one.db") for _ in range(2)]
    Base.metadata.create_all(processes[0].engine)
    ours, theirs = (DatabaseTokenStore(each, DatabaseLease(each, watch)) for each in processes)
    ours.swap("app", None, token("old"))
    assert ours.get("app") == token("old")
    theirs.swap("app", token("old"), token("new"))
    with ours.lock("app"):
        assert ours.get("app") == token("new"), "nobody asks the platform for what is there already"
    for each in processes:
        each.close()
