"""Pictures people send: what they show, what is written on them, whether a seal is on them.

`PhotoReader.read(data)` answers with a `Reading`; the verdicts about it are `models.rules.photo`.
"""

from bot.photo.engine import NoEngineError, available_engines, choose_engine
from bot.photo.facts import facts_of, read_part
from bot.photo.reader import PhotoReader
from bot.photo.reading import (
    KIND_NAMES,
    Box,
    Exif,
    Field,
    Line,
    PhotoKind,
    Problem,
    Quality,
    Reading,
    Seal,
    from_json,
    to_json,
)
from bot.photo.report import engine_report

__all__ = [
    "KIND_NAMES",
    "Box",
    "Exif",
    "Field",
    "Line",
    "NoEngineError",
    "PhotoKind",
    "PhotoReader",
    "Problem",
    "Quality",
    "Reading",
    "Seal",
    "available_engines",
    "choose_engine",
    "engine_report",
    "facts_of",
    "from_json",
    "read_part",
    "to_json",
]
