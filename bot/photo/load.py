"""Open whatever a phone sent, safely: the header is judged before a pixel is decoded.

Runs in the reading child only. Phone photos have 12 to 50 megapixels: a JPEG is decoded straight to a smaller size.
"""

import io
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, ImageFile, ImageOps, UnidentifiedImageError

from bot.photo.frames import MAX_BYTES
from bot.photo.reading import Exif, Problem

try:
    import pillow_heif
except ImportError:  # the wheel is missing on some processors: HEIC is then refused with its own sentence
    pillow_heif = None  # type: ignore[assignment]

Pixels = npt.NDArray[np.uint8]

MAX_PIXELS = 25_000_000
MAX_JPEG_PIXELS = 64_000_000  # decoded at 1/2 or 1/4 by libjpeg itself
WORKING_PIXELS = 13_000_000
MAX_SCANS = 100  # a progressive JPEG has about ten; each goes over the whole picture again
MIN_SIDE = 10
MAX_RATIO = 60
CHINA = timezone(timedelta(hours=8))

_FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP", "TIFF", "HEIF", "AVIF")
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})
_SCAN = b"\xff\xda"
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_ERRORS: MappingProxyType[type[Exception], Problem] = MappingProxyType(
    {UnidentifiedImageError: Problem.NOT_AN_IMAGE, MemoryError: Problem.OUT_OF_MEMORY}
)


class RefusedPhotoError(Exception):
    """A file is not going to be read; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Decoded pixels (RGB, EXIF turn applied), `scale` = full-resolution pixels per pixel, and the camera's notes."""

    pixels: Pixels
    scale: float
    exif: Exif

    @property
    def full_size(self) -> tuple[int, int]:
        """Width and height of the upright picture as sent."""
        height, width = self.pixels.shape[:2]
        return round(width * self.scale), round(height * self.scale)


def is_pdf(data: bytes) -> bool:
    """Tell a PDF by content, whatever its name."""
    return b"%PDF-" in data[:1024]


def is_heif(data: bytes) -> bool:
    """Tell an iPhone picture by its brand box."""
    return data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS


def load_picture(data: bytes) -> Picture:
    """Decode one image file. Raises RefusedPhotoError, and nothing else, for any content."""
    if not data:
        raise RefusedPhotoError(Problem.EMPTY)
    if len(data) > MAX_BYTES:
        raise RefusedPhotoError(Problem.TOO_LARGE)
    if is_heif(data):
        _enable_heif()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's bomb and EXIF warnings; the limits here are tighter
            return _decode(data)
    except RefusedPhotoError:
        raise
    except Exception as error:  # decoders fail in dozens of ways: each is "this file is broken"
        raise RefusedPhotoError(_problem_of(error)) from error


def _enable_heif() -> None:
    if pillow_heif is None:
        raise RefusedPhotoError(Problem.UNSUPPORTED_HEIC)
    pillow_heif.register_heif_opener(thumbnails=False)


def _problem_of(error: Exception) -> Problem:
    return next((problem for kind, problem in _ERRORS.items() if isinstance(error, kind)), Problem.TRUNCATED)


def _decode(data: bytes) -> Picture:
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    Image.MAX_IMAGE_PIXELS = None  # judged by check_size, before decoding
    with Image.open(io.BytesIO(data), formats=[name for name in _FORMATS if name in _known_formats()]) as image:
        check_size(image.width, image.height, jpeg=image.format in {"JPEG", "MPO"})
        if image.format in {"JPEG", "MPO"} and data.count(_SCAN) > MAX_SCANS:
            raise RefusedPhotoError(Problem.TOO_LARGE)
        notes = _exif_of(image)
        full_width = image.width
        if image.width * image.height > WORKING_PIXELS:
            image.draft("RGB", _shrunk(image.width, image.height))
        image.load()
        scale = full_width / image.width
        upright = ImageOps.exif_transpose(image)
        return Picture(np.ascontiguousarray(_as_rgb(upright)), scale, notes)


def _known_formats() -> set[str]:
    Image.init()
    return set(Image.OPEN)


def check_size(width: int, height: int, *, jpeg: bool) -> None:
    """Refuse by header alone what would be too big, too small or too thin to read."""
    if width * height > (MAX_JPEG_PIXELS if jpeg else MAX_PIXELS):
        raise RefusedPhotoError(Problem.TOO_LARGE)
    if min(width, height) < MIN_SIDE:
        raise RefusedPhotoError(Problem.TOO_SMALL)
    if max(width, height) > MAX_RATIO * min(width, height):
        raise RefusedPhotoError(Problem.ODD_SHAPE)


def _shrunk(width: int, height: int) -> tuple[int, int]:
    ratio = (WORKING_PIXELS / (width * height)) ** 0.5
    return int(width * ratio * 0.7), int(height * ratio * 0.7)  # draft keeps the next larger power of two


def _as_rgb(image: Image.Image) -> Pixels:
    if image.mode.startswith(("I", "F")):  # 16-bit greys and floats: stretch, Pillow would clip
        return _stretched(np.asarray(image, dtype=np.float32))
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        ground = Image.new("RGBA", image.size, "white")
        ground.alpha_composite(image.convert("RGBA"))
        image = ground
    return np.asarray(image.convert("RGB"), dtype=np.uint8)


def _stretched(grey: npt.NDArray[np.float32]) -> Pixels:
    grey = np.nan_to_num(grey)
    low, high = float(grey.min()), float(grey.max())
    eight = ((grey - low) * (255.0 / max(high - low, 1e-6))).astype(np.uint8)
    return np.repeat(eight[..., None], 3, axis=2)


def _exif_of(image: Image.Image) -> Exif:
    try:
        tags = image.getexif()
        details, gps = tags.get_ifd(_EXIF_IFD), tags.get_ifd(_GPS_IFD)
        return Exif(_taken_at(details), _position(gps))
    except Exception:  # noqa: BLE001 - a damaged note is no reason to refuse the picture
        return Exif()


def _taken_at(details: dict[int, Any]) -> datetime | None:
    written = str(details.get(ExifTags.Base.DateTimeOriginal) or "").strip("\0 ")
    zone = str(details.get(ExifTags.Base.OffsetTimeOriginal) or "").strip("\0 ")
    for text, form in ((written + zone, "%Y:%m:%d %H:%M:%S%z"), (written, "%Y:%m:%d %H:%M:%S")):
        try:
            moment = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is added below when the form has none
        except ValueError:
            continue
        return (moment if moment.tzinfo else moment.replace(tzinfo=CHINA)).astimezone(UTC)
    return None


def _position(gps: dict[int, Any]) -> tuple[float, float] | None:
    latitude = _degrees(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef) == "S")
    longitude = _degrees(gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef) == "W")
    if latitude is None or longitude is None or not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    return latitude, longitude


def _degrees(parts: Any, negative: bool) -> float | None:  # noqa: FBT001 - two callers, both in this file
    if not parts or len(parts) != 3:
        return None
    value = float(parts[0]) + float(parts[1]) / 60 + float(parts[2]) / 3600
    return -value if negative else value
