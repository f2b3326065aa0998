"""The recognisers: each claims the clauses it understands with drafts. A new kind of record is one more function."""

from collections.abc import Callable, Iterator

from bot.parse.sentence.awaited import awaited
from bot.parse.sentence.deeds import deeds
from bot.parse.sentence.done import done
from bot.parse.sentence.noticed import empty_phrases, objections, progress, signals
from bot.parse.sentence.plans import plans
from bot.parse.sentence.reading import Reading
from bot.parse.sentence.types import Draft
from bot.parse.sentence.visits import visits

Recogniser = Callable[[Reading], Iterator[Draft]]

RECOGNISERS: tuple[Recogniser, ...] = (
    visits,
    plans,
    objections,
    deeds,
    awaited,
    done,
    signals,
    progress,
    empty_phrases,
)
