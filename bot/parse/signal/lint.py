"""Checks a rule a director wrote in chat, before it may run on anyone's messages."""

import re
import time
from collections.abc import Mapping
from typing import Any

from bot.parse.signal.rule import Rule, RuleError, Words, build_rule, expand
from bot.parse.signal.ruleset import RuleSet

MAX_PATTERN = 600
MAX_REPEAT = 40
MAX_PATTERNS = 60
MAX_MILLISECONDS = 20.0
_LONG = 2000

_ESCAPE_OR_CLASS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]")
_REPEAT = re.compile(r"[*+]|\{(\d*)(,?)(\d*)\}")


def _quantifier_problem(source: str, match: re.Match[str]) -> str | None:
    if match[0] in "*+":
        return None
    upper = match[3] if match[2] else match[1]
    if not upper or int(upper) > MAX_REPEAT:
        return f"「{source}」里的重复 {match[0]} 太长，最多 {MAX_REPEAT}"
    return None


def _repeat_problems(source: str, regex: str) -> list[str]:
    """Find repeats inside repeats and unbounded repeats of anything but one character class."""
    plain = _ESCAPE_OR_CLASS.sub("字", regex)
    problems: list[str] = []
    repeats = [False]  # for each open group: whether a repeat stands in it
    closed, position = False, 0  # whether the group closed last holds a repeat
    while position < len(plain):
        match = _REPEAT.match(plain, position)
        if match:
            after_group = position > 0 and plain[position - 1] == ")"
            if after_group and (closed or match[0] in "*+"):
                problems.append(f"「{source}」有嵌套的重复，会拖慢所有消息")
            problem = _quantifier_problem(source, match)
            problems.extend([problem] if problem else [])
            repeats[-1] = True
            position = match.end()
            continue
        if plain[position] == "(":
            repeats.append(False)
        elif plain[position] == ")" and len(repeats) > 1:
            closed = repeats.pop()
            repeats[-1] = repeats[-1] or closed
        position += 1
    return problems


def _pattern_problems(source: str, words: Words) -> list[str]:
    if len(source) > MAX_PATTERN:
        return [f"一条写法最多 {MAX_PATTERN} 个字符，这条有 {len(source)}"]
    if re.search(r"\\[1-9]|\(\?P=", source):
        return [f"「{source}」不能引用前面的分组"]
    return _repeat_problems(source, expand(source, words))


def _example_problems(rule: Rule) -> list[str]:
    alone = RuleSet([rule])
    problems = []
    if not rule.examples or not rule.counterexamples:
        problems.append("至少写一句会命中的例子和一句不该命中的反例")
    problems += [f"例子没有命中：{text}" for text in rule.examples if not alone.find(text)]
    problems += [f"反例命中了：{text}" for text in rule.counterexamples if alone.find(text)]
    return problems


def _milliseconds(rules: RuleSet, text: str) -> float:
    begin = time.thread_time()
    rules.find(text)
    return (time.thread_time() - begin) * 1000


def _slowness(rule: Rule) -> list[str]:
    """Time the rule on texts made to be hard for it; bounded repeats guarantee that this ends."""
    alone = RuleSet([rule])
    seeds = {anchor for pattern in rule.patterns for anchor in pattern.anchors[:3]} | set(rule.examples[:3])
    for seed in sorted(seeds):
        text = (seed * _LONG)[:_LONG]
        spent = min(_milliseconds(alone, text) for _ in range(3))
        if spent > MAX_MILLISECONDS:
            return [f"太慢：一条长消息要 {spent:.0f} 毫秒，上限 {MAX_MILLISECONDS:.0f}"]
    return []


def lint_rule(raw: Mapping[str, Any], words: Words | None = None) -> tuple[str, ...]:
    """List what is wrong with a rule given as data, in Chinese for its author; empty means it may be tried on."""
    words = words or {}
    patterns = raw.get("patterns", ())
    if len(patterns) > MAX_PATTERNS:
        return (f"一条规则最多 {MAX_PATTERNS} 种写法",)
    try:
        problems = [text for source in (*patterns, *raw.get("unless", ())) for text in _pattern_problems(source, words)]
        if problems:
            return tuple(dict.fromkeys(problems))
        rule = build_rule(raw, words)
    except RuleError as error:
        return (str(error),)
    return tuple(_example_problems(rule) + _slowness(rule))
