"""Word lists kept as text beside the code: [list], then words apart by blanks."""

from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("words.txt")


@cache
def words(name: str, file: Path = _FILE) -> tuple[str, ...]:
    """Return a word list by its name; raises KeyError for a list that does not exist."""
    lists: dict[str, list[str]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            current = lists.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            current.extend(line.split())
    return tuple(lists[name])
