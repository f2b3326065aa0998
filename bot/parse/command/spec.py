"""What a command looks like (given by its handler) and what a typed one turned out to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, eq=False)
class CommandSpec:
    """One command as its handler declares it; compared by identity so that a registry can be a cache key.

    `aliases` are every word that calls it (Chinese, pinyin initials, English; a blank in one stands for any or no blank).
    `keys` maps each word a person may write before a colon to the field's name. `positional` names the fields in order;
    one that has `choices` is skipped when the word there is none of them. `greedy_last`: the last field takes the rest,
    blanks included. `glue`: what may follow the word directly, without slash or blank (撤销|最近3条, 改|昨天日报).
    """

    name: str
    aliases: Sequence[str] = ()
    keys: Mapping[str, str] = field(default_factory=dict)
    positional: Sequence[str] = ()
    greedy_last: bool = True
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    glue: Sequence[str] = ()


@dataclass(frozen=True)
class ParsedCommand:
    """A command as typed. `rest` is everything after the command word, cleaned; `raw` is the untouched message."""

    name: str
    positional: tuple[str, ...]
    keyed: Mapping[str, str]
    rest: str
    raw: str
    slash: bool
    named: Mapping[str, str] = field(default_factory=dict)
    alias: str = ""
