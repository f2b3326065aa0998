"""Commands as people type them: `parse_command` and `nearest`, pure; the registry comes from the caller."""

from bot.parse.command.grammar import parse_command
from bot.parse.command.spec import CommandSpec, ParsedCommand
from bot.parse.command.suggest import nearest

__all__ = ["CommandSpec", "ParsedCommand", "nearest", "parse_command"]
