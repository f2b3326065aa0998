"""Places on one map and how sure they are (V02): a browser speaks WGS-84, Chinese maps and chats GCJ-02."""

from __future__ import annotations

from math import cos, pi, sin, sqrt
from typing import Final

from models.rules.photo import Finding, Reason, Verdict, check_radius

WGS84: Final = "wgs84"
GCJ02: Final = "gcj02"

_AXIS: Final = 6_378_245.0  # the Krasovsky ellipsoid the Chinese grid was laid on
_SQUEEZED: Final = 0.006693421622965943
_CHINA: Final = ((0.8293, 55.8271), (72.004, 137.8347))  # degrees: latitudes, longitudes

Point = tuple[float, float]


def on_one_map(point: Point, system: str) -> Point:
    """Return a point (degrees) as Chinese maps have it: up to 700 m from what a satellite says, inside China only."""
    lat, lng = point
    (south, north), (west, east) = _CHINA
    if system != WGS84 or not (south <= lat <= north and west <= lng <= east):
        return point
    up, right = _shift(lng - 105.0, lat - 35.0)
    slope = 1 - _SQUEEZED * sin(lat / 180 * pi) ** 2
    up = up * 180 / ((_AXIS * (1 - _SQUEEZED)) / (slope * sqrt(slope)) * pi)
    right = right * 180 / (_AXIS / sqrt(slope) * cos(lat / 180 * pi) * pi)
    return lat + up, lng + right


def _shift(x: float, y: float) -> Point:
    """Return by how many metres north and east the grid bends at a point."""
    common = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    up = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + common
    up += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    up += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    right = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + common
    right += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    right += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    return up, right


def check_place(metres: float, *, radius_m: int, accuracy_m: float | None) -> Finding:
    """Compare a distance with the radius, as far as the fix is sure of it (V02).

    `accuracy_m` is the radius the phone itself gives (None: a place chosen on a map). What the fix cannot tell is not held
    against anybody: it cannot be read, and counts as weak.
    """
    finding = check_radius(metres, radius_m=radius_m)
    if accuracy_m is None:
        return finding
    surely_out = metres - accuracy_m > radius_m
    if surely_out or (finding.verdict is Verdict.AGREES and accuracy_m <= radius_m):
        return finding
    return Finding("radius", Verdict.CANNOT_READ, str(radius_m), finding.read, 0.5, Reason.UNSURE)
