"""The month's allowance of a DingTalk organisation: paid API calls, and messages by Stream and webhook.

A free organisation has 5,000 calls and 3,000 messages a month for everybody together; used up, calls fail with 90020 and messages
arrive empty with 20001 until the first of the next month.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from threading import Lock
from typing import Final
from zoneinfo import ZoneInfo

from bot.adapters.dingtalk.config import DingtalkConfig
from bot.adapters.meter import Meter

log: Final = logging.getLogger("bot.dingtalk.quota")

BEIJING: Final = ZoneInfo("Asia/Shanghai")  # the platform's month, wherever the company sits

NORMAL_PRIORITY: Final = 5
LOW_PRIORITY: Final = 8
_WARN_AT: Final = (0.7, 0.9, 1.0)
_WEEKDAYS: Final = 5


class Kind(StrEnum):
    """What is counted."""

    API = "api"
    MESSAGES = "messages"


_NAMES: Final = {Kind.API: "API 调用", Kind.MESSAGES: "Stream/Webhook 消息"}


@dataclass(frozen=True, slots=True)
class Quota:
    """One allowance now. `runs_out_on` is the day it will be used up at this month's pace, None if it lasts."""

    kind: Kind
    used: int
    limit: int
    runs_out_on: date | None = None
    is_blocked: bool = False

    @property
    def ratio(self) -> float:
        """The used share, 1.0 and more when there is nothing left; 0 without a limit."""
        return self.used / self.limit if self.limit else 0.0

    def defers(self, priority: int) -> bool:
        """Whether a push of `priority` (1 urgent, 5 normal, 8 low) belongs into the next digest instead.

        Low ones go from 70 % on, or sooner when the month will not last; normal ones from 90 % on; urgent ones never.
        """
        will_not_last = self.runs_out_on is not None and self.ratio >= 0.25
        if priority >= LOW_PRIORITY:
            return self.ratio >= _WARN_AT[0] or will_not_last
        return priority >= NORMAL_PRIORITY and self.ratio >= _WARN_AT[1]

    def sentence(self) -> str:
        """Say it to the administrator."""
        words = f"钉钉本月{_NAMES[self.kind]}已用 {self.used:,}/{self.limit:,}（{self.ratio:.0%}）"
        if self.is_blocked or self.ratio >= 1:
            return f"{words}，额度用完，下月 1 日恢复；可在「资源管理」加购，加购后重启机器人。"
        if self.runs_out_on:
            return f"{words}，按目前速度 {self.runs_out_on.month} 月 {self.runs_out_on.day} 日用完。"
        return f"{words}，够用到月底。"


class QuotaBook:
    """Counts what is used and says what is left; safe to call from several threads."""

    def __init__(self, config: DingtalkConfig, meter: Meter) -> None:
        self._name = f"dingtalk:{config.client_id}"
        self._limits = {Kind.API: config.monthly_api_limit, Kind.MESSAGES: config.monthly_message_limit}
        self._meter = meter
        self._blocked_until: dict[Kind, datetime] = {}
        self._guard = Lock()

    def count(self, kind: Kind, now: datetime, count: int = 1) -> None:
        """Count something that was used; a counter that fails never makes a message that was sent look unsent."""
        try:
            self._meter.add(f"{self._name}:{kind}", _month(now), count)
        except Exception as error:  # noqa: BLE001 - whatever store stands behind the meter
            log.warning("an allowance was not counted: %s", type(error).__name__)

    def exhausted(self, kind: Kind, now: datetime) -> None:
        """Believe the platform that nothing is left until the first of next month."""
        with self._guard:
            self._blocked_until[kind] = _next_month(now)

    def is_blocked(self, kind: Kind, now: datetime) -> bool:
        """Whether the platform has said that nothing is left this month."""
        with self._guard:
            return now < self._blocked_until.get(kind, now)

    def is_short(self, now: datetime) -> bool:
        """Whether API calls are used up or nearly so: then words that cost none are better than a card."""
        return self.is_blocked(Kind.API, now) or self.quota(Kind.API, now).ratio >= _WARN_AT[1]

    def quota(self, kind: Kind, now: datetime) -> Quota:
        """Return one allowance."""
        used = self._meter.total(f"{self._name}:{kind}", _month(now))
        limit = self._limits[kind]
        return Quota(kind, used, limit, _runs_out_on(used, limit, now), self.is_blocked(kind, now))

    def all(self, now: datetime) -> list[Quota]:
        """Return both allowances."""
        return [self.quota(kind, now) for kind in Kind]

    def notices(self, now: datetime) -> dict[str, str]:
        """Return what the administrator has to hear, once a month for each line crossed: 70 %, 90 %, used up."""
        told = {}
        for quota in self.all(now):
            lines = [line for line in _WARN_AT if quota.ratio >= line or quota.is_blocked]
            if lines:
                told[f"{self._name}:{quota.kind}:{_month(now)}:{lines[-1]:.0%}"] = quota.sentence()
        return told

    def saw_unpublished(self, now: datetime) -> None:
        """Note that a colleague came without a staff id: no version is published, or none he may see."""
        self._meter.add(f"{self._name}:unpublished", f"{now.astimezone(BEIJING):%Y-%m-%d}")

    def unpublished_today(self, now: datetime) -> int:
        """Return how many messages came without a staff id today."""
        return self._meter.total(f"{self._name}:unpublished", f"{now.astimezone(BEIJING):%Y-%m-%d}")


def _month(now: datetime) -> str:
    return f"{now.astimezone(BEIJING):%Y-%m}"


def _next_month(now: datetime) -> datetime:
    local = now.astimezone(BEIJING)
    first = (local.replace(day=1) + timedelta(days=32)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first.astimezone(UTC)


def _runs_out_on(used: int, limit: int, now: datetime) -> date | None:
    """Return the day on which `limit` is reached if weekdays go on like those of this month so far."""
    today = now.astimezone(BEIJING).date()
    gone = sum(1 for day in _days(today.replace(day=1), today) if day.weekday() < _WEEKDAYS)
    if not limit or not gone:
        return None
    left, pace = float(limit - used), used / gone
    if left <= 0:
        return today
    last = _next_month(now).astimezone(BEIJING).date() - timedelta(days=1)
    for day in _days(today + timedelta(days=1), last):
        left -= pace if day.weekday() < _WEEKDAYS else 0
        if left < 0:
            return day
    return None


def _days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += timedelta(days=1)
