"""From the bytes of a file to a Reading. Runs in the reading child only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from time import monotonic

import cv2
import numpy as np

from bot.photo.classify import PAPERS, UNSEALED, classify
from bot.photo.doubts import look_again
from bot.photo.engine import Engine, Sheet
from bot.photo.fields import find_fields
from bot.photo.fingerprint import fingerprint
from bot.photo.geometry import turned
from bot.photo.load import Picture, Pixels, RefusedPhotoError, is_pdf, load_picture
from bot.photo.page import middle_of, page_of
from bot.photo.pages import load_pages
from bot.photo.reading import Box, Field, Line, PhotoKind, Point, Problem, Quality, Reading, Seal
from bot.photo.ring import with_ring
from bot.photo.seal import CERTAIN, Outline, find_outlines, is_grey, unrolled, without_ink
from bot.photo.strips import Found, look_closer, worth_it
from bot.photo.unfinished import finished

_QUALITY_SIDE = 960
_BLURRED_BELOW = 30.0
_DARK_BELOW = 45.0
_UNSEEN = 0.9
_SUBJECT = 0.35  # a seal bigger than this share is the subject of the picture, not a stamp on a page
_LEGIBLE = 0.8
_RINGS = 2
_SHORTEST_NAME = 6


def look(data: bytes, engine: Engine, *, expect: PhotoKind | None = None) -> Reading:
    """Read one file; every failure comes back as `Reading.problem`."""
    started = monotonic()
    try:
        reading = (
            _best_page(load_pages(data), engine, expect) if is_pdf(data) else _read(load_picture(data), engine, expect)
        )
    except RefusedPhotoError as refusal:
        reading = Reading(problem=refusal.problem)
    except MemoryError:
        reading = Reading(problem=Problem.OUT_OF_MEMORY)
    return replace(reading, engine=engine.name, took_ms=round((monotonic() - started) * 1000))


def _best_page(pages: Iterable[Picture], engine: Engine, expect: PhotoKind | None) -> Reading:
    """Read the first pages of a scan and keep the one that shows most: the expected kind, else any known kind."""
    best, best_worth = Reading(problem=Problem.EMPTY), -1
    for number, picture in enumerate(pages):
        reading = replace(_read(picture, engine, expect), page=number)
        worth = 100 * (reading.kind == expect) + 10 * (reading.kind is not PhotoKind.OTHER) + len(reading.fields)
        if worth > best_worth:
            best, best_worth = reading, worth
    return best


def _read(picture: Picture, engine: Engine, expect: PhotoKind | None) -> Reading:
    outlines = find_outlines(picture.pixels)
    largest = _SUBJECT * min(picture.pixels.shape[:2])
    stamped = [one for one in outlines if one.shape == "round" and one.b < largest]
    clean = without_ink(picture.pixels, stamped) if stamped else picture.pixels
    sheet, kind, sure, fields = _understood(clean, engine, expect)
    height, width = picture.pixels.shape[:2]
    size = (height, width) if sheet.turn % 2 else (width, height)
    seals = [one.turned(sheet.turn, width, height) for one in company_seals(outlines, kind)]
    upright = turned(picture.pixels, sheet.turn)
    rings = tuple(ring for one in seals[:_RINGS] if (ring := _ring(upright, one, engine)))
    seal = _seal(picture.pixels, seals, rings)
    red = _seal_lines(picture.pixels, stamped, sheet, engine) + rings
    reading = Reading(
        kind=kind,
        kind_confidence=sure,
        lines=sheet.lines + red,
        fields=with_ring(kind, fields, rings, middle_of(page_of(sheet.lines, size))),
        exif=picture.exif,
        size=size,
        seal=seal,
        quality=quality_of(picture.pixels),
        turn=sheet.turn * 90,
        print=fingerprint(picture.pixels),
    )
    return _scaled(reading, picture.scale)


def _understood(
    clean: Pixels, engine: Engine, expect: PhotoKind | None
) -> tuple[Sheet, PhotoKind, float, Mapping[str, Field]]:
    """Read the lines, tell what the picture shows and find its fields, looking closer where something is missing or doubtful."""
    sheet = engine.read(clean)
    if not sheet.lines:
        sheet = Sheet(0, ())  # nothing was legible: neither was which way is up
    upright = turned(clean, sheet.turn)
    size = (upright.shape[1], upright.shape[0])
    sheet = replace(sheet, lines=finished(upright, sheet.lines, engine))
    page = page_of(sheet.lines, size)
    kind, sure = classify(page, expect=expect)
    found = Found(sheet.lines, find_fields(kind, page))
    if worth_it(kind, found):
        found = look_closer(upright, found, engine)
        page = page_of(found.lines, size)
        kind, sure = classify(page, expect=expect)
        found = found if kind is PhotoKind.SITE_PHOTO else Found(found.lines, find_fields(kind, page))
    found = look_again(kind, upright, found, engine)
    return replace(sheet, lines=found.lines), kind, sure, found.fields


def company_seals(outlines: Iterable[Outline], kind: PhotoKind) -> list[Outline]:
    """Keep the outlines that are surely a company's seal on a page of this kind."""
    if kind in UNSEALED:
        return []
    return [one for one in outlines if one.score >= CERTAIN and (one.shape == "round" or kind in PAPERS)]


