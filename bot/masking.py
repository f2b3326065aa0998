"""A masked copy of every picture is made when it comes in: what others see, and what stays when the original goes."""

from __future__ import annotations

from datetime import datetime

from bot.media import remember_copy
from bot.photo import Reading
from bot.services import Services
from models.chat import MASKED, masked_copy_of


def keep_masked(services: Services, key: str, data: bytes, reading: Reading, now: datetime) -> None:
    """Make and keep the masked copy of a picture, once; nothing is kept of a file that does not open."""
    with services.database.read() as session:
        if masked_copy_of(session, key) is not None:
            return
    copy = services.reader.masked_copy(data, reading) if services.reader else None
    if copy is None:
        return
    with services.database.write() as session:
        remember_copy(session, services.media.put(copy), of=key, kind=MASKED, size=len(copy), now=now)
