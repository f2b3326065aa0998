from __future__ import annotations

from threading import Thread

import pytest

from bot.adapters.dingtalk.pace import API_RATE, WEBHOOK_RATE, Pace, Rate
from tests.bot.adapters.dingtalk.desk import Ticker
from tests.fakes.dingtalk.state import Watch


@pytest.fixture
def ticker() -> Ticker:
    return Ticker(Watch())


def test_the_first_turn_is_at_once_and_the_next_waits_its_share(ticker: Ticker) -> None:
    pace = Pace(ticker, ticker.pause)
    assert pace.turn("a", API_RATE) == 0
    assert ticker.paused == []
    pace.turn("a", API_RATE)
    assert ticker.paused == [pytest.approx(0.068, abs=0.001)]
    pace.turn("b", API_RATE)
    assert len(ticker.paused) == 1


def test_who_would_wait_too_long_gets_a_numbered_turn_that_is_his(ticker: Ticker) -> None:
    pace = Pace(ticker, ticker.pause)
    assert pace.turn("hook", WEBHOOK_RATE, "one") == 0
    two, three = pace.turn("hook", WEBHOOK_RATE, "two"), pace.turn("hook", WEBHOOK_RATE, "three")
    assert (two, three) == (pytest.approx(3.4), pytest.approx(6.8))
    ticker.pause(three)
    assert pace.turn("hook", WEBHOOK_RATE, "three") == 0
    assert pace.turn("hook", WEBHOOK_RATE, "two") == 0


def test_turns_taken_late_never_add_up_to_a_burst(ticker: Ticker) -> None:
    pace = Pace(ticker, ticker.pause)
    for number in range(40):
        pace.turn("hook", WEBHOOK_RATE, f"m{number}")
    ticker.pause(300)
    taken = sum(pace.turn("hook", WEBHOOK_RATE, f"m{number}") == 0 for number in range(40))
    assert taken == 18


def test_nobody_gets_a_turn_while_the_platform_punishes(ticker: Ticker) -> None:
    pace = Pace(ticker, ticker.pause)
    pace.hold("hook", 600)
    assert pace.turn("hook", WEBHOOK_RATE, "one") == pytest.approx(600)
    ticker.pause(600)
    assert pace.turn("hook", WEBHOOK_RATE, "one") == 0


def test_threads_share_the_turns() -> None:
    ticker = Ticker(Watch())
    pace, taken = Pace(ticker, lambda _: None), []
    rate = Rate(5, 1, patience=0)
    threads = [Thread(target=lambda: taken.append(pace.turn("a", rate))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken.count(0) == 1
