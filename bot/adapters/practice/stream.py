"""Server-sent events: hints that something changed, for whom, and what time it is here."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any, Final

from bot.adapters.practice.bell import Bell
from bot.adapters.practice.stage import Stage
from models import practice
from models.db import Database
from models.practice import DIRECT, PracticeMessage

LOOK_EVERY: Final = 1.0
BEAT_EVERY: Final = 10
MOST_STREAMS: Final = 8
"""Each open page holds one thread of the web server; a ninth page ends the oldest stream, which then comes back by itself."""


class Streams:
    """Hands out event streams."""

    def __init__(self, database: Database, bell: Bell, stage: Stage) -> None:
        self._database = database
        self._bell = bell
        self._stage = stage
        self._lock = threading.Lock()
        self._opened = 0

    def open(self) -> Iterator[str]:
        """Return the text of one stream, from now on."""
        with self._lock:
            self._opened += 1
            number = self._opened
        with self._database.read() as session:
            seen = practice.latest_change(session)
        return self._run(number, seen)

    def _run(self, number: int, seen: int) -> Iterator[str]:
        bell = self._bell
        moves, resets, quiet = bell.moves, bell.resets, 0
        yield "retry: 1000\n\n" + _event("clock", self._time())
        while not bell.stopped and number > self._opened - MOST_STREAMS:
            viewers, latest = self._changed(seen)
            said = ""
            if resets != bell.resets:
                resets, viewers, said = bell.resets, [], _event("reset", {})
            if moves != bell.moves:
                moves, said = bell.moves, said + _event("clock", self._time())
            if viewers:
                said += _event("change", {"viewers": viewers, "cursor": latest})
            seen, quiet = latest, 0 if said else quiet + 1
            if said or quiet >= BEAT_EVERY:
                quiet = 0
                yield said or ": still here\n\n"
            bell.wait(LOOK_EVERY)

    def _changed(self, seen: int) -> tuple[list[str], int]:
        with self._database.read() as session:
            latest = practice.latest_change(session)
            if latest == seen:
                return [], latest
            members = practice.members(session)
            viewers: set[str] = set()
            for message in practice.find(session, PracticeMessage.change > seen):
                here = [message.chat_id] if message.chat_kind == DIRECT else members.get(message.chat_id, [])
                viewers.update(here)
            return sorted(viewers), latest

    def _time(self) -> dict[str, Any]:
        return clock_json(self._stage)


def clock_json(stage: Stage) -> dict[str, Any]:
    """Return what a page needs to show the practice clock."""
    return {"now": stage.clock.now().isoformat(), "frozen": stage.is_frozen}


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
