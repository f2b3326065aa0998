"""Whether a picture looks like a photo of a screen: the grid of its dots leaves narrow peaks in the spectrum (M20).

Runs in the reading child only. A hint, never a verdict: blinds, grilles and fabrics leave peaks too.
"""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np

_TILE = 256
_TILES = 9
_NEAR_ZERO: Final = 0.12  # of the highest frequency: what lies below is the picture itself
_SHARP = 5.0


def moire_of(pixels: Any) -> float:
    """Return the share of tiles (0…1) whose spectrum has the same narrow peaks away from the axes."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    tiles = list(_tiles(grey))
    if len(tiles) < _TILES // 2:
        return 0.0
    peaks = [peak for peak in map(_peak, tiles) if peak is not None]
    if len(peaks) < 2:
        return 0.0
    places = np.array(peaks, np.float32)
    near = (np.abs(places[:, None] - places[None]).max(axis=2) <= 6).sum(axis=1)
    return round(float(near.max()) / len(tiles), 2)


def _tiles(grey: Any) -> Any:
    height, width = grey.shape
    if min(height, width) < _TILE:
        return
    for y in np.linspace(0, height - _TILE, 3).astype(int):
        for x in np.linspace(0, width - _TILE, 3).astype(int):
            yield grey[y : y + _TILE, x : x + _TILE]


def _peak(tile: Any) -> tuple[int, int] | None:
    """Return the place of the strongest narrow peak of a tile's spectrum, or None when nothing stands out."""
    flat = tile.astype(np.float32) - cv2.GaussianBlur(tile, (0, 0), 6).astype(np.float32)
    window = np.outer(np.hanning(_TILE), np.hanning(_TILE)).astype(np.float32)
    power = np.log1p(np.abs(np.fft.fftshift(np.fft.fft2(flat * window)))[: _TILE // 2 + 1])
    ground = cv2.medianBlur(power.astype(np.float32), 5)
    spread = cv2.blur(np.abs(power - ground).astype(np.float32), (31, 31)) + 1e-3
    stands_out = (power - ground) / spread
    rows, columns = np.indices(power.shape)
    away = np.hypot(rows - _TILE // 2, columns - _TILE // 2) / (_TILE / 2)
    stands_out[away < _NEAR_ZERO] = 0
    at = np.unravel_index(int(np.argmax(stands_out)), stands_out.shape)
    return (int(at[0]), int(at[1])) if stands_out[at] >= _SHARP else None
