"""WeCom's limits, kept on our side: what it would drop without a word is never sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.adapters.board import Board, MemoryBoard, State
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
_PARKED: Final = "wecom.parked:"
_UNTIL: Final = "until"  # seconds since 1970
_TIMES: Final = "times"  # in a row
CROWDED_MINUTES: Final = frozenset({0, 30})
"""Minutes of the hour at which WeCom advises against bulk sending; the outbox keeps pushes off them."""


class Parking:
    """What to do after 45009: leave that call alone for a minute, then an hour, then until the next day.

    Each minute, hour and day limit of WeCom blocks for about as long as it counts; calling on makes it longer. Processes that share
    a board rest together; each looks there once a second at most.
    """

    _STAGES: Final = (_MINUTE, _HOUR)
    _CALM: Final = timedelta(hours=2)
    _KEEP: Final = timedelta(days=1) + _CALM
    _LOOK_EVERY: Final = timedelta(seconds=1)

    def __init__(self, *, now: Callable[[], datetime], zone: ZoneInfo, board: Board | None = None) -> None:
        self._now = now
        self._zone = zone
        self._board = MemoryBoard() if board is None else board
        self._seen: dict[str, tuple[datetime, float]] = {}  # call → (when we looked, until when it rests)

    def seconds(self, call: str) -> float:
        """Return for how long `call` is left alone; 0 when it may be made."""
        now = self._now()
        looked_at, until = self._seen.get(call, (None, 0.0))
        if looked_at is None or not timedelta() <= now - looked_at < self._LOOK_EVERY:
            until = self._board.read(_PARKED + call).get(_UNTIL, 0.0)
            self._seen[call] = now, until
        return max(0.0, until - now.timestamp())

    def park(self, call: str) -> float:
        """Leave `call` alone for longer than the last time; returns the seconds."""
        now = self._now()

        def work(notes: Mapping[str, State]) -> float:
            note = notes[_PARKED + call]
            until, times = note.get(_UNTIL, 0.0), note.get(_TIMES, 0)
            if until > now.timestamp():  # several calls of one moment met the same limit
                return float(until)
            times = 0 if now.timestamp() - until > self._CALM.total_seconds() else times
            end = now + self._STAGES[times] if times < len(self._STAGES) else self._midnight(now)
            note[_UNTIL], note[_TIMES] = end.timestamp(), times + 1
            return end.timestamp()

        keep = self._KEEP.total_seconds()
        until = self._board.change([_PARKED + call], work, now=now.timestamp(), keep=keep)
        self._seen[call] = now, until
        return until - now.timestamp()

    def _midnight(self, now: datetime) -> datetime:
        local = now.astimezone(self._zone) + timedelta(days=1)
        return local.replace(hour=0, minute=1, second=0, microsecond=0).astimezone(now.tzinfo)
