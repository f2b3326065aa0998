"""Everybody who asked for the lock gets it, in the order of asking."""

from __future__ import annotations

import threading

import pytest

from models.fair_lock import FairLock


def start(lock: FairLock, name: str, served: list[str]) -> threading.Thread:
    def wait() -> None:
        with lock:
            served.append(name)

    before = len(lock._waiting)
    thread = threading.Thread(target=wait)
    thread.start()
    while len(lock._waiting) == before:
        pass
    return thread


def test_whoever_asked_first_is_served_first_and_a_loop_starves_nobody() -> None:
    lock, served = FairLock(), []
    with lock:
        threads = [start(lock, name, served) for name in ("zhouhang", "linke", "chenmin")]
    with lock:  # the one in the loop is back at once, behind the others
        served.append("scheduler")
    for thread in threads:
        thread.join(5)
    assert served == ["zhouhang", "linke", "chenmin", "scheduler"]


def test_it_may_be_taken_again_by_its_holder() -> None:
    lock = FairLock()
    with lock, lock:
        pass
    assert lock.acquire(0)


def test_somebody_who_gave_up_is_not_served() -> None:
    lock, served = FairLock(), []
    answers = []
    with lock:
        thread = threading.Thread(target=lambda: answers.append(lock.acquire(0.01)))
        thread.start()
        thread.join(5)
        patient = start(lock, "linke", served)
    patient.join(5)
    assert answers == [False]
    assert served == ["linke"]


def test_a_lock_that_is_not_ours_cannot_be_released() -> None:
    with pytest.raises(RuntimeError, match="does not hold"):
        FairLock().release()