def _seal(pixels: Pixels, seals: Sequence[Outline], rings: Sequence[Line]) -> Seal:
    """Say whether a seal is there; where its colour cannot show, say that."""
    if not seals:
        spoilt = is_grey(pixels) or quality_of(pixels).blurred
        return Seal("cannot_tell" if spoilt else "not_seen", confidence=0.0 if spoilt else _UNSEEN)
    box = seals[0].box()
    text = next((ring.text for ring in rings if ring.box == box and ring.confidence >= _LEGIBLE), None)
    return Seal("present", box, text, round(seals[0].score, 2))


def _seal_lines(pixels: Pixels, stamped: Sequence[Outline], sheet: Sheet, engine: Engine) -> tuple[Line, ...]:
    """Read what is printed in red: the ink was taken off before the page was read, and fields come from that reading."""
    found: list[Line] = []
    upright = turned(pixels, sheet.turn)
    for one in stamped[:2]:
        (left, top), _, (right, bottom), _ = one.turned(sheet.turn, pixels.shape[1], pixels.shape[0]).box(1.05)
        left, top = max(0, left), max(0, top)
        again = engine.read(np.ascontiguousarray(upright[top:bottom, left:right]))
        red = [replace(line, box=_moved(line.box, left, top)) for line in again.lines if not again.turn]
        found += [line for line in red if not any(_same_place(line.box, other.box) for other in sheet.lines)]
    return tuple(found)


def _moved(box: Box, right: int, down: int) -> Box:
    a, b, c, d = ((x + right, y + down) for x, y in box)
    return a, b, c, d


def _same_place(one: Box, other: Box) -> bool:
    x, y = (one[0][0] + one[2][0]) / 2, (one[0][1] + one[2][1]) / 2
    ys = [point[1] for point in other]
    return other[0][0] <= x <= other[2][0] and min(ys) <= y <= max(ys)


def _ring(upright: Pixels, outline: Outline, engine: Engine) -> Line | None:
    """Read the name along the ring, unrolled; None when there is none."""
    lines = engine.read(unrolled(upright, outline)).lines
    names = [line for line in lines if len(line.text) >= _SHORTEST_NAME and not line.text.isascii()]
    best = max(names, key=lambda line: len(line.text), default=None)
    return replace(best, box=outline.box()) if best is not None else None


def quality_of(pixels: Pixels) -> Quality:
    """Measure sharpness and light on a small grey copy."""
    shrink = max(1.0, max(pixels.shape[:2]) / _QUALITY_SIDE)
    size = (max(1, round(pixels.shape[1] / shrink)), max(1, round(pixels.shape[0] / shrink)))
    grey = cv2.cvtColor(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    sharpness, brightness = float(cv2.Laplacian(grey, cv2.CV_64F).var()), float(np.mean(grey))
    return Quality(round(sharpness, 1), round(brightness, 1), sharpness < _BLURRED_BELOW, brightness < _DARK_BELOW)


def _scaled(reading: Reading, scale: float) -> Reading:
    """Bring every box back to full-resolution pixels."""
    if scale == 1:
        return reading
    return replace(
        reading,
        lines=tuple(replace(line, box=_box(line.box, scale)) for line in reading.lines),
        fields={name: _field(field, scale) for name, field in reading.fields.items()},
        seal=replace(reading.seal, box=_box(reading.seal.box, scale) if reading.seal.box else None),
        size=(round(reading.size[0] * scale), round(reading.size[1] * scale)),
    )


def _field(field: Field, scale: float) -> Field:
    return replace(field, box=_box(field.box, scale) if field.box else None)


def _box(box: Box, scale: float) -> Box:
    def grown(point: Point) -> Point:
        return round(point[0] * scale), round(point[1] * scale)

    return grown(box[0]), grown(box[1]), grown(box[2]), grown(box[3])
