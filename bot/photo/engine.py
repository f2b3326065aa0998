"""The one interface in front of every OCR engine, and the choice between them (`photos.engine`)."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.photo.reading import Line, Problem

if TYPE_CHECKING:  # the process that answers the platform loads nothing that opens a picture
    from bot.photo.load import Pixels

AUTO = "auto"
Options = tuple[tuple[str, float], ...]
"""The characters that may stand in one place of a line, with their chances, likeliest first; "" is no character."""
Places = tuple[Options, ...]
"""One reading of a line, place by place."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines of one picture; `turn` = quarter turns counter-clockwise that made it upright, boxes are after it."""

    turn: int
    lines: tuple[Line, ...]


class Engine(Protocol):
    """What every engine can do. Pictures are RGB; boxes come back in upright pixels of the picture given."""

    name: str

    def read(self, pixels: Pixels) -> Sheet:
        """Find which way is up, then read every line."""
        ...

    def read_boxes(self, pixels: Pixels, lines: Sequence[Line]) -> tuple[Line, ...]:
        """Read the given boxes again, on an altered (for instance cleaned) copy of the upright picture."""
        ...

    def options(self, pixels: Pixels, lines: Sequence[Line]) -> tuple[tuple[Places, ...], ...]:
        """Read each given box from several slightly different cuts, and say what may stand in each place; none where the engine cannot."""
        ...


class NoEngineError(Exception):
    """The engine asked for is not on this machine; the message says what to install."""

    problem = Problem.NO_ENGINE


def available_engines() -> tuple[str, ...]:
    """Name the engines this machine can run, best first; `doctor` prints it."""
    found = []
    if importlib.util.find_spec("rapidocr") is not None:
        backends = [name for name in ("openvino", "onnxruntime") if importlib.util.find_spec(name) is not None]
        found += ["rapidocr"] if backends else []
    if importlib.util.find_spec("pytesseract") is not None and shutil.which("tesseract"):
        found.append("tesseract")
    return tuple(found)


def choose_engine(wanted: str) -> str:
    """Turn `auto` into a name and check that a named engine is here. Raises NoEngineError."""
    here = available_engines()
    if wanted == AUTO and here:
        return here[0]
    if wanted in here:
        return wanted
    raise NoEngineError(f"no OCR engine {wanted!r} here (found: {', '.join(here) or 'none'}); install rapidocr")


def open_engine(wanted: str, *, threads: int = 2) -> Engine:
    """Load the engine's weights; `auto` goes on to the next engine when one does not load. Raises NoEngineError.

    Slow (about a second) and heavy: only the reading child calls it.
    """
    here = available_engines() if wanted == AUTO else (choose_engine(wanted),)
    refused = []
    for name in here:
        try:
            return _OPENERS[name](threads)
        except (ImportError, OSError, NoEngineError) as error:  # a system library or a language file is missing
            refused.append(f"{name}: {error}")
    raise NoEngineError("; ".join(refused) or "no OCR engine here; install rapidocr")


def _open_rapid(threads: int) -> Engine:
    from bot.photo.rapid import RapidEngine  # noqa: PLC0415 - the parent process must never load the weights

    return RapidEngine(threads=threads)


def _open_tesseract(_: int) -> Engine:
    from bot.photo.tesseract import TesseractEngine  # noqa: PLC0415 - the same

    return TesseractEngine()


_OPENERS = {"rapidocr": _open_rapid, "tesseract": _open_tesseract}
