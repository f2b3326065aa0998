"""Many rules over one message: Aho-Corasick anchors → the few patterns they belong to → guards (language.md §5)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import ahocorasick

from bot.parse.signal import guard
from bot.parse.signal.aside import beside
from bot.parse.signal.evidence import DOUBTFUL, SPEAKS, Evidence, Weighed, read_evidence
from bot.parse.signal.rule import RULES_DIRECTORY, Mood, Rule, load_rules
from bot.parse.text import clean

THEIRS = frozenset({"budget_stall", "decider_away", "stall", "person_change"})  # told of us, it is no signal
DELAY = "stall"
REASONS = ("budget_stall", "decider_away")
_APPOINTED = re.compile(r"再|下次|观望|不急")  # put off to some later day: told besides its reason
GOOD = "positive"  # a matter that is settled is no trouble any more, but good news all the same
WEIGHED = "signals"  # the rules whose matches are weighed against the other words of the message
MAX_LENGTH = 2000  # a longer message is a document; its first part is enough to know what it is about


@dataclass(frozen=True)
class Signal:
    """One label found in a message. `span` counts characters of the cleaned text and `text` is that evidence."""

    label: str
    rule_id: str
    span: tuple[int, int]
    text: str
    weight: int


@dataclass(frozen=True)
class Trial:
    """What a rule would have done to one stored message."""

    message: str
    signals: tuple[Signal, ...]


class RuleSet:
    """A compiled set of rules; immutable and safe to share between threads."""

    def __init__(self, rules: Iterable[Rule], evidence: Evidence | None = None) -> None:
        self.rules, self.evidence = tuple(rules), evidence
        self._first = {rule.label: rule for rule in reversed(self.rules)}
        owners: dict[str, set[tuple[int, int]]] = {}
        for number, rule in enumerate(self.rules):
            for place, pattern in enumerate(rule.patterns):
                for anchor in pattern.anchors:
                    owners.setdefault(anchor, set()).add((number, place))
        self._automaton = ahocorasick.Automaton()
        for anchor, units in owners.items():
            self._automaton.add_word(anchor, tuple(units))
        self._automaton.make_automaton()

    @cached_property
    def by_phrases(self) -> "RuleSet":
        """The same rules believed by their phrases alone: more is heard, less of it right."""
        return RuleSet(self.rules)

    def find(self, text: str) -> tuple[Signal, ...]:
        """All signals of a message, at most one for each label, in the order of the text; never raises."""
        copy = guard.matching_copy(text[:MAX_LENGTH])
        if guard.about_training(copy):
            return ()
        found: dict[str, tuple[Rule, tuple[int, int]]] = {}
        refused: set[str] = set()
        weighed = self.evidence.weigh(copy) if self.evidence else ()
        for number, place in self._candidates(copy):
            rule = self.rules[number]
            if rule.label in found:
                continue
            for match in rule.patterns[place].regex.finditer(copy):
                if any(_objections(rule, copy, match.span())):
                    refused.add(rule.label)
                elif rule.sure or _credible(rule.label, match.span(), weighed):
                    found[rule.label] = rule, match.span()
                    break
        self._speaking(copy, weighed, found, refused)
        shown = clean(text[:MAX_LENGTH])
        signals = {
            label: Signal(label, rule.id, span, shown[slice(*span)], rule.weight)
            for label, (rule, span) in found.items()
        }
        return tuple(sorted(_with_reasons(signals, copy).values(), key=lambda signal: signal.span))

    def _speaking(
        self, copy: str, weighed: Iterable[Weighed], found: dict[str, tuple[Rule, tuple[int, int]]], refused: set[str]
    ) -> None:
        """Add the labels that the words alone speak for clearly, unless a guard refused a match of theirs."""
        for piece in weighed:
            if max(piece.scores.values()) < SPEAKS:
                continue
            for label, score in piece.scores.items():
                if score < SPEAKS or label in found or label in refused or label not in self._first:
                    continue
                if not beside(label, copy, (piece.start, piece.end), alone=True):
                    found[label] = self._first[label], (piece.start, piece.end)

    def _candidates(self, copy: str) -> list[tuple[int, int]]:
        if not self._automaton:
            return []
        units: set[tuple[int, int]] = set()
        for _, owners in self._automaton.iter(copy):
            units.update(owners)
        return sorted(units)

    def try_on(self, messages: Sequence[str]) -> tuple[Trial, ...]:
        """Show what these rules find in stored messages, before they are saved (F09); only messages with a hit."""
        trials = (Trial(message, self.find(message)) for message in messages)
        return tuple(trial for trial in trials if trial.signals)


def _with_reasons(found: dict[str, Signal], copy: str) -> dict[str, Signal]:
    """Drop a mere delay whose reason is named: 预算排到明年 is about the budget."""
    delay = found.get(DELAY)
    if delay is None:
        return found
    first, last = guard.clause_at(copy, *delay.span)
    if not _APPOINTED.search(copy, first, last):  # 资金吃紧，想缓缓: the delay is only what the reason brings about
        first, last = guard.sentence_at(copy, *delay.span)
    reasons = (found[label] for label in REASONS if label in found)
    if any(first < reason.span[1] and reason.span[0] < last for reason in reasons):
        return {label: signal for label, signal in found.items() if label != DELAY}
    return found


def _credible(label: str, span: tuple[int, int], weighed: Iterable[Weighed]) -> bool:
    """Whether the words around a match do not speak against it; a label they know nothing of is believed."""
    around = [
        piece.scores[label]
        for piece in weighed
        if piece.start < span[1] and span[0] < piece.end and label in piece.scores
    ]
    return not around or max(around) >= DOUBTFUL


def _objections(rule: Rule, copy: str, span: tuple[int, int]) -> Iterator[bool]:
    """Every reason not to believe a match, cheapest first."""
    start, end = span
    yield guard.negated(copy, start, rule.negation)
    clause = guard.clause_at(copy, start, end)
    yield any(regex.search(copy, *clause) for regex in rule.unless)
    sentence = guard.sentence_at(copy, start, end)
    yield any(regex.search(copy, *sentence) for regex in rule.unless_nearby)
    yield not rule.sure and beside(rule.label, copy, sentence)
    yield rule.hypothetical is Mood.DROP and guard.hypothetical(copy, start)
    yield rule.question is Mood.DROP and guard.questioned(copy, end)
    yield guard.over_by_now(copy, start, end)
    yield guard.asked_by_us(copy, start)
    yield guard.denied_after(copy, end)
    yield rule.label in THEIRS and guard.ours(copy, start)
    yield rule.label != GOOD and guard.settled(copy, end)


@lru_cache(maxsize=8)
def built_in(name: str = "signals") -> RuleSet:
    """Return the rules shipped with the program: "signals" (F09) or "empty_phrases" (V11)."""
    weighing = read_evidence(RULES_DIRECTORY) if name == WEIGHED else None
    return RuleSet(load_rules(RULES_DIRECTORY / f"{name}.yaml"), weighing)
