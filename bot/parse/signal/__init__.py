"""Signals (F09), empty phrases (V11) and overheard promises (M8) in what reps write."""

from bot.parse.signal.rule import Rule, RuleError, build_rule, load_rules
from bot.parse.signal.ruleset import RuleSet, Signal, Trial, built_in

__all__ = ["Rule", "RuleError", "RuleSet", "Signal", "Trial", "build_rule", "built_in", "load_rules"]
