"""Lines that cannot end where the finder saw them end: 星期 without its day, 有限公 without 司, a street number without 号.

Thin or faint last characters (一, 号) often fall outside the box while the rest is read with full confidence, so only
what a line says can tell that something is missing. Such a line is read again, a little wider.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.photo.engine import Engine
from bot.photo.geometry import as_box, as_quad, height_of
from bot.photo.load import Pixels
from bot.photo.reading import Line
from bot.photo.text import plain

_UNFINISHED = re.compile(
    r"(?:星期|周|礼拜|有限|责任|有限公|责任公|股份有限公|[路街道巷弄段座厦园楼][0-9]{1,5}|[0-9][:：][0-9])$"
)
_WIDER = (0.8, 1.6)  # heights: one narrow, one full character
_SURE = 0.5


def finished(pixels: Pixels, lines: Sequence[Line], engine: Engine) -> tuple[Line, ...]:
    """Read unfinished lines of the upright picture again with a wider box; keep what is the same and goes on."""
    done = list(lines)
    for wider in _WIDER:
        open_ended = [index for index, line in enumerate(done) if _UNFINISHED.search(plain(line.text))]
        if not open_ended:
            break
        grown = engine.read_boxes(pixels, [_grown(done[index], wider) for index in open_ended])
        for index, again in zip(open_ended, grown, strict=True):
            if _goes_on(done[index], again):
                done[index] = again
    return tuple(done)


def _grown(line: Line, heights: float) -> Line:
    quad = as_quad(line.box)
    along = (quad[1] - quad[0]) / max(1.0, float(((quad[1] - quad[0]) ** 2).sum()) ** 0.5)
    quad[1:3] += along * height_of(quad) * heights
    return replace(line, box=as_box(quad))


def _goes_on(line: Line, again: Line) -> bool:
    before, after = plain(line.text), plain(again.text)
    more = after[len(before) :]
    return after.startswith(before) and 0 < len(more) <= 2 and more.isalnum() and again.confidence >= _SURE
