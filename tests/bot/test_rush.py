"""In a rush whoever handles waits, but not for ever."""

from __future__ import annotations

from contextlib import ExitStack

from bot.rush import CROWD, GIVE_WAY, LOOK_EVERY, MANY, REST, WITHIN, Rush


class Watch:
    """A monotonic clock that moves when somebody waits."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at

    def wait(self, seconds: float) -> bool:
        self.at += seconds
        return False


def arrive(rush: Rush, watch: Watch, *, count: int, every: float) -> None:
    for _ in range(count):
        with rush.one_more():
            watch.at += every


def test_a_crowd_at_the_door_is_a_rush_until_it_is_in() -> None:
    watch = Watch()
    rush = Rush(watch)
    with ExitStack() as door:
        for _ in range(CROWD - 1):
            door.enter_context(rush.one_more())
        assert not rush.on
        with rush.one_more():
            assert rush.on
        assert not rush.on


def test_many_one_after_the_other_are_a_rush_only_when_they_come_fast() -> None:
    watch = Watch()
    slow = Rush(watch)
    arrive(slow, watch, count=MANY, every=WITHIN / MANY + 0.001)
    assert not slow.on
    fast = Rush(watch)
    arrive(fast, watch, count=MANY - 1, every=WITHIN / MANY - 0.001)
    assert not fast.on
    arrive(fast, watch, count=1, every=WITHIN / MANY - 0.001)
    assert fast.on
    watch.at += WITHIN
    assert not fast.on


def test_who_handles_waits_until_the_rush_is_over() -> None:
    watch = Watch()
    rush = Rush(watch)
    arrive(rush, watch, count=MANY, every=0.001)
    begun = watch.at
    rush.let_pass(watch.wait)
    assert not rush.on
    assert watch.at - begun <= WITHIN + LOOK_EVERY


def test_nobody_waits_without_a_rush() -> None:
    watch = Watch()
    Rush(watch).let_pass(watch.wait)
    assert watch.at == 100


def test_in_a_rush_without_end_the_work_rests_and_goes_on_by_turns() -> None:
    watch = Watch()
    rush = Rush(watch)
    with ExitStack() as door:
        for _ in range(CROWD):
            door.enter_context(rush.one_more())
        rush.let_pass(watch.wait)
        over = watch.at
        assert GIVE_WAY <= over - 100 <= GIVE_WAY + 2 * LOOK_EVERY
        watch.at += REST - 3 * LOOK_EVERY
        before = watch.at
        rush.let_pass(watch.wait)
        assert watch.at == before
        watch.at += 3 * LOOK_EVERY
        rush.let_pass(watch.wait)
        assert watch.at >= over + REST + GIVE_WAY


def test_the_end_of_the_process_waits_for_no_rush() -> None:
    watch = Watch()
    rush = Rush(watch)
    with ExitStack() as door:
        for _ in range(CROWD):
            door.enter_context(rush.one_more())
        rush.let_pass(lambda _seconds: True)
    assert watch.at == 100
