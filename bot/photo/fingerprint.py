"""Traces of a picture by which its copies are known: recompressed, cropped, mirrored, framed by a screenshot (M6).

Runs in the reading child only. Everything is taken from the upper 62 %: a watermark sits below, and a changed watermark
must not hide a copy.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from bot.photo.load import Pixels
from bot.photo.moire import moire_of
from bot.photo.print import Print

Grey = npt.NDArray[np.uint8]

UPPER: Final = 0.62
THUMB: Final = 32
MIDDLES: Final = (0.0, 0.05, 0.1)  # cut off on each side: a cropped copy is near one of these
LEAST_CONTRAST: Final = 6.0  # a black or blank picture has no traces of its own
FEATURES: Final = 160
_SIDE = 256
_FRAME_SIDE = 1280
_FEATURE_SIDE = 480
_HASH_SIDE = 32
_FREQUENCIES = sorted((u + v, u, v) for u in range(11) for v in range(11) if u + v)[:64]
_ROWS = np.array([u for _, u, _ in _FREQUENCIES])
_COLUMNS = np.array([v for _, _, v in _FREQUENCIES])
_BAR_LIKE = 0.7
_SAME_GREY = 10
_LEAST_INNER = 0.1
_MOST_INNER = 0.97


def fingerprint(pixels: Pixels) -> Print | None:
    """Take the traces of an upright RGB picture; None when there is nothing on it to know it by."""
    large = _shrunk(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), _FRAME_SIDE)
    grey = _shrunk(large, _SIDE)
    if float(grey.std()) < LEAST_CONTRAST:
        return None
    framed = inside_frame(large)
    inner = None if framed is None else _shrunk(framed, _SIDE)
    hashes = [upper_hash(_middle(grey, cut)) for cut in MIDDLES]
    probes = [upper_hash(view) for view in symmetries(grey)]
    if inner is not None:
        hashes.append(upper_hash(inner))
        probes += [upper_hash(inner), upper_hash(np.ascontiguousarray(inner[:, ::-1]))]
    detail = _shrunk(large, _FEATURE_SIDE)
    others = [detail[:, ::-1]] if framed is None else [detail[:, ::-1], _shrunk(framed, _FEATURE_SIDE)]
    return Print(
        hashes=tuple(hashes),
        probes=tuple(probes),
        thumb=_packed(_thumb(grey)),
        inner=_packed(_thumb(inner)) if inner is not None else "",
        features=features_of(detail),
        others=tuple(features_of(np.ascontiguousarray(other)) for other in others),
        moire=moire_of(pixels),
    )


def symmetries(grey: Any) -> Iterator[Any]:
    """Yield the picture turned by 0, 90, 180, 270 degrees, and its mirror image turned likewise."""
    for side in (grey, grey[:, ::-1]):
        for turns in range(4):
            yield np.ascontiguousarray(np.rot90(side, turns))


def upper_hash(grey: Grey) -> int:
    """Return 64 bits: which of the low frequencies of the upper part are above their median."""
    upper = grey[: max(1, round(grey.shape[0] * UPPER))]
    small = cv2.resize(upper, (_HASH_SIDE, _HASH_SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    waves = cv2.dct(small)[_ROWS, _COLUMNS]
    return int.from_bytes(np.packbits(waves > np.median(waves)).tobytes(), "big")


def inside_frame(grey: Grey) -> Grey | None:
    """Return what plain bars enclose (a photo shown full screen), or None when there are no bars."""
    top, bottom = _bars(grey)
    left, right = _bars(np.ascontiguousarray(grey[top:bottom].T))
    inner = grey[top:bottom, left:right]
    share = inner.size / grey.size
    usable = _LEAST_INNER <= share <= _MOST_INNER and min(inner.shape) >= _HASH_SIDE
    return np.ascontiguousarray(inner) if usable and float(inner.std()) >= LEAST_CONTRAST else None


def _bars(grey: Grey) -> tuple[int, int]:
    """Return the first and last row between the plain bars at the edges; a bar may carry a clock or a button."""
    height = grey.shape[0]
    edge = max(2, height // 50)
    bounds = []
    for rows in (grey, grey[::-1]):
        colour = float(np.median(rows[:edge]))
        alike = (np.abs(rows.astype(np.int16) - colour) <= _SAME_GREY).mean(axis=1)
        busy = np.flatnonzero(alike < _BAR_LIKE)
        deep = _first_run(busy, max(4, height // 25))
        bounds.append(deep if deep is not None else 0)
    return bounds[0], max(bounds[0] + 1, height - bounds[1])


def _first_run(busy: npt.NDArray[np.intp], length: int) -> int | None:
    """Return the first row from which `length` rows are busy: a title inside a bar is lower than that."""
    for at in busy:
        if np.searchsorted(busy, at + length) - np.searchsorted(busy, at) >= length:
            return int(at)
    return None


def features_of(grey: Grey) -> str:
    """Return local features of the upper part, spread over it: x, y (16 bits each) and 32 bytes apiece."""
    height, width = round(grey.shape[0] * UPPER), grey.shape[1]
    detector = cv2.ORB_create(nfeatures=600, fastThreshold=8, edgeThreshold=16, patchSize=31)  # type: ignore[attr-defined]
    points, marks = detector.detectAndCompute(grey[:height], None)
    if marks is None:
        return ""
    kept = _spread(points, width, height)
    longest = max(grey.shape[:2])
    places = np.array([points[at].pt for at in kept], np.float32).reshape(-1, 2) * (65535 / longest)
    rows = [place.astype(">u2").tobytes() + marks[at].tobytes() for place, at in zip(places, kept, strict=True)]
    return base64.b64encode(b"".join(rows)).decode()


def _spread(points: Any, width: int, height: int) -> list[int]:
    """Choose the strongest points of each of 5 × 4 fields, so that one busy corner does not stand for the picture."""
    fields: dict[tuple[int, int], list[int]] = {}
    for at, point in enumerate(points):
        field = (int(5 * point.pt[0] / width), int(4 * point.pt[1] / max(1, height)))
        fields.setdefault(field, []).append(at)
    strongest = [sorted(ats, key=lambda at: -points[at].response)[: FEATURES // 20 * 2] for ats in fields.values()]
    merged = [at for rank in range(FEATURES // 10) for ats in strongest if rank < len(ats) for at in (ats[rank],)]
    return merged[:FEATURES]


def _middle(grey: Grey, cut: float) -> Grey:
    down, right = round(grey.shape[0] * cut), round(grey.shape[1] * cut)
    return np.ascontiguousarray(grey[down : grey.shape[0] - down, right : grey.shape[1] - right])


def _thumb(grey: Any) -> Any:
    return cv2.resize(grey, (THUMB, THUMB), interpolation=cv2.INTER_AREA)


def _shrunk(grey: Any, side: int) -> Any:
    ratio = side / max(grey.shape[:2])
    size = (max(_HASH_SIDE, round(grey.shape[1] * ratio)), max(_HASH_SIDE, round(grey.shape[0] * ratio)))
    return cv2.resize(grey, size, interpolation=cv2.INTER_AREA)


def _packed(grey: Any) -> str:
    return base64.b64encode(grey.tobytes()).decode()
