"""Text as read → text to match: half-width, without blanks, with the confidence of each character kept beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.photo.reading import Line

_HALF: dict[int, str] = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_SAME = _HALF | {
    ord(char): other
    for char, other in {"—": "-", "–": "-", "−": "-", "_": "-", "。": ".", "【": "[", "】": "]", "︰": ":"}.items()
}


@dataclass(frozen=True, slots=True)
class Heard:
    """A run of characters and how sure the engine was of each."""

    text: str
    sure: tuple[float, ...]

    @property
    def confidence(self) -> float:
        """How sure of the weakest character; 0 for nothing."""
        return min(self.sure, default=0.0)

    def part(self, start: int, end: int | None = None) -> "Heard":
        """Slice like a string."""
        return Heard(self.text[start:end], self.sure[start:end])

    def __add__(self, other: "Heard") -> "Heard":
        return Heard(self.text + other.text, self.sure + other.sure)

    def stripped(self, unwanted: str) -> "Heard":
        """Drop unwanted characters at both ends."""
        start = len(self.text) - len(self.text.lstrip(unwanted))
        end = len(self.text.rstrip(unwanted))
        return self.part(start, max(start, end))


def heard_of(line: Line) -> Heard:
    """Bring one line to half width and take the blanks out."""
    sure: Sequence[float] = line.chars if len(line.chars) == len(line.text) else [line.confidence] * len(line.text)
    kept = [(char, value) for char, value in zip(line.text, sure, strict=True) if not char.isspace()]
    return Heard("".join(char for char, _ in kept).translate(_SAME), tuple(value for _, value in kept))


def plain(text: str) -> str:
    """Half-width, no blanks: the form in which two texts are compared."""
    return "".join(text.split()).translate(_SAME)
