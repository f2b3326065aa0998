"""Signals (F09), empty phrases (V11) and overheard promises (M8) in what reps write."""

from bot.parse.signal.lint import lint_rule
from bot.parse.signal.own import WordError, rival_rule, rule_from_words
from bot.parse.signal.promise import Promise, Strength, mine_promises
from bot.parse.signal.rule import Rule, RuleError, build_rule, load_rules
from bot.parse.signal.ruleset import RuleSet, Signal, Trial, built_in

__all__ = [
    "Promise",
    "Rule",
    "RuleError",
    "RuleSet",
    "Signal",
    "Strength",
    "Trial",
    "WordError",
    "build_rule",
    "built_in",
    "lint_rule",
    "load_rules",
    "mine_promises",
    "rival_rule",
    "rule_from_words",
]
