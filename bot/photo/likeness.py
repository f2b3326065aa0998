"""Whether one picture is a copy of another, from their traces alone (M6). Needs numpy only: no picture is opened here."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bot.photo.print import Print

Floats = npt.NDArray[np.float32]

THUMB: Final = 32
UPPER_ROWS: Final = 20  # 62 % of the thumb
NEAR: Final = 10  # of 64 bits
FAR: Final = 14
ALIKE: Final = 0.8  # correlation of the small grey pictures when the hash is near
SAME: Final = 0.93  # the same when it is farther
LEAST_PARTNERS: Final = 14
LEAST_SHARE: Final = 0.2
SYMMETRIES: Final = 8
MIRRORED: Final = 4
_BITS = 256
_NEAREST = 64  # of 256 bits
_RATIO = 0.85
_OFF = 0.02  # of the longest side
_ROUNDS = 300
_FAR_APART = 0.05
_MOST_SCALE = 5.0
_SCALES = (1.0, 0.94, 0.88)
_PLACES = (0.0, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Traces:
    """The stored traces of a picture, unpacked: what `Print` holds under the same names."""

    thumb: bytes
    inner: bytes
    features: bytes


def is_copy(query: Print, probe: int, distance: int, stored: Traces) -> bool:
    """Tell whether a picture is a copy of a stored one.

    `probe` is the symmetry of the query whose hash came nearest, `distance` how near. No hash speaks alone: the small grey
    pictures must agree, or many local features must lie alike.
    """
    if distance <= FAR:
        agreement = _agreement(query, probe, stored)
        if agreement >= (ALIKE if distance <= NEAR else SAME):
            return True
    for features in (query.features, *query.others):
        count, share = partners(unpacked(features), stored.features)
        if count >= LEAST_PARTNERS and share >= LEAST_SHARE:
            return True
    return False


def _agreement(query: Print, probe: int, stored: Traces) -> float:
    framed = probe >= SYMMETRIES
    ours = unpacked(query.inner if framed else query.thumb)
    view = MIRRORED if framed and probe > SYMMETRIES else 0 if framed else probe
    return max(correlation(ours, theirs, view=view) for theirs in (stored.thumb, stored.inner))


def correlation(query: bytes, stored: bytes, *, view: int = 0) -> float:
    """Return the best correlation (-1…1) of a query seen in `view` (see `views`) with the stored picture or a part of it."""
    if not query or not stored:
        return 0.0
    looked_at = views(_grey(query))[view][:UPPER_ROWS]
    return max(_correlate(looked_at, part[:UPPER_ROWS]) for part in _parts(_grey(stored)))


def views(grey: Any) -> list[Any]:
    """Return the eight symmetries, in the order of `Print.probes`."""
    return [np.rot90(side, turns) for side in (grey, grey[:, ::-1]) for turns in range(4)]


def partners(query: bytes, stored: bytes) -> tuple[int, float]:
    """Return how many local features lie alike in both pictures, and their share of the features that could."""
    ours, theirs = _unpack(query), _unpack(stored)
    if ours is None or theirs is None:
        return 0, 0.0
    matched = _matched(ours[1], theirs[1])
    if len(matched) < LEAST_PARTNERS:
        return 0, 0.0
    count = _consistent(ours[0][matched[:, 0]], theirs[0][matched[:, 1]])
    return count, count / min(len(ours[0]), len(theirs[0]))


def _matched(ours: Any, theirs: Any) -> Any:
    """Pair features that are each other's nearest, clearly nearer than the next."""
    if len(ours) < 2 or len(theirs) < 2:
        return np.empty((0, 2), np.intp)
    apart = np.zeros((len(ours), len(theirs)), np.uint16)
    for word in range(ours.shape[1]):  # no matrix product: its threads fight over busy cores
        apart += np.bitwise_count(ours[:, word, None] ^ theirs[None, :, word])
    rows = np.arange(len(ours))
    nearest = apart.argmin(axis=1)
    least = apart[rows, nearest]
    mutual = apart.argmin(axis=0)[nearest] == rows
    apart[rows, nearest] = _BITS
    good = mutual & (least <= _NEAREST) & (least <= _RATIO * apart.min(axis=1))
    return np.stack([rows[good], nearest[good]], axis=1)


def _consistent(ours: Floats, theirs: Floats) -> int:
    """Return the most pairs that one shift, turn and scale explains."""
    chance = np.random.default_rng(7)  # the same pictures always compare alike
    one, two = chance.integers(0, len(ours), (2, _ROUNDS))
    a, b = _complex(ours), _complex(theirs)
    span = a[two] - a[one]
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = (b[two] - b[one]) / span
    usable = (np.abs(span) > _FAR_APART) & (np.abs(factor) > 1 / _MOST_SCALE) & (np.abs(factor) < _MOST_SCALE)
    if not usable.any():
        return 0
    factor, start = factor[usable], one[usable]
    shift = b[start] - factor * a[start]
    off = np.abs(factor[:, None] * a[None] + shift[:, None] - b[None])
    return int((off <= _OFF).sum(axis=1).max())


def _complex(places: Floats) -> Any:
    return places[:, 0] + 1j * places[:, 1]


def _unpack(features: bytes) -> tuple[Floats, Any] | None:
    if not features:
        return None
    rows = np.frombuffer(features, np.uint8).reshape(-1, 36)
    places = np.ascontiguousarray(rows[:, :4]).view(">u2").astype(np.float32) / np.float32(65535)
    return places, np.ascontiguousarray(rows[:, 4:]).view(np.uint64)


def _grey(thumb: bytes) -> Floats:
    return np.frombuffer(thumb, np.uint8).reshape(THUMB, THUMB).astype(np.float32)


def _correlate(one: Floats, other: Floats) -> float:
    a, b = one - one.mean(), other - other.mean()
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float((a * b).sum()) / size if size > 1e-6 else 0.0


def _parts(stored: Floats) -> Any:
    """Yield the picture and its parts: a cropped copy shows one of them."""
    for scale in _SCALES:
        for down in _PLACES if scale < 1 else (0.0,):
            for right in _PLACES if scale < 1 else (0.0,):
                room = THUMB * (1 - scale)
                yield _cut(down * room, scale) @ stored @ _cut(right * room, scale).T


@lru_cache(maxsize=64)
def _cut(start: float, scale: float) -> Floats:
    """Return the matrix that stretches a part of 32 rows to 32 rows."""
    at = start + (np.arange(THUMB) + 0.5) * scale - 0.5
    low = np.clip(np.floor(at), 0, THUMB - 1).astype(int)
    high = np.minimum(low + 1, THUMB - 1)
    weight = np.clip(at - low, 0, 1)
    matrix = np.zeros((THUMB, THUMB), np.float32)
    matrix[np.arange(THUMB), low] += 1 - weight
    matrix[np.arange(THUMB), high] += weight
    return matrix


def unpacked(text: str) -> bytes:
    """Return the bytes of a base64 trace."""
    return base64.b64decode(text)
