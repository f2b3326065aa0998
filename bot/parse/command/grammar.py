"""A registry of commands compiled once; the four layers of language.md §4 applied to one message."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.parse.command.address import addressed_to_bot
from bot.parse.command.fields import key_pattern, split_fields
from bot.parse.command.spec import CommandSpec, ParsedCommand
from bot.parse.text import clean, fold

MAX_LENGTH = 4000  # a longer message is pasted material, not a command line; the tail is dropped from the parse only

_SLASH = re.compile(r"\s*[/\\、][/\\、\s]{0,4}")
_AFTER_WORD = " \t\n:：,，"
_NOTHING = re.compile(r"[\s。.!！~～吧呀啊哈]*")
# Without a slash the word must end: blank, colon, line end, closing punctuation, or a code/number (撤销V-…, 稍后30分钟).
_OPEN_END = re.compile(r"\s|:|[。.!！~～吧呀啊哈]*\s*$|(?=[a-z]{1,4}-\d|#|\d)")
_BARE_END = re.compile(r"[,。]")
_ASKS = re.compile(r"谁|怎么|什么|哪")  # a word that is itself a question may end with its mark: 谁看过我？
_MARK = re.compile(r"\s*[?？]{1,3}\s*")
_SPACED = 12  # a whole message this short may be a word typed with blanks inside: 撤 销


@dataclass(frozen=True)
class _Word:
    """One alias of one command, ready to be matched at the front of a folded text."""

    spec: CommandSpec
    alias: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, eq=False)
class Grammar:
    """All command words by their first character, longest first, and the key pattern of every command."""

    specs: tuple[CommandSpec, ...]
    by_first: dict[str, list[_Word]]
    key_patterns: dict[str, re.Pattern[str] | None]


def _word(spec: CommandSpec, alias: str) -> _Word:
    # An ASCII word ends where letters, digits or a code's dash go on: /cn-2026… is a code, /helpful is no /help.
    boundary = r"(?![a-z0-9_-])" if alias[-1].isascii() else ""
    body = r"\s*".join(re.escape(part) for part in fold(alias).split())
    return _Word(spec, alias, re.compile(body + boundary))


@lru_cache(maxsize=16)
def compiled(specs: tuple[CommandSpec, ...]) -> Grammar:
    """Compile a registry; cached by the identity of its specs."""
    by_first: dict[str, list[_Word]] = {}
    for spec in specs:
        for alias in {spec.name, *spec.aliases}:
            by_first.setdefault(fold(alias)[0], []).append(_word(spec, alias))
    for words in by_first.values():
        words.sort(key=lambda word: len(word.alias), reverse=True)
    return Grammar(specs, by_first, {spec.name: key_pattern(tuple(spec.keys)) for spec in specs})


def _ends_as_word(folded: str, end: int, spec: CommandSpec, keys: re.Pattern[str] | None) -> bool:
    """Whether a command word without slash really stands alone; "承诺书" and "拜访了" do not."""
    if _OPEN_END.match(folded, end) or any(folded.startswith(fold(tail), end) for tail in spec.glue):
        return True
    if not _BARE_END.match(folded, end):
        return False
    return not spec.positional or bool(keys and keys.search(folded, end))


def _match(text: str, grammar: Grammar) -> tuple[_Word, int, bool] | None:
    """Find the command word a cleaned text starts with, where it ends, and whether a slash was typed."""
    folded = fold(text)
    slash = _SLASH.match(folded)
    start = slash.end() if slash else 0
    for word in grammar.by_first.get(folded[start : start + 1], ()):
        match = word.pattern.match(folded, start)
        if match and (slash or _ends_as_word(folded, match.end(), word.spec, grammar.key_patterns[word.spec.name])):
            return word, match.end(), bool(slash)
        if match and _ASKS.search(word.alias) and _MARK.fullmatch(folded, match.end()):
            return word, len(text), bool(slash)
    return _spaced(folded, start, grammar)


def _spaced(folded: str, start: int, grammar: Grammar) -> tuple[_Word, int, bool] | None:
    """Find the command a whole short message is when the blanks inside it are left out."""
    parts = folded[start:].split()
    if len(parts) < 2 or len(folded) > _SPACED:  # one piece has no blank inside
        return None
    squeezed = "".join(parts)
    words = grammar.by_first.get(squeezed[0], ())
    return next(((word, len(folded), start > 0) for word in words if word.pattern.fullmatch(squeezed)), None)


def parse_command(
    text: str,
    *,
    registry: Sequence[CommandSpec],
    bot_names: Sequence[str] = (),
    mentions: Sequence[str] = (),
) -> ParsedCommand | None:
    """Read a message as a command, or return None; never raises.

    `bot_names` are the names the bot goes by in this chat, `mentions` the names of the others mentioned (both from the
    platform's at-list). A slash in any form may stick to the word; without one the word must stand alone.
    """
    grammar = compiled(tuple(registry))
    line = addressed_to_bot(clean(text[:MAX_LENGTH]), bot_names, mentions)
    hit = _match(line, grammar) if line else None
    if hit is None:
        return None
    word, end, slash = hit
    rest = line[end:].lstrip(_AFTER_WORD).rstrip()
    rest = "" if _NOTHING.fullmatch(rest) else rest
    fields = split_fields(rest, word.spec, grammar.key_patterns[word.spec.name])
    return ParsedCommand(
        name=word.spec.name,
        positional=fields.positional,
        keyed=fields.keyed,
        rest=rest,
        raw=text,
        slash=slash,
        named=fields.named,
        alias=word.alias,
    )
