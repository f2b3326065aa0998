"""DingTalk's HMAC signatures, in and out, and the memory that makes a captured one worthless."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from bot.adapters.board import Board, MemoryBoard, State

WINDOW: Final = timedelta(hours=1)
_KEEP: Final = 2 * WINDOW.total_seconds() + 1
_SAME_INSTANT: Final = 2.0  # seconds
_SCOPE: Final = "dingtalk.replay:"
_MILLISECONDS_FROM: Final = 10**11  # a smaller number counts seconds: some event pushes do


class Refused(Exception):  # noqa: N818 - what happened to a request
    """A request that is not from DingTalk, too old, or seen before. `reason` is a short word for log and counter."""

    def __init__(self, reason: str, status: int = 403) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


def sign_robot(timestamp: str, secret: str) -> str:
    """Return the `sign` of robot messages and group webhooks (Base64, not URL-encoded)."""
    return _sign(secret, f"{timestamp}\n{secret}")


def sign_card(timestamp: str, secret: str) -> str:
    """Return the `x-ddpaas-signature` of card callbacks."""
    return _sign(secret, timestamp)


def check_sign(given: str, wanted: str) -> None:
    """Compare in constant time; raises `Refused`."""
    if not hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode()):
        raise Refused("bad signature")


def check_time(timestamp: str, now: datetime) -> None:
    """Refuse what was signed more than an hour before or after `now`."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 16):
        raise Refused("no timestamp")
    stamp = int(timestamp) if int(timestamp) >= _MILLISECONDS_FROM else int(timestamp) * 1000
    if abs(stamp - _milliseconds(now)) > WINDOW // timedelta(milliseconds=1):
        raise Refused("stale timestamp")


class ReplayMemory:
    """Remembers which signed timestamps were used, and for what.

    DingTalk's signature covers the timestamp and not the body, so a captured pair of headers would open the door for an hour.
    Here it opens once: the same body is refused for good, and another body under the same pair passes only within two seconds of
    the first, because two people may well write in the same millisecond. Processes that share a board refuse what another took.
    """

    def __init__(self, board: Board | None = None) -> None:
        self._board = MemoryBoard() if board is None else board

    def check(self, pair: str, body: str, now: datetime) -> None:
        """Raise `Refused` if `body` must not come in under `pair` any more."""
        use = self._board.read(_SCOPE + pair)
        if use and (body in use["bodies"] or now.timestamp() - use["first_at"] > _SAME_INSTANT):
            raise Refused("replayed", 409)

    def remember(self, pair: str, body: str, now: datetime) -> None:
        """Note that `body` came in under `pair` and was stored."""

        def work(notes: Mapping[str, State]) -> None:
            use = notes[_SCOPE + pair]
            use.setdefault("first_at", now.timestamp())
            use["bodies"] = sorted({*use.get("bodies", ()), body})

        # signed up to an hour ahead, valid an hour after that
        self._board.change([_SCOPE + pair], work, now=now.timestamp(), keep=_KEEP)


def _sign(secret: str, words: str) -> str:
    return b64encode(hmac.new(secret.encode(), words.encode("utf-8", "replace"), sha256).digest()).decode()


def _milliseconds(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
