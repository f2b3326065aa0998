"""RapidOCR (PP-OCR weights from the wheel): finds text on a small copy, reads it from the full-size picture.

Reading cut-outs at full resolution is what makes small watermarks legible; the finder never sees more than
`FIND_SIDE` pixels, which bounds memory.
"""

import importlib.util
import logging
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from rapidocr import EngineType, RapidOCR

from bot.photo.engine import Sheet
from bot.photo.geometry import Quad, as_box, as_quad, cut_out, height_of, is_tall, turned, width_of
from bot.photo.load import Pixels
from bot.photo.reading import Line

# onnxruntime first: OpenVINO is 1.5 times faster but its memory passes 1 GiB within forty pictures
BACKENDS = ("onnxruntime", "openvino")
FIND_SIDE = 960
STRIP_HEIGHT = 64
_SAMPLE = 5
_SAMPLE_RATIO = 6
_LONG = 2.0
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
        """Find boxes; if most stand on their side turn the picture; if they read better upside down turn it over."""
        quads = self._find(pixels)
        if not quads:
            return Sheet(0, ())
        turn = self._turn(pixels, quads)
        if turn:
            pixels = turned(pixels, turn)
            quads = self._find(pixels)
        return Sheet(turn, self._lines(pixels, quads))

    def read_boxes(self, pixels: Pixels, lines: Sequence[Line]) -> tuple[Line, ...]:
        """Read the given boxes again on another version of the same upright picture."""
        return self._lines(pixels, [as_quad(line.box) for line in lines], keep_all=True)

    def _find(self, pixels: Pixels) -> list[Quad]:
        tall, wide = pixels.shape[:2]
        scale = max(1.0, max(tall, wide) / FIND_SIDE)
        small = pixels
        if scale > 1:
            size = (max(1, round(wide / scale)), max(1, round(tall / scale)))
            small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        found: Any = self._ocr(small[..., ::-1], use_det=True, use_cls=False, use_rec=False)
        if getattr(found, "boxes", None) is None:
            return []
        ratio = np.array([wide / small.shape[1], tall / small.shape[0]], dtype=np.float32)
        return [np.asarray(box, dtype=np.float32) * ratio for box in found.boxes]

    def _turn(self, pixels: Pixels, quads: list[Quad]) -> int:
        """Let long boxes vote whether the writing lies on its side, then read a few both ways up."""
        standing = sum(height_of(quad) for quad in quads if height_of(quad) > _LONG * width_of(quad))
        lying = sum(width_of(quad) for quad in quads if width_of(quad) > _LONG * height_of(quad))
        sideways = standing > lying
        chosen = [quad for quad in quads if is_tall(quad) == sideways] or quads
        chosen = sorted(chosen, key=lambda quad: -max(height_of(quad), width_of(quad)))[:_SAMPLE]
        sample = [cut_out(pixels, quad, height=STRIP_HEIGHT) for quad in chosen]
        first = [_shortened(turned(strip, 1) if sideways else strip) for strip in sample]
        upright = self._score(first)
        over = self._score([turned(strip, 2) for strip in first])
        return (3 if over > upright else 1) if sideways else (2 if over > upright else 0)

    def _score(self, strips: list[Pixels]) -> float:
        return float(np.mean([confidence * min(len(text), 8) for text, confidence, _ in self._recognise(strips)]))

    def _lines(self, pixels: Pixels, quads: Sequence[Quad], *, keep_all: bool = False) -> tuple[Line, ...]:
        strips = []
        for quad in quads:
            strip = cut_out(pixels, quad, height=STRIP_HEIGHT)
            strips.append(turned(strip, 1) if is_tall(quad) else strip)
        read = zip(quads, self._recognise(strips), strict=True)
        return tuple(
            Line(text, as_box(quad), confidence, chars)
            for quad, (text, confidence, chars) in read
            if keep_all or (text.strip() and confidence >= _MIN_SCORE)
        )

    def _recognise(self, strips: list[Pixels]) -> list[tuple[str, float, tuple[float, ...]]]:
        if not strips:
            return []
        out: Any = self._ocr.recognize_txt([strip[..., ::-1] for strip in strips])
        return [
            (text, float(score), tuple(float(c) for c in word.confs) if text else ())
            for text, score, word in zip(out.txts, out.scores, out.word_results, strict=True)
        ]


def _shortened(strip: Pixels) -> Pixels:
    """Keep the middle of a long strip: a few characters tell which way is up."""
    height, width = strip.shape[:2]
    spare = max(0, width - _SAMPLE_RATIO * height) // 2
    return np.ascontiguousarray(strip[:, spare : width - spare])
