"""A second look at the strips where watermarks stand, when the first look at the whole photo missed or doubted one.

The finder sees the whole photo at 960 pixels: small pale print on a busy ground is lost there and found in a strip. Only
what is missing or doubtful is looked for, so a well-read photo costs nothing more.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from bot.photo.engine import Engine
from bot.photo.fields import find_fields
from bot.photo.load import Pixels
from bot.photo.page import page_of
from bot.photo.reading import Box, Field, Line, PhotoKind
from bot.photo.unfinished import finished

FOOT, HEAD = (0.62, 1.0), (0.0, 0.3)
"""Shares of the picture's height."""
_NEEDED = ("date", "time", "address")
_PROVING = ("date", "time", "weekday")  # two readings of these that disagree prove nothing
_SURE = 0.85
_UNSURE = 0.8
_HALF = 0.6  # of the width: a watermark on one side fits in
_SIDE = 960
_BUSY = 12  # lines: a picture with more than that and no watermark is something else


@dataclass(frozen=True)
class Found:
    """What is known of a site photo: lines of the upright picture and the fields in them."""

    lines: tuple[Line, ...]
    fields: Mapping[str, Field]


@dataclass(frozen=True)
class View:
    """A part of the upright picture: where it begins, how much it was enlarged, whether its contrast was raised."""

    pixels: Pixels
    left: int
    top: int
    ratio: float = 1.0
    raised: bool = False

    def placed(self, lines: Sequence[Line]) -> tuple[Line, ...]:
        """Bring the lines read here to their places in the picture; raised contrast makes digits look surer than they are."""
        most = _UNSURE if self.raised else 1.0
        return tuple(
            replace(line, box=self._place(line.box), chars=tuple(min(most, sure) for sure in line.chars))
            for line in lines
        )

    def _place(self, box: Box) -> Box:
        a, b, c, d = ((round(x / self.ratio) + self.left, round(y / self.ratio) + self.top) for x, y in box)
        return a, b, c, d


def worth_it(kind: PhotoKind, found: Found) -> bool:
    """Tell whether something of a watermark is missing or doubtful."""
    if kind is PhotoKind.OTHER:
        return len(found.lines) <= _BUSY
    return kind is PhotoKind.SITE_PHOTO and not _complete(found.fields)


def look_closer(upright: Pixels, found: Found, engine: Engine) -> Found:
    """Read the strips, then their halves enlarged, then with the contrast raised, until nothing is missing."""
    size = (upright.shape[1], upright.shape[0])
    readings = {name: [field] for name, field in found.fields.items()}
    for strip in _strips(upright, found):
        for number, view in enumerate(_views(upright, strip, readings)):
            sheet = engine.read(view.pixels)
            if not number and (sheet.turn or not sheet.lines):
                break  # nothing stands there: looking closer makes only noise
            lines = () if sheet.turn else view.placed(finished(view.pixels, sheet.lines, engine))
            for name, field in find_fields(PhotoKind.SITE_PHOTO, page_of(lines, size)).items():
                readings.setdefault(name, []).append(field)
            found = Found(_with_new(found.lines, lines), {name: _chosen(tried) for name, tried in readings.items()})
            if _complete(found.fields):
                return found
            if not readings.keys() & set(_PROVING):
                break  # a sign, a screen, a cup with writing on it: no watermark
    return found


def _complete(fields: Mapping[str, Field]) -> bool:
    doubtful = any(fields[name].confidence < _SURE for name in (*_PROVING, *_NEEDED) if name in fields)
    return not doubtful and all(name in fields for name in _NEEDED)


def _strips(upright: Pixels, found: Found) -> list[tuple[float, float]]:
    """Where something of a watermark was read comes first, and alone; else both."""
    height = upright.shape[0]
    downs = [field.box[0][1] / height for name in _NEEDED if (field := found.fields.get(name)) and field.box]
    near = [strip for strip in (FOOT, HEAD) if any(strip[0] - 0.05 <= down <= strip[1] for down in downs)]
    return near or [FOOT, HEAD]


def _views(upright: Pixels, strip: tuple[float, float], readings: Mapping[str, Sequence[Field]]) -> Iterator[View]:
    """Yield what to look at; later views only when something is still missing after the earlier ones."""
    top, bottom = (round(share * upright.shape[0]) for share in strip)
    part = np.ascontiguousarray(upright[top:bottom])
    yield View(part, 0, top)
    width = upright.shape[1]
    middles = [(field.box[0][0] + field.box[2][0]) / 2 for tried in readings.values() for field in tried if field.box]
    half = round(_HALF * width)
    for left in sorted((0, width - half), key=lambda left: sum(abs(middle - left - half / 2) for middle in middles)):
        yield _enlarged(part[:, left : left + half], left, top)
    if not {"date", "time"} <= readings.keys():
        light = cv2.cvtColor(part, cv2.COLOR_RGB2LAB)
        light[..., 0] = cv2.createCLAHE(3.0, (8, 8)).apply(light[..., 0])
        yield View(np.asarray(cv2.cvtColor(light, cv2.COLOR_LAB2RGB), dtype=np.uint8), 0, top, raised=True)


def _enlarged(part: Pixels, left: int, top: int) -> View:
    ratio = max(1.0, _SIDE / part.shape[1])
    large = cv2.resize(part, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_CUBIC)
    return View(np.asarray(large, dtype=np.uint8), left, top, ratio)


def _with_new(lines: tuple[Line, ...], more: tuple[Line, ...]) -> tuple[Line, ...]:
    return lines + tuple(line for line in more if not any(_covers(line.box, known.box) for known in lines))


def _chosen(readings: Sequence[Field]) -> Field:
    """Choose the surest of some readings; of sure ones that go on from each other the longest; of a contradiction none surely."""
    best = max(readings, key=lambda field: field.confidence)
    longer = [field for field in readings if best.value in field.value and field.confidence >= _SURE]
    best = max(longer, key=lambda field: len(field.value), default=best)
    contradicted = any(field.value not in best.value and best.value not in field.value for field in readings)
    if contradicted and best.name in _PROVING:
        return replace(best, confidence=min(best.confidence, _UNSURE))
    return best


def _covers(box: Box, other: Box) -> bool:
    x, y = sum(point[0] for point in box) / 4, sum(point[1] for point in box) / 4
    xs, ys = [point[0] for point in other], [point[1] for point in other]
    return min(xs) <= x <= max(xs) and min(ys) <= y <= max(ys)
