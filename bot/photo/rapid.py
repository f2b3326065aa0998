"""RapidOCR (PP-OCR weights from the wheel): finds text on a small copy, reads it from the full-size picture.

Reading cut-outs at full resolution is what makes small watermarks legible; the finder never sees more than
`FIND_SIDE` pixels, which bounds memory.
"""

import importlib.util
import logging
from collections.abc import Iterator, Sequence
from typing import Any, cast

import cv2
import numpy as np
from rapidocr import EngineType, RapidOCR

from bot.photo.ctc import places_of
from bot.photo.engine import Places, Sheet
from bot.photo.geometry import (
    Quad,
    as_box,
    as_quad,
    cut_out,
    height_of,
    is_tall,
    laid_down,
    lengths_each_way,
    slimness,
    small_print,
    turned,
    turned_over,
)
from bot.photo.load import Pixels
from bot.photo.nudge import nudged
from bot.photo.reading import Line

# onnxruntime first: OpenVINO is 1.5 times faster but its memory passes 1 GiB within forty pictures
BACKENDS = ("onnxruntime", "openvino")
FIND_SIDE = 960
STRIP_HEIGHT = 64
MOST_LINES = 300  # the fullest form has a hundred; thousands cost minutes and more than a gibibyte
_USUAL = 25  # heights a line is long; six such strips at once take 600 MB, six of 80 take 1.2 GB
_AT_ONCE = 90
_LONGEST = 160
_SAMPLE = 5
_SAMPLE_RATIO = 6
_ZOOM = 3.0
_MIXED = 0.2  # share of long boxes that lie the other way: a vertical sign beside a watermark, ruled paper
_LEGIBLE = 0.8
_COLUMNS = 2  # a column of an upright sign reads nearly as well lying down: it counts half
_LEAST_RATIO = 320 / 48  # the shortest strip the recognizer was taught with
_OVER = 1.1  # how much better it must read upside down: a sign in a foreign script reads badly both ways
_MIN_SCORE = 0.5


class RapidEngine:
    """See `bot.photo.engine.Engine`."""

    def __init__(self, *, threads: int = 2, backend: str = "") -> None:
        chosen = backend or next(name for name in BACKENDS if importlib.util.find_spec(name))
        self.name = f"rapidocr/{chosen}"
        kind = EngineType(chosen)
        self._ocr = RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.max_side_len": FIND_SIDE,
                "Global.return_word_box": True,
                "Det.engine_type": kind,
                "Cls.engine_type": kind,
                "Rec.engine_type": kind,
                "Det.limit_type": "max",
                "Det.limit_side_len": FIND_SIDE,
                "EngineConfig.onnxruntime.intra_op_num_threads": threads,
                "EngineConfig.openvino.inference_num_threads": threads,
            }
        )
        logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)

    def read(self, pixels: Pixels) -> Sheet:
        """Find boxes; when they lie on their side turn the picture; when they read better upside down turn it over."""
        quads = self._find(pixels)
        if not quads:
            return Sheet(0, ())
        turn = 1 if self._sideways(pixels, quads) else 0
        if turn:
            pixels = turned(pixels, turn)
            quads = self._find(pixels)
        if self._upside_down(pixels, quads):
            turn += 2
            pixels = turned(pixels, 2)
            quads = [turned_over(quad, pixels.shape) for quad in quads]
        return Sheet(turn, self._lines(pixels, self._closer(pixels, quads)))

    def read_boxes(self, pixels: Pixels, lines: Sequence[Line]) -> tuple[Line, ...]:
        """Read the given boxes again on another version of the same upright picture."""
        return self._lines(pixels, [as_quad(line.box) for line in lines], keep_all=True)

    def options(self, pixels: Pixels, lines: Sequence[Line]) -> tuple[tuple[Places, ...], ...]:
        """Read each box from several cuts, which the recognizer takes in one go."""
        reader: Any = cast("Any", self._ocr)._load_rec_model()  # noqa: SLF001 - the only way to what else it weighed
        done = []
        for line in lines:
            strips = list(nudged(pixels, as_quad(line.box), height=STRIP_HEIGHT))
            ratio = max(_LEAST_RATIO, strips[0].shape[1] / strips[0].shape[0])
            if ratio * len(strips) > _AT_ONCE:  # longer than any field: one look is enough
                strips = [strips[0][:, : _LONGEST * STRIP_HEIGHT]]
                ratio = min(ratio, strips[0].shape[1] / strips[0].shape[0])
            batch = np.stack([reader.resize_norm_img(strip[..., ::-1], ratio) for strip in strips])
            chances = np.asarray(reader.session(batch.astype(np.float32)), dtype=np.float32)
            done.append(tuple(places_of(one, reader.postprocess_op.character) for one in chances))
        return tuple(done)

    def _find(self, pixels: Pixels, most: float = 1.0) -> list[Quad]:
        """Find boxes on a copy of at most FIND_SIDE pixels, enlarged up to `most` times when it is smaller."""
        tall, wide = pixels.shape[:2]
        scale = max(1.0 / most, max(tall, wide) / FIND_SIDE)
        small = pixels
        if scale != 1:
            size = (max(1, round(wide / scale)), max(1, round(tall / scale)))
            way = cv2.INTER_AREA if scale > 1 else cv2.INTER_CUBIC
            small = np.asarray(cv2.resize(pixels, size, interpolation=way), dtype=np.uint8)
        found: Any = self._ocr(small[..., ::-1], use_det=True, use_cls=False, use_rec=False)
        if getattr(found, "boxes", None) is None:
            return []
        ratio = np.array([wide / small.shape[1], tall / small.shape[0]], dtype=np.float32)
        return _largest([np.asarray(box, dtype=np.float32) * ratio for box in found.boxes])

    def _closer(self, pixels: Pixels, quads: list[Quad]) -> list[Quad]:
        """Look again, enlarged, where a photo carries a few small lines: watermarks are smaller than the finder likes."""
        area = small_print(quads, pixels.shape)
        if area is None:
            return quads
        left, top, right, bottom = area
        near = [
            quad + np.array([left, top], dtype=np.float32) for quad in self._find(pixels[top:bottom, left:right], _ZOOM)
        ]
        near = [quad for quad in near if not _cut(quad, area, pixels.shape)]
        kept = [quad for quad in quads if not _inside(quad, area)]
        return kept + near if len(near) >= len(quads) - len(kept) else quads

    def _sideways(self, pixels: Pixels, quads: list[Quad]) -> bool:
        """Tell writing that lies on its side; where long boxes lie both ways, what reads better decides."""
        level, upright = lengths_each_way(quads)
        if min(level, upright) < _MIXED * (level + upright):
            return upright > level
        tall = self._legible(pixels, [quad for quad in quads if is_tall(quad)])
        return tall > _COLUMNS * self._legible(pixels, [quad for quad in quads if not is_tall(quad)])

    def _legible(self, pixels: Pixels, quads: list[Quad]) -> int:
        """Count the characters that are read well one way up or the other, tall boxes laid down."""
        chosen = sorted(quads, key=slimness, reverse=True)[: 2 * _SAMPLE]
        strips = [cut_out(pixels, laid_down(quad), height=STRIP_HEIGHT) for quad in chosen]
        return max(
            sum(len(text) for text, confidence, _ in self._recognise(way) if confidence >= _LEGIBLE)
            for way in (strips, [turned(strip, 2) for strip in strips])
        )

    def _upside_down(self, pixels: Pixels, quads: list[Quad]) -> bool:
        """Let the lines with most characters tell: the widest box may be three letters of a sign seen from behind."""
        chosen = sorted((quad for quad in quads if not is_tall(quad)), key=slimness, reverse=True)[:_SAMPLE]
        sample = [_shortened(cut_out(pixels, quad, height=STRIP_HEIGHT)) for quad in chosen]
        return bool(sample) and self._score([turned(strip, 2) for strip in sample]) > _OVER * self._score(sample)

    def _score(self, strips: list[Pixels]) -> float:
        return float(np.mean([confidence * min(len(text), 8) for text, confidence, _ in self._recognise(strips)]))

    def _lines(self, pixels: Pixels, quads: Sequence[Quad], *, keep_all: bool = False) -> tuple[Line, ...]:
        strips = [cut_out(pixels, laid_down(quad), height=STRIP_HEIGHT) for quad in quads]
        read = zip(quads, self._recognise(strips), strict=True)
        return tuple(
            Line(text, as_box(quad), confidence, chars)
            for quad, (text, confidence, chars) in read
            if keep_all or (text.strip() and confidence >= _MIN_SCORE)
        )

    def _recognise(self, strips: list[Pixels]) -> list[tuple[str, float, tuple[float, ...]]]:
        found: dict[int, tuple[str, float, tuple[float, ...]]] = {}
        for batch in _batches(strips):
            out: Any = self._ocr.recognize_txt([strips[at][:, : _LONGEST * STRIP_HEIGHT, ::-1] for at in batch])
            for at, text, score, word in zip(batch, out.txts, out.scores, out.word_results, strict=True):
                found[at] = (text, float(score), tuple(float(c) for c in word.confs) if text else ())
        return [found[at] for at in range(len(strips))]


