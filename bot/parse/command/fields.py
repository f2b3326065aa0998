"""The part after the command word → keyed values and positional values."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.parse.command.spec import CommandSpec
from bot.parse.text import fold

_QUOTES = {'"': '"', "“": "”“", "”": "”", "「": "」", "『": "』", "‘": "’", "'": "'", "《": "》"}
_KEPT_MARKS = "《"  # a title keeps its marks: 《客户技术确认单》 is a name
_QUOTED = re.compile(
    r"""(?:(?<=[\s,;:=])|^)(?:"[^"\n]+"|[“”][^“”\n]+[“”]|「[^」\n]+」|『[^』\n]+』|‘[^’\n]+’|'[^'\n]+')(?=[\s,;]|$)"""
)
_TOKEN = re.compile(r"[^\s,;|、→]+(?:(?<=[a-z0-9.])[,]\s?(?=[a-z0-9])[^\s,;|、→]+)*|,(?=\d{3})")
_GAP = re.compile(r"(?:[\s,;|、→]|->|=>)+")
_EDGE = " \t\n,，;；|｜"


@dataclass(frozen=True)
class Fields:
    """What stands after a command word."""

    positional: tuple[str, ...]
    named: Mapping[str, str]
    keyed: Mapping[str, str]


def key_pattern(words: Sequence[str]) -> re.Pattern[str] | None:
    """Match `key:` and `【key】` at a word start, longest key first; None when a command has no keys."""
    if not words:
        return None
    known = "|".join(re.escape(fold(word)) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?:^|(?<=[\s,;|。、]))(?:[【\[]\s*({known})\s*[】\]]\s*[:=]?|({known})\s*[:=])[^\S\n]*")


def _quoted_spans(folded: str) -> list[tuple[int, int]]:
    return [match.span() for match in _QUOTED.finditer(folded)]


def unquoted(value: str) -> str:
    """Take one pair of quotes off a value that is quoted as a whole and has none inside."""
    closing = _QUOTES.get(value[:1]) if len(value) > 2 else None
    if closing is None or value[0] in _KEPT_MARKS or value[-1] not in closing:
        return value
    inner = value[1:-1]
    return value if value[0] in inner or value[-1] in inner else inner.strip()


def _keyed(text: str, folded: str, spec: CommandSpec, pattern: re.Pattern[str] | None) -> tuple[int, dict[str, str]]:
    """Where the positional part ends, and the value of every key; a repeated key is joined with a semicolon."""
    if pattern is None:
        return len(text), {}
    quoted = _quoted_spans(folded)
    hits = [m for m in pattern.finditer(folded) if not any(start < m.start() < end for start, end in quoted)]
    names = {fold(word): name for word, name in spec.keys.items()}
    values: dict[str, str] = {}
    ends = [hit.start() for hit in hits[1:]] + [len(text)]
    for hit, end in zip(hits, ends[: len(hits)], strict=True):
        value = unquoted(text[hit.end() : end].strip(_EDGE))
        name = names[hit[1] or hit[2]]
        if value:
            values[name] = f"{values[name]}；{value}" if name in values else value
    return (hits[0].start() if hits else len(text)), values


def _words(text: str, folded: str) -> Iterator[tuple[int, str]]:
    """Yield start and value of each word; a quoted phrase is one word."""
    position = 0
    while position < len(text):
        gap = _GAP.match(folded, position)
        if gap:
            position = gap.end()
            continue
        match = _QUOTED.match(folded, position) or _TOKEN.match(folded, position)
        end = match.end() if match else position + 1
        yield position, unquoted(text[position:end])
        position = end


def _positional(text: str, folded: str, spec: CommandSpec) -> tuple[list[str], dict[str, str]]:
    """Fill the named positions from left to right; the last one takes the rest as typed when greedy."""
    names, values, named, position = list(spec.positional), [], {}, 0
    last = len(names) - 1
    for start, word in _words(text, folded):
        while position < last and word not in spec.choices.get(names[position], (word,)):
            position += 1
        if spec.greedy_last and position >= last:
            values.append(unquoted(text[start:].strip(_EDGE)))
            if names:
                named[names[last]] = values[-1]
            break
        values.append(word)
        if position <= last:
            named[names[position]] = word
        position += 1
    return values, named


def _choice_colons_as_blanks(text: str, spec: CommandSpec) -> str:
    """规则 新增：… means the same as 规则 新增 …: the colon after a choice word only separates."""
    words = [word for choices in spec.choices.values() for word in choices]
    if not words or not (":" in text or "：" in text):
        return text
    known = "|".join(map(re.escape, words))
    return re.sub(rf"(?:^|(?<=[\s,，;；|｜、]))({known})[:：]", r"\1 ", text)


def split_fields(text: str, spec: CommandSpec, pattern: re.Pattern[str] | None) -> Fields:
    """Split what follows a command word into its positional and keyed values (language.md §4 layer d)."""
    text = _choice_colons_as_blanks(text, spec)
    folded = fold(text)
    head, keyed = _keyed(text, folded, spec, pattern)
    values, named = _positional(text[:head], folded[:head], spec)
    return Fields(tuple(values), named, keyed)
