"""Where lines stand to each other on a page that may be tilted: beside, below, in one row.

Every line carries its own axes, so a page seen in perspective needs no straightening first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from bot.photo.geometry import as_quad, height_of, width_of
from bot.photo.reading import Box, Line
from bot.photo.text import Heard, heard_of

Vector = npt.NDArray[np.float32]

_SAME_ROW = 0.6
_SPLIT_LABEL = 2
_LIKE_SIZED = 0.6


@dataclass(frozen=True)
class Span:
    """One line with its place: `heard` is the matchable text."""

    line: Line
    heard: Heard

    @property
    def text(self) -> str:
        """Matchable text."""
        return self.heard.text

    @cached_property
    def quad(self) -> Vector:
        """Four corners."""
        return as_quad(self.line.box)

    @cached_property
    def height(self) -> float:
        """Height of the writing in pixels."""
        return max(1.0, height_of(self.quad))

    @cached_property
    def width(self) -> float:
        """Length of the line in pixels."""
        return max(1.0, width_of(self.quad))

    @cached_property
    def start(self) -> Vector:
        """Middle of the left edge."""
        return np.asarray((self.quad[0] + self.quad[3]) / 2)

    @cached_property
    def end(self) -> Vector:
        """Middle of the right edge."""
        return np.asarray((self.quad[1] + self.quad[2]) / 2)

    @cached_property
    def along(self) -> Vector:
        """Unit vector in reading direction."""
        axis = self.end - self.start
        return np.asarray(axis / max(1.0, float(np.linalg.norm(axis))))

    @cached_property
    def down(self) -> Vector:
        """Unit vector towards the next line."""
        return np.asarray([-self.along[1], self.along[0]], dtype=np.float32)

    def offset(self, index: int) -> Vector:
        """Place where character `index` of the matchable text begins (Chinese counts double)."""
        weights = [1.0 if char.isascii() else 1.9 for char in self.text]
        share = sum(weights[:index]) / max(1.0, sum(weights))
        return np.asarray(self.start + (self.end - self.start) * share)


def spans_of(lines: Iterable[Line]) -> list[Span]:
    """Lines as spans, those without text dropped, split labels joined (`地 | 点：` → `地点：`)."""
    spans = [Span(line, heard_of(line)) for line in lines]
    return _joined([span for span in spans if span.text])


def right_of(span: Span, others: Sequence[Span], *, reach: float = 12.0) -> Span | None:
    """Return the nearest span beside this one within `reach` heights, or None."""
    best, best_gap = None, reach * span.height
    for other in others:
        if other is span:
            continue
        step = other.start - span.end
        gap, drop = float(step @ span.along), abs(float(step @ span.down))
        if -0.8 * span.height < gap < best_gap and drop < _SAME_ROW * max(span.height, other.height):
            best, best_gap = other, gap
    return best


def below(
    span: Span, others: Sequence[Span], *, left: Vector | None = None, reach: float = 2.0, shift: float = 1.5
) -> Span | None:
    """Return the nearest span under this one whose left edge stands within `shift` heights of `left`."""
    origin = span.start if left is None else left
    best, best_drop = None, reach * span.height
    for other in others:
        if other is span:
            continue
        step = other.start - origin
        aside, drop = float(step @ span.along), float(step @ span.down)
        if 0.45 * span.height < drop < best_drop and abs(aside) < shift * span.height:
            best, best_drop = other, drop
    return best


def in_order(spans: Iterable[Span]) -> list[Span]:
    """Top to bottom along the page's own tilt, then left to right."""
    spans = list(spans)
    if not spans:
        return []
    longest = max(spans, key=lambda span: span.width)
    return sorted(spans, key=lambda span: (round(float(span.start @ longest.down) / longest.height), _x(span, longest)))


def union_box(boxes: Sequence[Box]) -> Box | None:
    """Return the upright rectangle around some boxes."""
    if not boxes:
        return None
    points = [point for box in boxes for point in box]
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def _x(span: Span, axis: Span) -> float:
    return float(span.start @ axis.along)


def _joined(spans: list[Span]) -> list[Span]:
    done: list[Span] = []
    taken: set[int] = set()
    for span in spans:
        if id(span) in taken:
            continue
        beside = right_of(span, spans, reach=1.8) if len(span.text) <= _SPLIT_LABEL else None
        if beside is not None and id(beside) not in taken and _one_label(span, beside):
            taken.add(id(beside))
            done = [one for one in done if one is not beside]
            span = _merged(span, beside)  # noqa: PLW2901 - the merged span stands for both
        done.append(span)
    return done


def _one_label(span: Span, beside: Span) -> bool:
    return span.text.isalpha() and _LIKE_SIZED < span.height / beside.height < 1 / _LIKE_SIZED


def _merged(first: Span, second: Span) -> Span:
    a, b = first.line, second.line
    box = (a.box[0], b.box[1], b.box[2], a.box[3])
    heard = first.heard + second.heard
    line = Line(a.text + b.text, box, min(a.confidence, b.confidence), (*a.chars, *b.chars))
    return Span(line, heard)
