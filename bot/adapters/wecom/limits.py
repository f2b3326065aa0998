"""WeCom's limits, kept on our side: what it would drop without a word is never sent."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.adapters.windows import Limit

_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)

PERSON: Final[tuple[Limit, ...]] = ((_MINUTE, 28), (_HOUR, 950))
"""App → one member: 30 a minute, 1000 an hour, and the excess is dropped with errcode 0."""
SESSION: Final[tuple[Limit, ...]] = ((_MINUTE, 28), (_HOUR, 950))
"""AI bot → one session: replies and pushes together 30 a minute, 1000 an hour."""
WEBHOOK: Final[tuple[Limit, ...]] = ((_MINUTE, 18),)
"""Group robot: 20 a minute; whether the window slides is not documented, so ours does."""
CHAT_MEMBER: Final[tuple[Limit, ...]] = ((_MINUTE, 150),)
"""App → one group: a member takes 200 a minute from one app."""

MAX_RECIPIENTS: Final = 1000
CROWDED_MINUTES: Final = frozenset({0, 30})
"""Minutes of the hour at which WeCom advises against bulk sending; the outbox keeps pushes off them."""


class Parking:
    """What to do after 45009: leave that call alone for a minute, then an hour, then until the next day.

    Each minute, hour and day limit of WeCom blocks for about as long as it counts; calling on makes it longer.
    """

    _STAGES: Final = (_MINUTE, _HOUR)
    _CALM: Final = timedelta(hours=2)

    def __init__(self, *, now: Callable[[], datetime], zone: ZoneInfo) -> None:
        self._now = now
        self._zone = zone
        self._parked: dict[str, tuple[datetime, int]] = {}  # call → (until, how often in a row)
        self._guard = threading.Lock()

    def seconds(self, call: str) -> float:
        """Return for how long `call` is left alone; 0 when it may be made."""
        with self._guard:
            until, _ = self._parked.get(call, (self._now(), 0))
            return max(0.0, (until - self._now()).total_seconds())

    def park(self, call: str) -> float:
        """Leave `call` alone for longer than the last time; returns the seconds."""
        with self._guard:
            now = self._now()
            until, times = self._parked.get(call, (now, 0))
            if until > now:  # several calls of one moment met the same limit
                return (until - now).total_seconds()
            times = 0 if now - until > self._CALM else times
            end = now + self._STAGES[times] if times < len(self._STAGES) else self._midnight(now)
            self._parked[call] = (end, times + 1)
            return (end - now).total_seconds()

    def _midnight(self, now: datetime) -> datetime:
        local = now.astimezone(self._zone) + timedelta(days=1)
        return local.replace(hour=0, minute=1, second=0, microsecond=0).astimezone(now.tzinfo)
