"""Several slightly different cuts of one line: print of ten pixels reads differently when the grid falls differently."""

from collections.abc import Iterator

import cv2
import numpy as np

from bot.photo.geometry import Quad, cut_out, laid_down
from bot.photo.load import Pixels

_NUDGES = ((0.0, 0.0, 0.0), (0.5, 0.0, 0.0), (0.0, 0.08, -0.03))
"""Pixels to the right and down, and the shares of its height a line grows upwards and downwards."""


def nudged(pixels: Pixels, quad: Quad, *, height: int) -> Iterator[Pixels]:
    """Yield the line as it was found first, then moved by half a pixel and with more room above or below, all of one size."""
    quad = laid_down(quad)
    down = ((quad[3] - quad[0]) + (quad[2] - quad[1])) / 2
    size = None
    for step, above, under in _NUDGES:
        grown = quad + np.float32(step)
        grown[:2] -= down * above
        grown[2:] += down * under
        strip = cut_out(pixels, grown.astype(np.float32), height=height)
        size = size or (strip.shape[1], strip.shape[0])
        yield np.asarray(cv2.resize(strip, size), dtype=np.uint8)
