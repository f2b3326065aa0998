"""Where a clause tells of people meeting or talking: the words are in contacts.yaml (M18)."""

import re
from functools import cache
from pathlib import Path

from bot.parse.lexicon import compiled, load

_FILE = Path(__file__).with_name("contacts.yaml")


@cache
def contact() -> re.Pattern[str]:
    """Return what tells of a visit, a talk or a call, matched on the marked copy of a clause."""
    table = load(_FILE)
    return compiled(table["patterns"], table["lists"])
