"""The part of a picture a verdict speaks of, as a small JPEG for the receipt (M4). Runs in the reading child only."""

import io

import numpy as np
from PIL import Image

from bot.photo.load import RefusedPhotoError, is_pdf, load_picture
from bot.photo.reading import Box

_MARGIN = 0.6  # of the box's height, so that a person sees what stands around it
_WIDEST, _NARROWEST = 1200, 400
_QUALITY = 85


def cut_out(data: bytes, box: Box, *, turn: int = 0) -> bytes | None:
    """Return the box with a margin as a JPEG at most 1200 pixels wide, small writing enlarged.

    `data` is a file that was read before and `turn` its `Reading.turn` (degrees counter-clockwise); `box` is in upright
    full-resolution pixels. None for a PDF, for a box outside the picture and for a file that does not open (any more).
    """
    if is_pdf(data):
        return None
    try:
        picture = load_picture(data)
    except (RefusedPhotoError, MemoryError):
        return None
    upright = np.rot90(picture.pixels, turn // 90)
    ys, xs = [y / picture.scale for _, y in box], [x / picture.scale for x, _ in box]
    margin = _MARGIN * (max(ys) - min(ys))
    left, top = max(0, round(min(xs) - margin)), max(0, round(min(ys) - margin))
    part = upright[top : max(0, round(max(ys) + margin)), left : max(0, round(max(xs) + margin))]
    return _as_jpeg(Image.fromarray(np.ascontiguousarray(part))) if part.size else None


def _as_jpeg(part: Image.Image) -> bytes:
    width = min(_WIDEST, max(_NARROWEST, part.width))
    size = (width, max(1, round(part.height * width / part.width)))
    out = io.BytesIO()
    part.resize(size, Image.Resampling.LANCZOS).save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()