def _largest(quads: list[Quad]) -> list[Quad]:
    """Keep the tallest lines, in their order, of a picture made to keep the reader busy."""
    if len(quads) <= MOST_LINES:
        return quads
    tallest = sorted(range(len(quads)), key=lambda at: -height_of(quads[at]))[:MOST_LINES]
    return [quads[at] for at in sorted(tallest)]


def _batches(strips: Sequence[Pixels]) -> Iterator[list[int]]:
    """Yield which strips to read together: those read at once are as wide as the widest of them, and all in memory."""
    wide = [strip.shape[1] / strip.shape[0] for strip in strips]
    usual = [at for at in range(len(strips)) if wide[at] <= _USUAL]
    if usual:
        yield usual  # the engine itself takes six of these at once
    batch: list[int] = []
    for at in sorted((at for at in range(len(strips)) if wide[at] > _USUAL), key=lambda at: wide[at]):
        if batch and (len(batch) + 1) * wide[at] > _AT_ONCE:
            yield batch
            batch = []
        batch.append(at)
    if batch:
        yield batch


def _shortened(strip: Pixels) -> Pixels:
    """Keep the middle of a long strip: a few characters tell which way is up."""
    height, width = strip.shape[:2]
    spare = max(0, width - _SAMPLE_RATIO * height) // 2
    return np.ascontiguousarray(strip[:, spare : width - spare])


def _cut(quad: Quad, area: tuple[int, int, int, int], shape: tuple[int, ...]) -> bool:
    """Tell a box that the area's edge (not the picture's) goes through."""
    left, top, right, bottom = area
    (x, y), (far_x, far_y) = quad.min(axis=0), quad.max(axis=0)
    aside = (0 < left > x - 2) or (shape[1] > right < far_x + 2)
    return bool(aside or (0 < top > y - 2) or (shape[0] > bottom < far_y + 2))


def _inside(quad: Quad, area: tuple[int, int, int, int]) -> bool:
    x, y = quad.mean(axis=0)
    return bool(area[0] <= x <= area[2] and area[1] <= y <= area[3])
