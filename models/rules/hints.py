"""Yellow hints about evidence: worth a look by the line above, never a verdict, never held against anybody (M6, M7, M20, V13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from math import cos, hypot, radians, sqrt
from typing import Final

SCREEN_LIKE: Final = 0.4  # share of the tiles of a picture with the same pattern
CLOCKS_APART: Final = timedelta(minutes=15)
SAME_TIMES: Final = 3  # visits with the very same six decimals: a real receiver jitters by metres
STEADY_VISITS: Final = 6
STEADY_METRES: Final = 0.5
BATCH: Final = 12
BATCH_WITHIN: Final = timedelta(minutes=5)
_METRES_A_DEGREE = 111_320.0

Point = tuple[float, float]


class Hint(StrEnum):
    """What caught the eye; `bot/cards/drill_down.py` has a sentence for each."""

    SEEN_BEFORE = "seen_before"
    SEEN_EXPLAINED = "seen_explained"
    SAME_CHAT = "same_chat"
    SCREEN = "screen"
    EXIF_WATERMARK = "exif_watermark"
    EXIF_RECEIVED = "exif_received"
    FROZEN = "frozen"
    STEADY = "steady"

    def of(self, count: int) -> str:
        """Return the hint with its number, as it is stored: "frozen:3"."""
        return f"{self.value}:{count}"


def parted(stored: str) -> tuple[Hint, int]:
    """Return a stored hint and its number, 0 without one."""
    name, _, count = stored.partition(":")
    return Hint(name), int(count or 0)


def clock_hints(exif_at: datetime | None, watermark_at: datetime | None, received_at: datetime) -> list[str]:
    """Compare the camera's own note with the watermark, or without one with the receipt; exactly 15 minutes is no hint."""
    if exif_at is None:
        return []
    hint, other = (Hint.EXIF_WATERMARK, watermark_at) if watermark_at else (Hint.EXIF_RECEIVED, received_at)
    apart = abs((other or received_at) - exif_at)
    return [hint.of(int(apart.total_seconds()) // 60)] if apart > CLOCKS_APART else []


def screen_hints(moire: float) -> list[str]:
    """Say when a picture has the pattern of a photographed screen."""
    return [Hint.SCREEN] if moire >= SCREEN_LIKE else []


def place_hints(now: Point, earlier: Sequence[Point]) -> list[str]:
    """Compare a place with those of the same person's earlier visits (M7).

    `earlier` are degrees, one a visit. Six equal decimals on the third visit, or six visits within half a metre, are hints.
    """
    same = 1 + sum(_six(point) == _six(now) for point in earlier)
    if same >= SAME_TIMES:
        return [Hint.FROZEN.of(same)]
    near = [point for point in [now, *earlier] if _metres(point, now) < 50]
    if len(near) >= STEADY_VISITS and _spread(near) < STEADY_METRES:
        return [Hint.STEADY.of(len(near))]
    return []


def burst_of(times: Sequence[datetime]) -> int:
    """Return the most changes within five minutes, or 0 when they never reach 12 (V13); `times` are in order."""
    most = start = 0
    for end, at in enumerate(times):
        while at - times[start] > BATCH_WITHIN:
            start += 1
        most = max(most, end - start + 1)
    return most if most >= BATCH else 0


def _six(point: Point) -> tuple[str, str]:
    return f"{point[0]:.6f}", f"{point[1]:.6f}"


def _metres(one: Point, other: Point) -> float:
    east = (one[1] - other[1]) * cos(radians(one[0]))
    return _METRES_A_DEGREE * hypot(one[0] - other[0], east)


def _spread(points: Sequence[Point]) -> float:
    middle = (sum(lat for lat, _ in points) / len(points), sum(lng for _, lng in points) / len(points))
    return sqrt(sum(_metres(point, middle) ** 2 for point in points) / len(points))
