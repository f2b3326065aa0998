"""A Reading as the rules want to see it."""

from bot.photo.reading import Box, Reading
from bot.photo.text import plain
from models.rules.photo import PhotoFacts, ReadField, Reason

_COLUMNS, _ROWS = ("左", "", "右"), ("上", "", "下")


def facts_of(reading: Reading) -> PhotoFacts:
    """Take what `models.rules.photo` needs out of a reading."""
    spoilt = Reason.BLURRED if reading.quality.blurred else Reason.DARK if reading.quality.dark else None
    return PhotoFacts(
        kind=reading.kind.value,
        fields={name: ReadField(field.value, field.confidence) for name, field in reading.fields.items()},
        text="\n".join(line.text for line in reading.lines),
        seal=reading.seal.verdict,
        seal_confidence=reading.seal.confidence,
        seal_text=plain(reading.seal.text) if reading.seal.text else None,
        seal_place=place_of(reading.seal.box, reading.size) if reading.seal.box else "",
        spoilt=spoilt,
        problem=reading.problem.value if reading.problem else None,
    )


def place_of(box: Box, size: tuple[int, int]) -> str:
    """Name the third of the picture a box's middle stands in: 右下, 左侧, 中间."""
    across = 3 * sum(x for x, _ in box) // (4 * max(1, size[0]))
    down = 3 * sum(y for _, y in box) // (4 * max(1, size[1]))
    column, row = _COLUMNS[min(2, max(0, across))], _ROWS[min(2, max(0, down))]
    if column and row:
        return column + row
    return f"{column}侧" if column else f"{row}方" if row else "中间"


def read_part(reading: Reading, *names: str) -> Box | None:
    """Return the rectangle around the named fields that were read, or None when none of them was."""
    boxes = [field.box for name in names if (field := reading.fields.get(name)) and field.box]
    points = [point for box in boxes for point in box]
    if not points:
        return None
    left, top = min(x for x, _ in points), min(y for _, y in points)
    right, bottom = max(x for x, _ in points), max(y for _, y in points)
    return (left, top), (right, top), (right, bottom), (left, bottom)
