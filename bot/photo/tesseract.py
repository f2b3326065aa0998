"""Tesseract through pytesseract: the second engine, good on paper scans, blind on watermarks over photos."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import cv2
import numpy as np
import pytesseract

from bot.photo.engine import NoEngineError, Places, Sheet
from bot.photo.geometry import as_box, as_quad, cut_out, turned
from bot.photo.load import Pixels
from bot.photo.reading import Line

LANGUAGES = "chi_sim+eng"
READ_SIDE = 2000
_SPARSE, _ONE_LINE = "--psm 11", "--psm 7"
_TURN_CERTAINTY = 1.0
_TRUST = 0.84  # its own figure is as high for wrong Chinese as for right: it may agree, never call anything different


class TesseractEngine:
    """See `bot.photo.engine.Engine`."""

    name = "tesseract"

    def __init__(self) -> None:
        missing = set(LANGUAGES.split("+")) - set(pytesseract.get_languages())
        if missing:
            raise NoEngineError(f"tesseract lacks {', '.join(sorted(missing))}; install tesseract-ocr-chi-sim")

    def read(self, pixels: Pixels) -> Sheet:
        """Ask Tesseract's own orientation finder, then read sparse text."""
        turn = _turn_of(pixels)
        pixels = turned(pixels, turn)
        small, scale = _bounded(pixels)
        rows: dict[str, list[Any]] = pytesseract.image_to_data(
            small, lang=LANGUAGES, config=_SPARSE, output_type=pytesseract.Output.DICT
        )
        words = [dict(zip(rows, values, strict=True)) for values in zip(*rows.values(), strict=True)]
        heard = [word for word in words if float(word["conf"]) >= 0 and str(word["text"]).strip()]
        lines = groupby(heard, key=lambda word: (word["block_num"], word["par_num"], word["line_num"]))
        return Sheet(turn, tuple(_line(list(members), scale) for _, members in lines))

    def read_boxes(self, pixels: Pixels, lines: Sequence[Line]) -> tuple[Line, ...]:
        """Read each box as one line."""
        return tuple(self._again(pixels, line) for line in lines)

    def options(self, _pixels: Pixels, lines: Sequence[Line]) -> tuple[tuple[Places, ...], ...]:
        """Give nothing: Tesseract does not tell what else it weighed."""
        return tuple(() for _ in lines)

    def _again(self, pixels: Pixels, line: Line) -> Line:
        strip = cut_out(pixels, as_quad(line.box))
        text = pytesseract.image_to_string(strip, lang=LANGUAGES, config=_ONE_LINE)
        return Line(_joined(text.split()), line.box, line.confidence)


def _turn_of(pixels: Pixels) -> int:
    small, _ = _bounded(pixels)
    try:
        seen: dict[str, Any] = pytesseract.image_to_osd(small, output_type=pytesseract.Output.DICT)
    except pytesseract.TesseractError:  # "too few characters": nothing to turn by
        return 0
    certain = float(seen["orientation_conf"]) >= _TURN_CERTAINTY
    return int(seen["orientation"]) // 90 % 4 if certain else 0


def _bounded(pixels: Pixels) -> tuple[Pixels, float]:
    tall, wide = pixels.shape[:2]
    scale = max(1.0, max(tall, wide) / READ_SIDE)
    if scale == 1:
        return pixels, 1.0
    size = (max(1, round(wide / scale)), max(1, round(tall / scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8), scale


def _line(words: list[dict[str, Any]], scale: float) -> Line:
    left, top = min(w["left"] for w in words), min(w["top"] for w in words)
    right = max(w["left"] + w["width"] for w in words)
    bottom = max(w["top"] + w["height"] for w in words)
    quad = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], dtype=np.float32)
    confidence = _TRUST * sum(float(w["conf"]) for w in words) / len(words) / 100
    return Line(_joined([str(w["text"]) for w in words]), as_box(quad, scale), confidence)


def _joined(words: list[str]) -> str:
    """Join words; Tesseract puts a space between Chinese characters, where none belongs."""
    text = ""
    for word in words:
        needs_space = text and text[-1].isascii() and word[:1].isascii()
        text += f" {word}" if needs_space else word
    return text
