"""Limits hold together for everybody who shares a board: in memory, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from bot.adapters.board import SWEEP_EVERY, Board, MemoryBoard
from bot.adapters.dingtalk.pace import WEBHOOK_RATE, Pace
from bot.adapters.dingtalk.signature import Refused, ReplayMemory
from bot.adapters.stores import DatabaseBoard, board_of
from bot.adapters.wecom.limits import PERSON, WEBHOOK
from bot.adapters.windows import Windows
from models.chat import BoardRow
from models.db import Database
from tests.models.database import postgres, sqlite, why_no_postgres

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
SHARED = [
    "sqlite",
    pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.skipif(bool(why_no_postgres()), reason="no PostgreSQL")]),
]  # fmt: skip


class Watch:
    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return self.at.timestamp()

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with postgres() if getattr(request, "param", "") == "postgres" else sqlite(tmp_path) as made:
        yield made


@pytest.fixture
def two(database: Database) -> Iterator[tuple[Board, Board]]:
    """The boards of two processes on one database."""
    other = Database(database.engine.url.render_as_string(hide_password=False))
    yield DatabaseBoard(database), DatabaseBoard(other)
    other.close()


@pytest.mark.parametrize("database", SHARED, indirect=True)
class TestTwoProcesses:
    def test_one_person_gets_no_more_than_a_minute_allows_from_both_together(
        self, two: tuple[Board, Board], watch: Watch
    ) -> None:
        windows = [Windows(PERSON, now=watch.now, board=board, scope="person:") for board in two]
        taken = [windows[number % 2].take("zhouhang") == 0 for number in range(31)]
        assert taken == [True] * 28 + [False] * 3
        assert windows[0].take("linke") == 0
        watch.forward(60)
        assert [side.take("zhouhang") for side in windows] == [0, 0]

    def test_a_rush_from_both_at_once_stays_below_the_limit_too(self, two: tuple[Board, Board], watch: Watch) -> None:
        windows = [Windows(PERSON, now=watch.now, board=board) for board in two]
        taken: list[float] = []
        together = Barrier(8)

        def rush(side: Windows) -> None:
            together.wait(20)
            taken.extend(side.take("zhouhang") for _ in range(6))

        threads = [Thread(target=rush, args=(windows[number % 2],)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(taken), taken.count(0)) == (48, 28)

    def test_overlapping_batches_in_any_order_neither_lock_up_nor_overstep(
        self, two: tuple[Board, Board], watch: Watch
    ) -> None:
        windows = [Windows(PERSON, now=watch.now, board=board) for board in two]
        people = [f"p{number}" for number in range(40)]
        taken: list[dict[str, float]] = []

        def send(side: Windows, order: list[str]) -> None:
            taken.extend(side.take_each(order) for _ in range(10))

        threads = [Thread(target=send, args=(windows[n % 2], people[:: (-1) ** n])) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(taken) == 40
        assert all(sum(waits[who] == 0 for waits in taken) == 28 for who in people)

    def test_a_webhook_is_called_evenly_and_never_more_than_its_minute_allows(
        self, two: tuple[Board, Board], watch: Watch
    ) -> None:
        paces = [Pace(watch.seconds, watch.forward, board=board) for board in two]
        called: list[float] = []
        waiting = {f"m{number}": 0.0 for number in range(40)}
        while waiting and watch.at < NOON + timedelta(minutes=10):
            for number, ticket in enumerate(list(waiting)):
                if paces[number % 2].turn("hook", WEBHOOK_RATE, ticket) == 0:
                    called.append(watch.seconds())
                    del waiting[ticket]
            watch.forward(1)
        assert len(called) == 40
        assert max(sum(1 for other in called if 0 <= other - at < 60) for at in called) <= 18

    def test_what_the_platform_forbids_one_it_forbids_the_other(self, two: tuple[Board, Board], watch: Watch) -> None:
        one, other = (Pace(watch.seconds, watch.forward, board=board) for board in two)
        assert one.hold("hook", 60, again=600) == 60
        assert other.turn("hook", WEBHOOK_RATE, "m") == pytest.approx(60)
        watch.forward(61)
        assert other.hold("hook", 60, again=600) == 600  # the second time within ten minutes
        assert one.turn("hook", WEBHOOK_RATE, "n") == pytest.approx(600)

    def test_a_group_robots_window_is_shared(self, two: tuple[Board, Board], watch: Watch) -> None:
        windows = [Windows(WEBHOOK, now=watch.now, board=board, scope="hook:") for board in two]
        assert [windows[number % 2].take("华东销售群") for number in range(20)].count(0) == 18

    def test_a_signature_one_has_taken_the_other_refuses(self, two: tuple[Board, Board], watch: Watch) -> None:
        one, other = (ReplayMemory(board) for board in two)
        one.check("1", "body", watch.now())
        one.remember("1", "body", watch.now())
        with pytest.raises(Refused):
            other.check("1", "body", watch.now())
        other.check("1", "another person in the same millisecond", watch.now())
        watch.forward(3)
        with pytest.raises(Refused):
            other.check("1", "a third", watch.now())

    def test_a_thousand_people_take_three_statements_and_then_two(
        self, database: Database, two: tuple[Board, Board], watch: Watch
    ) -> None:
        windows = Windows(PERSON, now=watch.now, board=two[0])
        people = [f"p{number:04}" for number in range(1000)]
        statements: list[str] = []
        event.listen(database.engine, "before_cursor_execute", lambda *args: statements.append(args[2].split()[0]))
        assert set(windows.take_each(people).values()) == {0}
        first = len([word for word in statements if word in {"SELECT", "INSERT", "UPDATE"}])
        statements.clear()
        windows.take_each(people)
        assert (first <= 8, len([word for word in statements if word in {"SELECT", "INSERT", "UPDATE"}]) <= 3) == (
            True,
            True,
        )

    def test_notes_go_when_they_have_had_their_time(
        self, database: Database, two: tuple[Board, Board], watch: Watch
    ) -> None:
        board = two[0]
        board.change(["old"], lambda notes: notes["old"].update(x=1), now=watch.seconds(), keep=60)
        watch.forward(61)
        assert isinstance(board, DatabaseBoard)
        board._sweep(watch.seconds())
        with database.read() as session:
            assert session.scalar(select(func.count()).select_from(BoardRow)) == 0


def test_while_the_database_cannot_be_asked_each_keeps_its_own_count(
    database: Database, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    windows = Windows(PERSON, now=watch.now, board=DatabaseBoard(database))
    monkeypatch.setattr(database, "write", gone)
    assert [windows.take("zhouhang") for _ in range(31)].count(0) == 28


def test_one_process_alone_asks_no_database(database: Database) -> None:
    assert isinstance(board_of(database), MemoryBoard)


def test_memory_forgets_too(watch: Watch) -> None:
    board = MemoryBoard()
    for number in range(2 * SWEEP_EVERY):
        watch.forward(1)
        board.change([f"n{number}"], lambda _: None, now=watch.seconds(), keep=60)
    assert len(board) <= SWEEP_EVERY + 60


def test_what_is_read_is_a_copy() -> None:
    board = MemoryBoard()
    board.change(["a"], lambda notes: notes["a"].update(list=[1]), now=0, keep=60)
    board.read("a")["list"].append(2)
    assert board.read("a") == {"list": [1]}
