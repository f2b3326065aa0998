"""A read page as the field finders see it, and the label finder: one mechanism, a table row per field."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.photo.layout import Span, Vector, below, in_order, right_of, spans_of, union_box
from bot.photo.reading import Box, Field, Line
from bot.photo.text import Heard

PUNCTUATION = ":;,.-·'\"|*~= "
MAX_WRAPPED = 4


@dataclass(frozen=True)
class Page:
    """The lines of one upright picture; `size` is its width and height."""

    spans: Sequence[Span]
    size: tuple[int, int]

    @property
    def text(self) -> str:
        """Everything read, a line each."""
        return "\n".join(span.text for span in self.spans)


@dataclass(frozen=True)
class Value:
    """A raw value: its characters, the spans they came from and where they start."""

    heard: Heard
    spans: tuple[Span, ...]
    left: Vector

    def box(self) -> Box | None:
        """Return the rectangle around it."""
        return union_box([span.line.box for span in self.spans])


Parsed = tuple[str, Heard] | None
Parser = Callable[[Heard], Parsed]


@dataclass(frozen=True)
class Label:
    """A printed label and what stands behind it.

    `pattern` finds the label; the value is the rest of the line, else the line beside it, else (with `under`) below it.
    `wraps`: the value may go on in the next lines, which start where the value started; `stop` ends it. Of several hits
    the `nth` in reading order counts, or with `leftmost` the one furthest left. `left_half`: the other half is another party's. `like`: the label in full, also taken with one
    character misread.
    """

    name: str
    pattern: str
    parse: Parser
    wraps: bool = False
    under: bool = False
    nth: int = 0
    leftmost: bool = False
    left_half: bool = False
    like: str = ""


def page_of(lines: Iterable[Line], size: tuple[int, int]) -> Page:
    """Prepare read lines for the field finders."""
    return Page(in_order(spans_of(lines)), size)


def labelled(page: Page, labels: Iterable[Label], *, stop: str = "(?!)") -> Iterator[Field]:
    """Yield a field for each label whose value parses; the first hit in reading order wins."""
    for label in labels:
        hits = [hit for span in page.spans for hit in _hits(page, span, label, stop)]
        if label.leftmost:
            hits.sort(key=lambda hit: hit.box[0][0] if hit.box else 0)
        if label.left_half:
            hits = [hit for hit in hits if hit.box and hit.box[0][0] < middle_of(page)]
        if len(hits) > label.nth:
            yield hits[label.nth]


def field_of(name: str, value: str, heard: Heard, spans: Sequence[Span]) -> Field:
    """Build a field from the characters it was read from."""
    chars = heard.sure if value == heard.text else ()
    return Field(name, value, heard.text, round(heard.confidence, 3), union_box([s.line.box for s in spans]), chars)


def wrapped(page: Page, value: Value, *, stop: str) -> Value:
    """Add the lines that continue a value: they start where it started and match no `stop`."""
    heard, spans, last = value.heard, list(value.spans), value.spans[-1]
    left = value.left
    for _ in range(MAX_WRAPPED):
        following = below(last, [s for s in page.spans if s not in spans], left=left, reach=1.85, shift=1.2)
        if following is None or re.search(stop, following.text) or not _continues(last, following):
            break
        heard, last, left = heard + following.heard, following, following.start
        spans.append(following)
    return Value(heard, tuple(spans), value.left)


def middle_of(page: Page) -> float:
    """Return the middle of what is written, which need not be the picture's."""
    xs = [x for span in page.spans for x in (float(span.start[0]), float(span.end[0]))]
    return (min(xs) + max(xs)) / 2 if xs else page.size[0] / 2


def _continues(one: Span, other: Span) -> bool:
    """Tell a continuation: same size, and not longer, because only a full line is continued."""
    return 0.6 < one.height / other.height < 1.6 and float((other.end - one.end) @ one.along) < 1.5 * one.height


def _hits(page: Page, span: Span, label: Label, stop: str) -> Iterator[Field]:
    end = _label_end(span.text, label)
    if not end:
        return
    for value in _values(page, span, end - 1, label):
        whole = wrapped(page, value, stop=stop) if label.wraps else value
        parsed = label.parse(whole.heard)
        if parsed is not None:
            yield field_of(label.name, *parsed, whole.spans)
            return


def _label_end(text: str, label: Label) -> int:
    """Return one more than the index at which the label ends, 0 when it is not there."""
    match = re.search(label.pattern, text)
    if match is not None:
        return match.end() + 1
    size = len(label.like)
    wrong = sum(one != other for one, other in zip(text, label.like, strict=False))
    return size + 1 if size and len(text) >= size and wrong <= 1 else 0


def _values(page: Page, span: Span, end: int, label: Label) -> Iterator[Value]:
    rest = span.heard.part(end).stripped(PUNCTUATION)
    if rest.text:
        skipped = len(span.text) - len(span.text[end:].lstrip(PUNCTUATION))
        yield Value(rest, (span,), span.offset(skipped))
    beside = right_of(span, page.spans)
    if beside is not None and not rest.text:
        yield Value(beside.heard.stripped(PUNCTUATION), (beside,), beside.start)
    if label.under:
        under = below(span, page.spans, reach=2.6, shift=2.5)
        if under is not None:
            yield Value(under.heard.stripped(PUNCTUATION), (under,), under.start)
