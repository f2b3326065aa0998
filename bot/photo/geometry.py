"""Boxes: turning, straightening, cutting out."""

import cv2
import numpy as np
import numpy.typing as npt

from bot.photo.load import Pixels
from bot.photo.reading import Box

Quad = npt.NDArray[np.float32]

_TALL = 1.5


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


def is_tall(quad: Quad) -> bool:
    """Tell a box of text that stands on its side."""
    return height_of(quad) >= _TALL * width_of(quad)


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
