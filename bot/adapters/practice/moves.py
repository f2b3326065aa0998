"""Where the practice clock is asked to go."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from bot.adapters.practice.wire import ApiError, ClockIn

FARTHEST: Final = timedelta(days=3 * 366)
WALL: Final = ZoneInfo("Asia/Shanghai")
"""What a time without an offset is meant in."""
_DURATION: Final = TypeAdapter(timedelta)


def target(move: ClockIn, now: datetime) -> datetime:
    """Return the instant (aware) to move to; raises ApiError for both, neither, the past or too far."""
    if (move.advance is None) == (move.to is None):
        raise ApiError("advance 和 to 填一个：advance 如 PT48H，to 如 2026-11-18T09:00:00+08:00。")
    to = now + _duration(move.advance) if move.advance is not None else _instant(move.to or "")
    if to < now:
        raise ApiError("练习时钟只能往前走。")
    if to - now > FARTHEST:
        raise ApiError("一次最多往前走三年。")
    return to


def _duration(text: str) -> timedelta:
    try:
        span = _DURATION.validate_python(text) if text.lstrip("+-").startswith("P") else None
    except (ValidationError, OverflowError):
        span = None
    if span is None:
        raise ApiError("advance 要写成时长，如 PT15M、PT48H、P1D。")
    if abs(span) > FARTHEST:
        raise ApiError("一次最多往前走三年。")
    return span


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=WALL)).astimezone(ZoneInfo("UTC"))
    except (ValueError, OverflowError):
        raise ApiError("to 要写成时间，如 2026-11-18T09:00:00+08:00。") from None
