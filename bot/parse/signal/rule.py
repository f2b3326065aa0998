"""One signal rule: data with its examples; compiled from the small pattern language explained in rules/signals.yaml."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from bot.parse.text import fold

RULES_DIRECTORY = Path(__file__).parent / "rules"
DEFAULT_NEGATION_WINDOW = 6

_REFERENCE = re.compile(r"(?<!P)<([a-z_]+)>")
_ANCHOR = re.compile(r"!(?:<([a-z_]+)>|\(([^()]*)\))")
_GAP = re.compile(r"~(\d+)")
_LOOSE_GAP = re.compile(r"\.\.(\d+)")
_QUIET = "[^不没未无莫勿冇,，。！？!?;\\n]"
_ANY = "[^。！？!?;\\n]"

Words = Mapping[str, list[str]]


class RuleError(ValueError):
    """A rule that cannot be used; the text says why, in Chinese, for the person who wrote it."""


class Mood(StrEnum):
    """What to do with a match inside a question or a condition."""

    DROP = "drop"
    KEEP = "keep"


@dataclass(frozen=True)
class Pattern:
    """One way to say it: any of `anchors` must be in the text before `regex` is tried."""

    source: str
    anchors: tuple[str, ...]
    regex: re.Pattern[str]


@dataclass(frozen=True)
class Rule:
    """A signal (F09), an empty phrase (V11) or a custom rule of the director's; texts are matched folded."""

    id: str
    label: str
    title: str
    patterns: tuple[Pattern, ...]
    unless: tuple[re.Pattern[str], ...] = ()  # looked for in the clause of the match
    unless_nearby: tuple[re.Pattern[str], ...] = ()  # looked for in its whole sentence
    weight: int = 1
    quiet: bool = False  # noted, but no card of its own in a longer note: the note shows it already
    sure: bool = False  # a person's own words: believed whatever stands around them
    negation: int = DEFAULT_NEGATION_WINDOW
    question: Mood = Mood.DROP
    hypothetical: Mood = Mood.DROP
    examples: tuple[str, ...] = ()
    counterexamples: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    evidence: tuple[str, ...] = field(default=())


def expand(source: str, words: Words) -> str:
    """Turn the pattern language into a regular expression; raises RuleError for an unknown word list."""

    def reference(match: re.Match[str]) -> str:
        if match[1] not in words:
            raise RuleError(f"没有叫「{match[1]}」的词表")
        return "(?:" + "|".join(expand(word, words) for word in _longest_first(words[match[1]])) + ")"

    anchored = _ANCHOR.sub(
        lambda m: f"<{m[1]}>" if m[1] else f"(?:{'|'.join(_longest_first(m[2].split('|')))})", source
    )
    referenced = _REFERENCE.sub(reference, anchored)
    return _LOOSE_GAP.sub(_ANY + r"{0,\1}", _GAP.sub(_QUIET.replace("\\", r"\\") + r"{0,\1}", referenced))


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted(words, key=len, reverse=True)


def anchors_of(source: str, words: Words) -> tuple[str, ...]:
    """List the literal words one of which must be present; raises RuleError when a pattern names none."""
    found: list[str] = []
    for match in _ANCHOR.finditer(source):
        if match[1] and match[1] not in words:
            raise RuleError(f"没有叫「{match[1]}」的词表")
        found.extend(words[match[1]] if match[1] else match[2].split("|"))
    if not found or not all(found):
        raise RuleError(f"「{source}」缺少锚词：用 !(词|词) 标出一定会出现的词")
    return tuple(fold(word) for word in found)


def compile_pattern(source: str, words: Words) -> Pattern:
    """Compile one pattern; raises RuleError with a reason a person can act on."""
    try:
        return Pattern(source, anchors_of(source, words), re.compile(expand(source, words)))
    except re.error as error:
        raise RuleError(f"「{source}」写法有误：{error}") from error


def _word_lists(raw: Mapping[str, Any]) -> dict[str, list[str]]:
    return {name: [listed] if isinstance(listed, str) else list(listed) for name, listed in raw.items()}


def _compiled(sources: Iterable[str], words: Words) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(expand(source, words)) for source in sources)


def build_rule(raw: Mapping[str, Any], words: Words) -> Rule:
    """Build a rule from its data; raises RuleError."""
    try:
        return Rule(
            id=raw["id"],
            label=raw["label"],
            title=raw.get("title", raw["label"]),
            patterns=tuple(compile_pattern(source, words) for source in raw["patterns"]),
            unless=_compiled(raw.get("unless", ()), words),
            unless_nearby=_compiled(raw.get("unless_nearby", ()), words),
            weight=int(raw.get("weight", 1)),
            quiet=bool(raw.get("quiet", False)),
            sure=bool(raw.get("sure", False)),
            negation=int(raw.get("negation", DEFAULT_NEGATION_WINDOW)),
            question=Mood(raw.get("question", Mood.DROP)),
            hypothetical=Mood(raw.get("hypothetical", Mood.DROP)),
            **{name: tuple(raw.get(name, ())) for name in ("examples", "counterexamples", "advice", "evidence")},
        )
    except KeyError as error:
        raise RuleError(f"规则缺少 {error.args[0]}") from error
    except re.error as error:
        raise RuleError(f"unless 写法有误：{error}") from error


def load_rules(path: Path) -> tuple[Rule, ...]:
    """Read a rule file; raises RuleError naming the rule at fault."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    words = _word_lists(data.get("words", {}))
    rules = []
    for raw in data["rules"]:
        try:
            rules.append(build_rule(raw, words))
        except RuleError as error:
            raise RuleError(f"{path.name} · {raw.get('id', '?')}：{error}") from error
    return tuple(rules)
