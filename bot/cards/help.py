from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from bot.command import Command
from bot.reply import Card, Field


def help_overview(name: str, commands: Sequence[Command]) -> Card:
    """Say what a person can say, by shelf."""
    shelves = groupby(commands, key=lambda command: command.shelf)
    fields = tuple(Field(str(shelf), "\n".join(f"{c.usage} — {c.help}" for c in group)) for shelf, group in shelves)
    body = "直接说一句话就行，比如「明天给蓝海发合同」。也可以用命令："
    return Card(title=f"{name}，我能帮你记、催、查", body=body, fields=fields)
