"""Red company seals (R02): red ink by colour, then a ring, oval or square fitted to it.

Colour alone calls every red thing a seal; a shape alone misses faint ink. A seal is a thin closed outline in red ink on
pale paper, empty just outside, with writing inside. Works on a 900-pixel copy.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import cv2
import numpy as np
import numpy.typing as npt

from bot.photo.load import Pixels
from bot.photo.reading import Box

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Shape = Literal["round", "square"]

SIDE = 900
CERTAIN = 0.88
POSSIBLE = 0.84  # enough to clean the ink away before reading, not enough to speak of a seal
_INK = 0.10  # how much redder than its surroundings
_BINS = 72
_SMALLEST, _LARGEST = 0.03, 0.56  # half width, as a share of the picture's shorter side
_NARROWEST = 0.5
_MIN_INK = 60  # pixels
_PALE = 0.45  # share of the ground inside that must look like paper
_AROUND, _SOME_PAPER = 41, 0.3
_GREY_CHROMA = 7.0
_CIRCLES = 40
_VOTES = ((2, _SMALLEST, 0.3), (4, 0.25, _LARGEST))  # shrink, radii as a share of the shorter side


@dataclass(frozen=True, slots=True)
class Outline:
    """A seal's edge: centre, half axes, tilt in degrees, in pixels of the picture given; `score` 0…1."""

    x: float
    y: float
    a: float
    b: float
    tilt: float
    shape: Shape = "round"
    score: float = 0.0

    def box(self, grow: float = 1.0) -> Box:
        """Return the upright square around it."""
        half = max(self.a, self.b) * grow
        left, right = round(self.x - half), round(self.x + half)
        top, bottom = round(self.y - half), round(self.y + half)
        return ((left, top), (right, top), (right, bottom), (left, bottom))

    def scaled(self, ratio: float) -> "Outline":
        """Return the same outline on a picture `ratio` times as big."""
        return replace(self, x=self.x * ratio, y=self.y * ratio, a=self.a * ratio, b=self.b * ratio)

    def turned(self, quarters: int, width: int, height: int) -> "Outline":
        """Follow the picture (its old size given) when it is turned counter-clockwise."""
        one = self
        for _ in range(quarters % 4):
            one = replace(one, x=one.y, y=width - one.x, tilt=one.tilt - 90)
            width, height = height, width
        return one


@dataclass(frozen=True, slots=True)
class Ink:
    """Red pixels of a small copy: their places, and the copy itself to judge the ground by."""

    red: Floats
    xs: npt.NDArray[np.int64]
    ys: npt.NDArray[np.int64]
    pale: Mask


