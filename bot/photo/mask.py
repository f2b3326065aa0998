"""What others see of a picture: what was read for the check stays legible, people and their words do not (appendix 4 #14).

Runs in the reading child only. No face detector ships with the libraries here, and one that misses a face has failed. So a photo is not searched for faces:
everything is made unrecognisable but the fields that were read. On pages of paper only lines with numbers of persons go.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from PIL import Image

from bot.parse.code import mask
from bot.photo.load import RefusedPhotoError, is_pdf, load_picture
from bot.photo.reading import Box, PhotoKind, Reading

KEPT: Final[Mapping[PhotoKind, tuple[str, ...]]] = MappingProxyType(
    {
        PhotoKind.SITE_PHOTO: ("date", "time", "weekday", "address", "customer"),
        PhotoKind.CHAT_SCREENSHOT: ("contact", "title"),
        PhotoKind.BUSINESS_CARD: ("company",),
        PhotoKind.ID_CARD: (),
        PhotoKind.OTHER: (),
    }
)
"""Fields that stay legible where people may be seen; kinds that are not here are pages of paper."""
_COARSE = 20  # blocks along the longer side: no face and no word survives that
_LONGEST = 1280
_MARGIN = 0.15
_QUALITY = 80


def masked_copy(data: bytes, reading: Reading) -> bytes | None:
    """Return a JPEG at most 1280 pixels long with everything private unrecognisable; None when the file does not open."""
    if reading.problem is not None or is_pdf(data):
        return None
    try:
        picture = load_picture(data)
    except (RefusedPhotoError, MemoryError):
        return None
    upright = Image.fromarray(np.ascontiguousarray(np.rot90(picture.pixels, reading.turn // 90)))
    upright.thumbnail((_LONGEST, _LONGEST))
    full = picture.full_size[1] if reading.turn % 180 else picture.full_size[0]
    return _jpeg(_masked(upright, reading, upright.width / full))


def _masked(picture: Image.Image, reading: Reading, scale: float) -> Image.Image:
    coarse = _pixelated(picture)
    if reading.kind in KEPT:
        kept = [reading.fields[name].box for name in KEPT[reading.kind] if name in reading.fields]
        return _pasted(coarse, picture, kept, scale)
    hidden = [line.box for line in reading.lines if mask(line.text) != line.text]
    return _pasted(picture, coarse, hidden, scale)


def _pixelated(picture: Image.Image) -> Image.Image:
    ratio = _COARSE / max(picture.size)
    small = picture.resize(
        (max(1, round(picture.width * ratio)), max(1, round(picture.height * ratio))), Image.Resampling.BOX
    )
    return small.resize(picture.size, Image.Resampling.BICUBIC)


def _pasted(ground: Image.Image, source: Image.Image, boxes: Iterable[Box | None], scale: float) -> Image.Image:
    made = ground.copy()
    for box in boxes:
        if box is None:
            continue
        xs, ys = [x * scale for x, _ in box], [y * scale for _, y in box]
        margin = _MARGIN * (max(ys) - min(ys))
        area = (
            max(0, int(min(xs) - margin)), max(0, int(min(ys) - margin)),
            min(made.width, int(max(xs) + margin) + 1), min(made.height, int(max(ys) + margin) + 1),
        )  # fmt: skip
        if area[0] < area[2] and area[1] < area[3]:
            made.paste(source.crop(area), area[:2])
    return made


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()
