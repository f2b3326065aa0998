"""Pages of a PDF scan as pictures. Runs in the reading child only."""

from collections.abc import Iterator

import numpy as np

from bot.photo.frames import MAX_BYTES
from bot.photo.load import WORKING_PIXELS, Picture, RefusedPhotoError
from bot.photo.reading import Exif, Problem

try:
    import pypdfium2 as pdfium
except ImportError:  # no wheel for this processor: PDFs are refused with their own sentence
    pdfium = None

MAX_PAGES = 3
_POINTS_PER_INCH = 72
_DPI = 200


def load_pages(data: bytes) -> Iterator[Picture]:
    """Render the first pages at 200 dpi, bounded in pixels. Raises RefusedPhotoError for anything unreadable."""
    if pdfium is None:
        raise RefusedPhotoError(Problem.UNSUPPORTED_PDF)
    if len(data) > MAX_BYTES:
        raise RefusedPhotoError(Problem.TOO_LARGE)
    try:
        document = pdfium.PdfDocument(data)
        count = len(document)
    except pdfium.PdfiumError as error:
        locked = b"/Encrypt" in data and "password" in str(error).lower()  # the library repeats its last error
        raise RefusedPhotoError(Problem.LOCKED_PDF if locked else Problem.TRUNCATED) from error
    if not count:
        raise RefusedPhotoError(Problem.EMPTY)
    with document:
        for number in range(min(count, MAX_PAGES)):
            yield _render(document, number)


def _render(document: "pdfium.PdfDocument", number: int) -> Picture:
    try:
        page = document[number]
        width, height = page.get_size()
        if not (0 < width < 20_000 and 0 < height < 20_000):
            raise RefusedPhotoError(Problem.ODD_SHAPE)
        wanted = _DPI / _POINTS_PER_INCH
        bound = (WORKING_PIXELS / (width * height)) ** 0.5
        bitmap = page.render(scale=min(wanted, bound), rev_byteorder=True)
        return Picture(np.ascontiguousarray(bitmap.to_numpy()[..., :3]), 1.0, Exif())
    except pdfium.PdfiumError as error:
        raise RefusedPhotoError(Problem.TRUNCATED) from error
