from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.adapters.board import MemoryBoard
from bot.adapters.wecom.limits import Parking
from bot.adapters.windows import Windows

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Watch:
    def __init__(self) -> None:
        self.at = datetime(2026, 9, 21, 6, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_places_come_back_one_by_one_as_they_grow_old(watch: Watch) -> None:
    windows = Windows([(MINUTE, 3)], now=watch.now)
    for _ in range(3):
        assert windows.take("lihua") == 0
        watch.forward(10)
    assert windows.take("lihua") == 30
    watch.forward(29.9)
    assert windows.take("lihua") > 0
    watch.forward(0.1)
    assert windows.take("lihua") == 0
    assert windows.take("lihua") == 10


def test_no_window_of_a_minute_ever_holds_more(watch: Watch) -> None:
    windows = Windows([(MINUTE, 5)], now=watch.now)
    taken: list[datetime] = []
    for _ in range(600):
        if windows.take("lihua") == 0:
            taken.append(watch.at)
        watch.forward(1.7)
    assert max(sum(1 for b in taken if timedelta() <= b - a < MINUTE) for a in taken) == 5
    assert len(taken) > 600 * 1.7 / 60 * 5 * 0.95


def test_both_limits_hold(watch: Watch) -> None:
    windows = Windows([(MINUTE, 3), (HOUR, 5)], now=watch.now)
    for _ in range(3):
        windows.take("lihua")
    watch.forward(60)
    assert [windows.take("lihua") for _ in range(2)] == [0, 0]
    assert windows.take("lihua") == 3540


def test_several_places_are_taken_together_or_not_at_all(watch: Watch) -> None:
    windows = Windows([(MINUTE, 3)], now=watch.now)
    windows.take("lihua", 2)
    assert windows.take("lihua", 2) == 60
    assert windows.take("lihua", 1) == 0


def test_more_places_than_there_are_wait_for_an_empty_window(watch: Watch) -> None:
    windows = Windows([(MINUTE, 3)], now=watch.now)
    windows.take("lihua")
    assert windows.take("lihua", 9) == 60
    watch.forward(60)
    assert windows.take("lihua", 9) == 0


def test_people_do_not_share_a_window(watch: Watch) -> None:
    windows = Windows([(MINUTE, 1)], now=watch.now)
    assert [windows.take("lihua"), windows.take("wang")] == [0, 0]


def test_names_long_unused_are_forgotten(watch: Watch) -> None:
    windows = Windows([(MINUTE, 1)], now=watch.now)
    for number in range(10_000):
        windows.take(f"user{number}")
        watch.forward(1)
    assert len(windows._board) < 5_000  # type: ignore[arg-type]


class TestParking:
    @pytest.fixture
    def parking(self, watch: Watch) -> Parking:
        return Parking(now=watch.now, zone=ZoneInfo("Asia/Shanghai"))

    def test_a_minute_an_hour_until_tomorrow(self, parking: Parking, watch: Watch) -> None:
        assert parking.park("send") == 60
        watch.forward(60)
        assert parking.park("send") == 3600
        watch.forward(3600)
        watch.at = watch.at.replace(hour=8, minute=0)  # 16:00 in Shanghai
        assert parking.park("send") == 8 * 3600 + 60
        assert parking.seconds("send") == 8 * 3600 + 60

    def test_two_hours_of_calm_begin_anew(self, parking: Parking, watch: Watch) -> None:
        parking.park("send")
        watch.forward(60 + 7201)
        assert parking.park("send") == 60

    def test_calls_of_one_moment_count_once(self, parking: Parking, watch: Watch) -> None:
        parking.park("send")
        watch.forward(1)
        assert parking.park("send") == 59

    def test_other_calls_go_on(self, parking: Parking) -> None:
        parking.park("send")
        assert parking.seconds("upload") == 0

    def test_who_shares_a_board_rests_together_and_counts_together(self, watch: Watch) -> None:
        board = MemoryBoard()
        one, other = (Parking(now=watch.now, zone=ZoneInfo("Asia/Shanghai"), board=board) for _ in range(2))
        assert [one.park("send"), other.seconds("send")] == [60, 60]
        watch.forward(60)
        assert [other.seconds("send"), other.park("send")] == [0, 3600]
        watch.forward(1)
        assert one.seconds("send") == 3599
