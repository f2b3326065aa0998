"""Evidence for and against a signal, in points: word families, two of them in one clause, single characters.

A rule knows how a thing is said; evidence knows which words it is said with. A rule's match that nothing around it speaks
for is not believed, and words that speak clearly are, though no rule knows their order. The word families
(rules/evidence_words.yaml) are written by hand; what they are worth (rules/evidence_points.tsv) is fitted by
`python -m bench.signal_points` on every labelled set. Both are plain text to read and to change.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import ahocorasick
import yaml

WORDS_FILE: Final = "evidence_words.yaml"
POINTS_FILE: Final = "evidence_points.tsv"
BIAS: Final = "(always)"
SCALE: Final = 100  # points are whole numbers: hundredths of a log-odd
SPEAKS: Final = math.log(0.65 / 0.35)  # enough without a rule
DOUBTFUL: Final = math.log(0.09 / 0.91)  # too little even with a rule

FEW: Final = 5  # words so few that the next one still changes the matter: a short message speaks less loudly

NEAR: Final = 6  # families further apart in a clause than this say nothing together

_DROPPED: Final = "drop"
_KEPT: Final = "plain"
_FIRST_SYMBOL: Final = 0xE000
_SYMBOL = re.compile("[\ue000-\uf8ff]")
_CLAUSE_END = re.compile(r"[,，。！？!?;；、:\s]")
_SENTENCE = re.compile(r"[^。！？!?;\n]+[。！？!?;\n]*")
_ONE_PIECE: Final = 80  # a text up to this long is weighed whole, a longer one sentence by sentence

Points = Mapping[str, tuple[tuple[int, float], ...]]


@dataclass(frozen=True)
class Weighed:
    """What one piece of a text is worth: log-odds by label, and where the piece stands."""

    start: int
    end: int
    scores: Mapping[str, float]


class Families:
    """The word families: turns a text into characters and family symbols."""

    def __init__(self, words: Mapping[str, Iterable[object]]) -> None:
        names = [name for name in words if name not in {_DROPPED, _KEPT}]
        self.symbols = {name: chr(_FIRST_SYMBOL + place) for place, name in enumerate(names)}
        self.names = {symbol: f"<{name}>" for name, symbol in self.symbols.items()}
        self._automaton = ahocorasick.Automaton()
        for name, listed in words.items():
            for word in map(str, listed):
                self._automaton.add_word(word, (len(word), self._written(name, word)))
        self._automaton.make_automaton()

    def _written(self, name: str, word: str) -> str:
        if name == _DROPPED:
            return ""
        return word if name == _KEPT else self.symbols[name]

    def symbolic(self, copy: str) -> str:
        """Return a matching copy with every family word replaced by its family's symbol."""
        parts: list[str] = []
        done = 0
        for end, (length, written) in self._automaton.iter_long(copy):
            parts += copy[done : end - length + 1], written
            done = end + 1
        return "".join((*parts, copy[done:]))

    def features(self, copy: str) -> set[str]:
        """List what counts as evidence: each character and family, and each two families in one clause, in order."""
        text = self.symbolic(copy)
        found = set(text)
        for clause in _CLAUSE_END.split(text):
            symbols = _SYMBOL.findall(clause)
            found.update(
                first + later for place, first in enumerate(symbols) for later in symbols[place + 1 : place + NEAR]
            )
        return found

    def spelled(self, feature: str) -> str:
        """Write a feature as it stands in the table of points: 贵, <budget>, <budget><neg>."""
        return "".join(self.names.get(sign, sign) for sign in feature)


class Evidence:
    """Families with their points; immutable and safe to share between threads."""

    def __init__(self, families: Families, labels: Iterable[str], points: Points, bias: Iterable[float]) -> None:
        self._families, self._points = families, points
        self.labels, self._bias = tuple(labels), tuple(bias)

    def weigh(self, copy: str) -> tuple[Weighed, ...]:
        """Weigh a matching copy (`guard.matching_copy`) whole, or sentence by sentence when it is long."""
        return tuple(self._weighed(copy, *piece) for piece in _pieces(copy))

    def _weighed(self, copy: str, start: int, end: int) -> Weighed:
        worth_of = self._points.get
        sums = [0.0] * len(self.labels)
        known = 0
        for one in self._families.features(copy[start:end]):
            if (worth := worth_of(one)) is not None:
                known += 1
                for place, points in worth:
                    sums[place] += points
        share = 1 / math.sqrt(known + FEW)
        scores = [bias + total * share for bias, total in zip(self._bias, sums, strict=True)]
        return Weighed(start, end, dict(zip(self.labels, scores, strict=True)))


def _pieces(copy: str) -> Iterator[tuple[int, int]]:
    if len(copy) <= _ONE_PIECE:
        return iter(((0, len(copy)),))
    return (match.span() for match in _SENTENCE.finditer(copy))


def read_families(directory: Path) -> Families:
    """Read the word families of a directory."""
    return Families(yaml.safe_load((directory / WORDS_FILE).read_text(encoding="utf-8")))


@lru_cache(maxsize=2)
def read_evidence(directory: Path) -> Evidence:
    """Read families and points of a directory."""
    families = read_families(directory)
    head, *rows = (directory / POINTS_FILE).read_text(encoding="utf-8").rstrip("\n").split("\n")
    labels = head.split("\t")[1:]
    worth = {name: [int(cell or 0) / SCALE for cell in cells] for name, *cells in (row.split("\t") for row in rows)}
    bias = worth.pop(BIAS)
    spelled = {name: symbol for symbol, name in families.names.items()}
    points = {
        re.sub(r"<[a-z_]+>", lambda match: spelled[match[0]], name): tuple(
            (place, value) for place, value in enumerate(values) if value
        )
        for name, values in worth.items()
    }
    return Evidence(families, labels, points, bias)
