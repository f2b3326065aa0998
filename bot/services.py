"""What one process shares between turns; built by `bot.app`, handed to every turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.adapters.base import Adapter
from bot.clock import Clock
from bot.command import Registry
from bot.media import MediaStore
from bot.outbox import Outbox
from bot.settings import Settings
from models.db import Database
from models.rules.workday import WorkCalendar


class Reader(Protocol):
    """Reads pictures (`bot.photo.PhotoReader`)."""

    def read(self, data: bytes) -> Any:
        """Return a `bot.photo.Reading`; never raises."""

    def masked_copy(self, data: bytes, reading: Any) -> bytes | None:
        """Return what others may see of a picture that was read; None when it does not open."""

    def cut_out(self, data: bytes, box: Any, *, turn: int = 0) -> bytes | None:
        """Return a part of a picture that was read; None when it does not open."""


@dataclass(slots=True)
class Services:
    """Shared parts. `extras` holds what features cache between turns, by name (e.g. the customer index)."""

    settings: Settings
    database: Database
    clock: Clock
    calendar: WorkCalendar
    outbox: Outbox
    media: MediaStore
    registry: Registry
    secret: bytes
    adapters: Mapping[str, Adapter] = field(default_factory=dict)
    reader: Reader | None = None
    extras: dict[str, Any] = field(default_factory=dict)
