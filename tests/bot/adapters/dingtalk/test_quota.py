from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.adapters.dingtalk.config import DingtalkConfig
from bot.adapters.dingtalk.quota import Kind, Quota, QuotaBook
from bot.adapters.meter import MemoryMeter

NOON = datetime(2026, 11, 16, 4, tzinfo=UTC)  # a Monday


def book(api: int = 5000, messages: int = 3000) -> QuotaBook:
    config = DingtalkConfig("ding", "s", monthly_api_limit=api, monthly_message_limit=messages)
    return QuotaBook(config, MemoryMeter())


@pytest.mark.parametrize(("used", "told"), [(69, 0), (70, 1), (89, 1), (90, 2), (99, 2), (100, 3)])
def test_the_administrator_hears_of_seventy_ninety_and_all_once_each(used: int, told: int) -> None:
    quotas = book(api=100)
    heard: dict[str, str] = {}
    for _ in range(used):
        quotas.count(Kind.API, NOON)
        heard |= quotas.notices(NOON)
    assert len(heard) == told


def test_a_jump_over_both_lines_is_told_in_one_sentence() -> None:
    quotas = book(api=100)
    quotas.count(Kind.API, NOON, 95)
    assert list(quotas.notices(NOON).values()) == ["钉钉本月API 调用已用 95/100（95%），按目前速度 11 月 17 日用完。"]


@pytest.mark.parametrize(
    ("ratio", "priority", "deferred"),
    [(0.69, 8, False), (0.70, 8, True), (0.89, 5, False), (0.90, 5, True), (0.90, 4, False), (1.5, 1, False)],
)
def test_low_pushes_go_into_digests_from_seventy_percent_normal_ones_from_ninety_urgent_ones_never(
    ratio: float, priority: int, deferred: bool
) -> None:
    assert Quota(Kind.API, int(1000 * ratio), 1000).defers(priority) is deferred


def test_low_pushes_are_saved_early_when_the_month_will_not_last() -> None:
    hasty = Quota(Kind.API, 300, 1000, runs_out_on=date(2026, 11, 20))
    assert hasty.defers(8)
    assert not hasty.defers(5)
    assert not Quota(Kind.API, 100, 1000, runs_out_on=date(2026, 11, 20)).defers(8)


def test_the_day_on_which_it_runs_out_counts_weekdays() -> None:
    quotas = book(api=1500)
    quotas.count(Kind.API, NOON, 1100)  # eleven weekdays gone: a hundred each
    assert quotas.quota(Kind.API, NOON).runs_out_on == date(2026, 11, 23)
    quotas = book(api=2100)
    quotas.count(Kind.API, NOON, 1100)
    assert quotas.quota(Kind.API, NOON).runs_out_on is None


def test_the_month_is_beijings() -> None:
    quotas = book()
    quotas.count(Kind.API, datetime(2026, 11, 30, 15, 59, tzinfo=UTC))
    assert quotas.quota(Kind.API, datetime(2026, 11, 30, 16, tzinfo=UTC)).used == 0
    assert quotas.quota(Kind.API, datetime(2026, 11, 30, 15, tzinfo=UTC)).used == 1


def test_without_a_limit_nothing_is_deferred_or_foretold() -> None:
    quotas = book(api=0)
    quotas.count(Kind.API, NOON, 10_000)
    quota = quotas.quota(Kind.API, NOON)
    assert (quota.ratio, quota.runs_out_on, quota.defers(8)) == (0, None, False)


class Month:
    """Fifty reps in a free organisation: what they write, what is replied, what is pushed."""

    def __init__(self, inbound: int, pushes: int) -> None:
        self.quotas = book()
        self.inbound, self.pushes = inbound, pushes
        self.lost_escalations = self.deferred = 0
        self.foretold: list[date] = []

    def run(self) -> None:
        day = datetime(2026, 11, 2, 1, tzinfo=UTC)
        while day < datetime(2026, 11, 30, 16, tzinfo=UTC):
            if day.weekday() < 5:
                self._workday(day)
            day += timedelta(days=1)

    def _workday(self, day: datetime) -> None:
        self.quotas.count(Kind.MESSAGES, day, 50 * self.inbound)
        for number in range(50 * self.pushes):
            self._push(day, priority=(1, 5, 8)[number % 3] if number else 1)
        days = [quota.runs_out_on for quota in self.quotas.all(day) if quota.runs_out_on]
        self.foretold += [min(days)] if days else []

    def _push(self, day: datetime, priority: int) -> None:
        quota = self.quotas.quota(Kind.API, day)
        if quota.defers(priority):
            self.deferred += 1
            return
        if quota.ratio >= 1:
            self.lost_escalations += priority == 1
            return
        self.quotas.count(Kind.API, day)


def test_a_frugal_month_of_fifty_reps_stays_within_a_free_organisation() -> None:
    month = Month(inbound=2, pushes=3)
    month.run()
    api, messages = (month.quotas.quota(kind, datetime(2026, 11, 30, 12, tzinfo=UTC)) for kind in Kind)
    assert api.used <= 5000
    assert messages.used <= 3000
    assert month.lost_escalations == 0


def test_a_busy_month_says_early_on_which_day_it_ends_and_keeps_the_escalations() -> None:
    month = Month(inbound=7, pushes=6)
    month.run()
    assert month.foretold
    assert month.foretold[0] <= date(2026, 11, 12)
    assert month.deferred > 0
    assert month.lost_escalations == 0
