"""Who a message speaks to: takes quoting headers and mentions of the bot off, keeps everyone else's."""

import re
from collections.abc import Sequence
from functools import lru_cache

from bot.parse.text import fold

_QUOTED_BLOCK = re.compile(r"^\s*「[\s\S]*?」\s*\n\s*(?:[-—–_]\s*){3,}\n")
# A mention whose name we were not told (renamed bot, nickname in this group) is skipped only right before a slash.
_UNKNOWN_MENTION = re.compile(r"^(?:\s*(?:@[^/@\n]{1,30}?|<@[^>\n]{1,60}>)\s*[:,]?\s*)+(?=[/\\、])")
_LEADING_NOISE = re.compile(r"^[\s:：,，。!！]+(?=\S)")


@lru_cache(maxsize=64)
def _mention_pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    known = "|".join(re.escape(fold(name).lstrip("@")) for name in sorted(names, key=len, reverse=True) if name)
    # An ASCII name must end there: @bot must not eat the start of @bottle.
    return re.compile(f"<?@(?:{known})(?![a-z0-9_])>?")


def _without_mentions(text: str, names: tuple[str, ...]) -> str:
    """Drop every mention of these names; a mention at the front also takes its separator along."""
    pieces, end = [], 0
    for match in _mention_pattern(names).finditer(fold(text)):
        pieces.append(text[end : match.start()])
        end = match.end()
    if not pieces:
        return text
    pieces.append(text[end:])
    if pieces[0].strip():
        return " ".join(pieces)
    return _LEADING_NOISE.sub("", " ".join(pieces))


def addressed_to_bot(text: str, bot_names: Sequence[str], mentions: Sequence[str]) -> str:
    """Take cleaned text and return it without the quoted block and the mentions that only call the bot.

    `bot_names` disappear wherever they stand; `mentions` (other people, from the platform's list) only in front.
    """
    text = _QUOTED_BLOCK.sub("", text) if "「" in text else text
    if "@" not in text and "＠" not in text:
        return text.strip()
    names = tuple(name for name in bot_names if name)
    if names:
        text = _without_mentions(text, names)
    text = text.strip()
    others = tuple(name for name in mentions if name)
    while others and (match := _mention_pattern(others).match(fold(text))):
        text = text[match.end() :].strip()
    unknown = _UNKNOWN_MENTION.match(fold(text))
    return text[unknown.end() :] if unknown else text