def find_outlines(pixels: Pixels) -> list[Outline]:
    """Find what may be seals, best first, scores from POSSIBLE up."""
    shrink = max(1.0, max(pixels.shape[:2]) / SIDE)
    size = (max(1, round(pixels.shape[1] / shrink)), max(1, round(pixels.shape[0] / shrink)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    pale = _pale(small)
    red = redness(small) * _on_paper(pale)
    ys, xs = np.nonzero(red > _INK)
    if len(xs) < _MIN_INK:
        return []
    ink = Ink(red, xs, ys, pale)
    seen = sorted(_judged(ink), key=lambda one: -one.score)
    return [one.scaled(shrink) for one in _apart(seen) if one.score >= POSSIBLE]


def redness(small: Floats) -> Floats:
    """Measure how much redder each pixel is than the paper around it, 0…1."""
    red, other = small[..., 0], np.maximum(small[..., 1], small[..., 2])
    share = (red - other) / np.maximum(red, 48.0)
    ground = cv2.medianBlur(np.clip(share * 255 + 64, 0, 255).astype(np.uint8), 61).astype(np.float32)
    return np.clip(share - np.maximum(0.0, (ground - 64) / 255), 0.0, 1.0).astype(np.float32)


def is_grey(pixels: Pixels) -> bool:
    """Tell a black-and-white copy, on which a seal's colour cannot show."""
    small = cv2.resize(pixels, (200, 200), interpolation=cv2.INTER_AREA).astype(np.float32)
    chroma = small.max(axis=2) - small.min(axis=2)
    return bool(np.percentile(chroma, 98) < _GREY_CHROMA)


def without_ink(pixels: Pixels, outlines: list[Outline]) -> Pixels:
    """Take the red ink off: under a seal only the red channel is kept, in which red ink is nearly as pale as paper."""
    clean = pixels.copy()
    height, width = pixels.shape[:2]
    for one in outlines:
        (left, top), _, (right, bottom), _ = one.box(1.12)
        left, top, right, bottom = max(0, left), max(0, top), min(width, right), min(height, bottom)
        if right - left < 4 or bottom - top < 4:
            continue
        red = pixels[top:bottom, left:right, 0].astype(np.float32)
        paper = max(1.0, float(np.percentile(red, 90)))
        flat = np.clip(red / (0.82 * paper), 0, 1) * paper
        clean[top:bottom, left:right] = flat.astype(np.uint8)[..., None]
    return clean


def unrolled(pixels: Pixels, one: Outline, *, height: int = 64) -> Pixels:
    """Unroll the writing along the ring to a straight strip, starting at the bottom, clockwise."""
    width = round(height * 2 * np.pi * 0.78 / 0.34)
    angles = np.linspace(np.pi / 2, np.pi / 2 + 2 * np.pi, width, dtype=np.float32)[None, :]
    radii = np.linspace(0.95, 0.61, height, dtype=np.float32)[:, None]
    tilt = np.deg2rad(one.tilt)
    u = radii * np.cos(angles - tilt) * one.a
    v = radii * np.sin(angles - tilt) * one.b
    x = one.x + u * np.cos(tilt) - v * np.sin(tilt)
    y = one.y + u * np.sin(tilt) + v * np.cos(tilt)
    strip = cv2.remap(pixels, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR)
    return np.asarray(strip, dtype=np.uint8)


def _pale(small: Floats) -> Mask:
    bright = small.max(axis=2)
    chroma = bright - small.min(axis=2)
    return np.asarray((bright > 0.45 * np.percentile(bright, 95)) & (chroma < 0.3 * bright), dtype=np.bool_)


def _on_paper(pale: Mask) -> Mask:
    """Keep what has paper around it: a red cloth under the page would drown the seal in the vote."""
    around = cv2.blur(pale.astype(np.float32), (_AROUND, _AROUND))
    return np.asarray(around > _SOME_PAPER, dtype=np.bool_)


def _judged(ink: Ink) -> Iterator[Outline]:
    short = min(ink.red.shape)
    for guess in (*_circles(ink.red, short), *_blobs(ink.red > _INK, short)):
        one = guess
        for _ in range(2):
            one = _refined(one, ink) or one
        half, long = min(one.a, one.b), max(one.a, one.b)
        if half > _SMALLEST * short and half > _NARROWEST * long and long < _LARGEST * short:
            yield replace(one, score=_score(one, ink))


def _circles(red: Floats, short: int) -> Iterator[Outline]:
    """Vote for circles on smaller copies: faster, and rings are thick enough to survive it."""
    for shrink, least, most in _VOTES:
        copy = cv2.resize(red, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
        picture = cv2.GaussianBlur(np.clip(copy * 500, 0, 255).astype(np.uint8), (3, 3), 0)
        smallest, largest = max(8, round(short * least / shrink)), max(12, round(short * most / shrink))
        apart = short * 0.06 / shrink
        found: Any = cv2.HoughCircles(picture, cv2.HOUGH_GRADIENT, 2, apart, None, 120, 40, smallest, largest)
        for x, y, radius in [] if found is None else found[0][:_CIRCLES]:
            yield Outline(float(x) * shrink, float(y) * shrink, float(radius) * shrink, float(radius) * shrink, 0.0)


def _blobs(mask: Mask, short: int) -> Iterator[Outline]:
    closed = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:8]:
        hull = cv2.convexHull(contour)
        _, _, width, height = cv2.boundingRect(contour)
        if len(hull) < 5 or min(width, height) < 2 * _SMALLEST * short:
            continue
        (x, y), (across, along), tilt = cv2.fitEllipse(hull)
        yield Outline(x, y, across / 2, along / 2, tilt)
        (x, y), (across, along), tilt = cv2.minAreaRect(contour)
        yield Outline(x, y, across / 2, along / 2, tilt, "square")


def _polar(one: Outline, ink: Ink) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Return each ink pixel's distance (1 = on the outline) and its sector."""
    tilt = np.deg2rad(one.tilt)
    dx, dy = ink.xs - one.x, ink.ys - one.y
    u = (dx * np.cos(tilt) + dy * np.sin(tilt)) / max(one.a, 1.0)
    v = (dy * np.cos(tilt) - dx * np.sin(tilt)) / max(one.b, 1.0)
    away = np.hypot(u, v) if one.shape == "round" else np.maximum(np.abs(u), np.abs(v))
    sector = ((np.arctan2(v, u) + np.pi) / (2 * np.pi) * _BINS).astype(np.int64) % _BINS
    return away.astype(np.float32), sector


def _refined(one: Outline, ink: Ink) -> Outline | None:
    """Fit an ellipse again to the outermost ink in each direction; squares stay as they are."""
    if one.shape == "square":
        return None
    away, sector = _polar(one, ink)
    near = np.nonzero((away > 0.8) & (away < 1.2))[0]
    order = near[np.lexsort((away[near], sector[near]))]
    last = np.nonzero(np.diff(np.append(sector[order], _BINS)))[0]
    edge = order[last]
    if len(edge) < _BINS // 3:
        return None
    points = np.column_stack([ink.xs[edge], ink.ys[edge]]).astype(np.float32)
    (x, y), (across, along), tilt = cv2.fitEllipseAMS(points)
    if not np.isfinite([x, y, across, along, tilt]).all() or min(across, along) < 8:
        return None
    return Outline(x, y, across / 2, along / 2, tilt)


def _score(one: Outline, ink: Ink) -> float:
    """Score a closed outline, empty outside, some writing inside (neither empty nor solid), pale ground."""
    away, sector = _polar(one, ink)
    pixel = 1.5 / max(6.0, min(one.a, one.b))
    ring = _closed(sector[(away > 0.95 - pixel) & (away < 1.03 + pixel)])
    outside = _closed(sector[(away > 1.10 + pixel) & (away < 1.2 + pixel)])
    area = (np.pi if one.shape == "round" else 4.0) * one.a * one.b
    inside = float(((away > 0.25) & (away < 0.85)).sum()) / (area * (0.85**2 - 0.25**2))
    band = float(((away > 0.93) & (away < 1.05)).sum()) / (area * (1.05**2 - 0.93**2))
    doubts = (not 0.04 < inside < 0.6) + (band > 0.85) + (_ground(one, ink) < _PALE)
    return ring - 0.4 * outside - 0.3 * doubts


def _closed(sectors: npt.NDArray[np.int64]) -> float:
    return len(np.unique(sectors)) / _BINS


def _ground(one: Outline, ink: Ink) -> float:
    """Share of what is not ink inside the outline that looks like paper."""
    inside = np.zeros(ink.red.shape, dtype=np.uint8)
    axes = (max(1, round(one.a * 0.9)), max(1, round(one.b * 0.9)))
    cv2.ellipse(inside, (round(one.x), round(one.y)), axes, one.tilt, 0, 360, 1, -1)
    bare = (inside > 0) & (ink.red <= _INK / 2)
    return float(ink.pale[bare].mean()) if bare.any() else 0.0


def _apart(outlines: list[Outline]) -> Iterator[Outline]:
    """Keep the best of outlines that overlap."""
    kept: list[Outline] = []
    for one in outlines:
        if all(np.hypot(one.x - other.x, one.y - other.y) > 0.5 * max(other.a, other.b) for other in kept):
            kept.append(one)
            yield one
