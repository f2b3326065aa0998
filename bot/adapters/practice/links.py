"""Signed links to attachments: good for one viewer, one message and less than a day."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import quote, urlencode

GOOD_FOR = timedelta(hours=12)


class Links:
    """Makes and checks links; `now` is real time, because a practice clock may stand still for days."""

    def __init__(self, secret: bytes, now: Callable[[], datetime]) -> None:
        self._secret = secret
        self._now = now

    def to(self, message_id: str, name: str, viewer: str) -> str:
        """Return the address of one attachment of a message for one viewer.

        The end of validity is rounded, so that the same picture keeps its address and the browser its copy.
        """
        span = int(GOOD_FOR.total_seconds())
        until = (int(self._now().timestamp()) // span + 2) * span
        signature = self._sign(message_id, name, viewer, until)
        query = urlencode({"viewer": viewer, "until": until, "sign": signature})
        return f"/practice/api/media/{quote(message_id, safe='')}/{quote(name, safe='')}?{query}"

    def holds(self, message_id: str, name: str, viewer: str, *, until: str, sign: str) -> bool:
        """Whether a link is ours and still good."""
        if not until.isascii() or not until.isdigit() or len(until) > 12:
            return False
        wanted = self._sign(message_id, name, viewer, int(until))
        return hmac.compare_digest(wanted.encode(), sign.encode()) and self._now().timestamp() < int(until)

    def _sign(self, message_id: str, name: str, viewer: str, until: int) -> str:
        text = "\n".join(("practice-media", message_id, name, viewer, str(until)))
        return hmac.new(self._secret, text.encode(), sha256).hexdigest()[:32]
