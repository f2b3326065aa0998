from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.lease import MemoryLease


class Watch:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 4, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_a_second_process_gets_nothing_while_the_first_renews(watch: Watch) -> None:
    lease = MemoryLease(watch)
    assert lease.acquire("stream", "one", 10)
    watch.now += timedelta(seconds=9)
    assert lease.renew("stream", "one", 10)
    watch.now += timedelta(seconds=9)
    assert not lease.acquire("stream", "two", 10)
    assert lease.holder("stream") == "one"


def test_a_dead_owner_is_followed_when_his_lease_has_lapsed_and_not_before(watch: Watch) -> None:
    lease = MemoryLease(watch)
    lease.acquire("stream", "one", 10)
    watch.now += timedelta(seconds=9, milliseconds=999)
    assert not lease.acquire("stream", "two", 10)
    watch.now += timedelta(milliseconds=1)
    assert lease.acquire("stream", "two", 10)
    assert not lease.renew("stream", "one", 10)


def test_a_clean_stop_hands_over_at_once_and_nobody_releases_for_another(watch: Watch) -> None:
    lease = MemoryLease(watch)
    lease.acquire("stream", "one", 10)
    lease.release("stream", "two")
    assert lease.holder("stream") == "one"
    lease.release("stream", "one")
    assert lease.acquire("stream", "two", 10)
