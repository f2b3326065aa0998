"""Boxes: turning, straightening, cutting out."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from bot.photo.load import Pixels
from bot.photo.reading import Box

Quad = npt.NDArray[np.float32]
Area = tuple[float, float, float, float]  # left, top, right, bottom

_TALL = 1.5
_LONG = 2.0
_TINY = 0.03  # of the longer side
_FEW = 16
_MOST_OF = 0.75


def as_box(quad: Quad, scale: float = 1.0) -> Box:
    """Round four corners to whole pixels, after scaling."""
    points = [(round(float(x) * scale), round(float(y) * scale)) for x, y in quad]
    return (points[0], points[1], points[2], points[3])


def as_quad(box: Box) -> Quad:
    """Four corners as an array."""
    return np.asarray(box, dtype=np.float32)


def width_of(quad: Quad) -> float:
    """Length of the longer of the top and bottom edges."""
    return float(max(np.linalg.norm(quad[0] - quad[1]), np.linalg.norm(quad[2] - quad[3])))


def height_of(quad: Quad) -> float:
    """Length of the longer of the left and right edges."""
    return float(max(np.linalg.norm(quad[0] - quad[3]), np.linalg.norm(quad[1] - quad[2])))


def slimness(quad: Quad) -> float:
    """Return how many times longer than thick a box is: about as many characters stand in it."""
    wide, tall = width_of(quad), height_of(quad)
    return max(wide, tall) / max(1.0, min(wide, tall))


def is_tall(quad: Quad) -> bool:
    """Tell a box of text that stands on its side."""
    return height_of(quad) >= _TALL * width_of(quad)


def lengths_each_way(quads: Sequence[Quad]) -> tuple[float, float]:
    """Add up the long boxes whose long axis lies level, and those whose long axis stands upright."""
    level = upright = 0.0
    for quad in quads:
        wide, tall = width_of(quad), height_of(quad)
        if max(wide, tall) <= _LONG * min(wide, tall):
            continue
        axis = quad[1] - quad[0] if wide >= tall else quad[3] - quad[0]
        length = float(np.linalg.norm(axis))
        if abs(axis[1]) > abs(axis[0]):
            upright += length
        else:
            level += length
    return level, upright


def turned(pixels: Pixels, quarters: int) -> Pixels:
    """Turn a picture counter-clockwise by quarters."""
    return np.ascontiguousarray(np.rot90(pixels, quarters)) if quarters % 4 else pixels


def cut_out(pixels: Pixels, quad: Quad, *, height: int = 0) -> Pixels:
    """Cut a slanted box out as a straight strip; shrunk without moiré when it is taller than `height` asks."""
    width, tall = max(2, round(width_of(quad))), max(2, round(height_of(quad)))
    step = max(1, tall // max(height, 1)) if height else 1
    source = quad
    if step > 1:
        left, top = np.maximum(np.floor(quad.min(axis=0)).astype(int) - step, 0)
        right, bottom = np.ceil(quad.max(axis=0)).astype(int) + step
        pixels = pixels[top:bottom, left:right]
        size = (max(1, pixels.shape[1] // step), max(1, pixels.shape[0] // step))
        ratio = np.array([size[0] / pixels.shape[1], size[1] / pixels.shape[0]])
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        source = ((quad - np.array([left, top])) * ratio).astype(np.float32)
        width, tall = max(2, width // step), max(2, tall // step)
    goal = np.array([[0, 0], [width, 0], [width, tall], [0, tall]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(source.astype(np.float32), goal)
    strip = cv2.warpPerspective(pixels, matrix, (width, tall), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(strip, dtype=np.uint8)


def laid_down(quad: Quad) -> Quad:
    """Return a tall box with its corners named so that its cut-out lies, as after a quarter turn counter-clockwise."""
    return quad[[1, 2, 3, 0]] if is_tall(quad) else quad


def turned_over(quad: Quad, shape: tuple[int, ...]) -> Quad:
    """Follow the picture (its shape given) when it is turned upside down."""
    height, width = shape[:2]
    return (np.array([width, height], dtype=np.float32) - quad)[[2, 3, 0, 1]]


def _whole_lines(area: Area, quads: Sequence[Quad], margin: float) -> Area:
    """Grow an area until it cuts no line."""
    left, top, right, bottom = area
    for _ in range(3):
        for quad in quads:
            (x, y), (far_x, far_y) = quad.min(axis=0), quad.max(axis=0)
            if x < right and far_x > left and y < bottom and far_y > top:
                left, top = min(left, x - margin), min(top, y - margin)
                right, bottom = max(right, far_x + margin), max(bottom, far_y + margin)
    return left, top, right, bottom


def small_print(quads: Sequence[Quad], shape: tuple[int, ...]) -> tuple[int, int, int, int] | None:
    """Return where a photo's few small lines stand, with a margin (left, top, right, bottom), or None.

    Only when there are few lines, small ones among them, and they fill little of the picture: pages are left alone.
    """
    height, width = shape[:2]
    tiny = [quad for quad in quads if min(height_of(quad), width_of(quad)) < _TINY * max(height, width)]
    if not tiny or len(quads) > _FEW:
        return None
    points = np.concatenate(tiny)
    line = float(np.median([min(height_of(quad), width_of(quad)) for quad in tiny]))
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    reach = max(8 * line, 0.35 * (right - left))
    area = _whole_lines((left - reach, top - 5 * line, right + reach, bottom + 5 * line), quads, line)
    bounded = (max(0, int(area[0])), max(0, int(area[1])), min(width, int(area[2])), min(height, int(area[3])))
    if max(bounded[2] - bounded[0], bounded[3] - bounded[1]) > _MOST_OF * max(height, width):
        return None
    return bounded
