"""A Reading as the rules want to see it."""

from bot.photo.reading import Reading
from models.rules.photo import PhotoFacts, ReadField, Reason


def facts_of(reading: Reading) -> PhotoFacts:
    """Take what `models.rules.photo` needs out of a reading."""
    spoilt = Reason.BLURRED if reading.quality.blurred else Reason.DARK if reading.quality.dark else None
    return PhotoFacts(
        kind=reading.kind.value,
        fields={name: ReadField(field.value, field.confidence) for name, field in reading.fields.items()},
        text="\n".join(line.text for line in reading.lines),
        seal=reading.seal.verdict,
        seal_confidence=reading.seal.confidence,
        spoilt=spoilt,
        problem=reading.problem.value if reading.problem else None,
    )
