"""The address of a place page: signed, short-lived, good for one place of one visit, and for nobody else's."""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final
from urllib.parse import urlsplit

from bot.context import Context
from bot.reply import Link

PATH: Final = "/place/"
_TOKEN: Final = re.compile(
    r"(?P<body>(?P<row>[0-9]{1,18})\.(?P<visit>[A-Z0-9-]{1,32})\.(?P<until>[0-9]{1,12})\.(?P<nonce>[A-Za-z0-9_-]{8,24}))"
    r"\.(?P<sign>[A-Za-z0-9_-]{22})"
)
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class PlaceLink:
    """What an address stands for: the message it answers (`row_id` of the inbox), its visit, and until when (epoch seconds).

    The address names no person and no customer: who asked is whoever sent that message.
    """

    row_id: int
    visit_id: str
    until: int
    nonce: str

    def token(self, secret: bytes) -> str:
        """Return the signed wire form."""
        body = f"{self.row_id}.{self.visit_id}.{self.until}.{self.nonce}"
        return f"{body}.{_sign(body, secret)}"

    def is_over(self, now: datetime) -> bool:
        """Whether its time has passed."""
        return now.timestamp() >= self.until

    @property
    def update_id(self) -> str:
        """The id of the one update it can become, however often it is posted."""
        return f"place:{self.nonce}"


def read_token(token: str, secret: bytes) -> PlaceLink | None:
    """Return what a token stands for; None for one that is malformed or not signed by us."""
    found = _TOKEN.fullmatch(token)
    if found is None or not hmac.compare_digest(_sign(found["body"], secret), found["sign"]):
        return None
    return PlaceLink(int(found["row"]), found["visit"], int(found["until"]), found["nonce"])


def takes_places(ctx: Context) -> bool:
    """Whether people can send a place in this chat."""
    adapter = ctx.services.adapters.get(ctx.update.platform)
    return adapter is None or adapter.capabilities.location


def link_for(ctx: Context, visit_id: str) -> Link | None:
    """Return the address to send a visit's place by; None where the chat takes places itself or no page can be reached."""
    base = ctx.settings.server.public_url.rstrip("/")
    if takes_places(ctx) or not _is_secure(base):
        return None
    life = ctx.settings.rules.visit.place_link
    asked = PlaceLink(ctx.row_id, visit_id, int((ctx.now + life).timestamp()), token_urlsafe(12))
    return Link("点这里发送定位", f"{base}{PATH}{asked.token(ctx.services.secret)}")


def _is_secure(base: str) -> bool:
    """Whether a browser would tell a page there where it is: over https only, or on this very machine."""
    parts = urlsplit(base)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def _sign(body: str, secret: bytes) -> str:
    digest = hmac.new(secret, f"place-page\n{body}".encode(), sha256).digest()
    return urlsafe_b64encode(digest[:16]).decode().rstrip("=")
