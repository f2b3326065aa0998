"""What the adapter shares with the rest of the program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.adapters.board import Board, MemoryBoard
from bot.adapters.lease import Lease
from bot.adapters.token import TokenStore
from bot.adapters.wecom.bot_frames import Pace
from bot.adapters.wecom.upload import MediaSource


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Shared stores, our own copies of attachments, and the clock; `now` is real time, aware UTC."""

    tokens: TokenStore
    lease: Lease
    media: MediaSource
    now: Callable[[], datetime]
    pace: Pace = field(default_factory=Pace)
    board: Board = field(default_factory=MemoryBoard)
