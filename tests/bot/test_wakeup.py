"""Whoever waits for work is woken one at a time, and no call gets lost between looking and waiting."""

import threading
import time

from bot.wakeup import Wakeup

LONG = 30.0


def sleepers(wakeup: Wakeup, count: int) -> tuple[list[threading.Thread], list[int]]:
    """Threads that wait from now on, and who of them has been woken."""
    woken: list[int] = []
    ready = threading.Barrier(count + 1)
    seen = wakeup.calls

    def sleep(number: int) -> None:
        ready.wait()
        wakeup.wait(seen, LONG)
        woken.append(number)

    threads = [threading.Thread(target=sleep, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    ready.wait()
    while len(wakeup._condition._waiters) < count:  # type: ignore[attr-defined]
        time.sleep(0)
    return threads, woken


def test_one_call_wakes_one_of_those_who_wait() -> None:
    wakeup = Wakeup()
    threads, woken = sleepers(wakeup, 4)
    wakeup.call()
    while not woken:
        time.sleep(0)
    assert len(woken) == 1
    assert sum(thread.is_alive() for thread in threads) >= 3
    wakeup.call_all()
    for thread in threads:
        thread.join(LONG)
    assert len(woken) == 4


def test_a_call_while_somebody_looked_for_work_lets_him_look_again_at_once() -> None:
    wakeup = Wakeup()
    seen = wakeup.calls
    wakeup.call()
    begun = time.monotonic()
    wakeup.wait(seen, LONG)
    assert time.monotonic() - begun < LONG / 2
