"""What lets WeCom tell a repeat from another message with the same words.

WeCom drops a JSON it has seen within the interval the JSON itself asks for; it knows no key. A repeat after a lost answer must
therefore be the same byte for byte, and two equal answers to two equal questions must not be, or the second is never shown. They
differ where nobody sees it: in the interval, and in which settings are written out although they stand at their default.
"""

from __future__ import annotations

from typing import Any, Final

MAX_INTERVAL: Final = 4 * 3600
_MIN_INTERVAL: Final = 1800
"""WeCom's own: how long a repeat is known as one at least."""
_INTERVALS: Final = MAX_INTERVAL - _MIN_INTERVAL
_DEFAULTS: Final[tuple[tuple[str, Any], ...]] = (("toparty", ""), ("totag", ""), ("safe", 0), ("enable_id_trans", 0))
MARKS: Final = _INTERVALS << len(_DEFAULTS)
"""So many messages of ours in a row all differ: fourteen a second through the longest interval."""
_APART: Final = 77_773
"""How far the next part of a long text lies from the one before, so that it meets no part of a neighbour."""


def mark(number: int, place: int = 0) -> dict[str, Any]:
    """Return the settings of the part at `place` of the message with this number."""
    written, interval = divmod((number + place * _APART) % MARKS, _INTERVALS)
    spelled_out = {name: value for bit, (name, value) in enumerate(_DEFAULTS) if written >> bit & 1}
    return {**spelled_out, "enable_duplicate_check": 1, "duplicate_check_interval": _MIN_INTERVAL + 1 + interval}
