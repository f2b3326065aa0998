"""A masked copy of every picture is made when it comes in: what others see, and what stays when the original goes.

Beside what was read of it its owner is shown the part it was read from.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from bot.context import Context
from bot.media import remember_copy
from bot.photo import Reading, read_part
from bot.services import Services
from models.chat import CUT, MASKED, masked_copy_of
from models.deadline import Subject


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


def cut_out_of(ctx: Context, key: str, reading: Reading, names: Collection[str], *, subject: Subject) -> str | None:
    """Keep the part of a picture where these fields were read and return its key (M4); it goes when its original goes."""
    box, reader = read_part(reading, *names), ctx.services.reader
    data = ctx.services.media.get(key) if box else None
    part = reader.cut_out(data, box, turn=reading.turn) if data and box and reader else None
    if part is None:
        return None
    cut = ctx.services.media.put(part)
    remember_copy(ctx.session, cut, of=key, kind=CUT, size=len(part), now=ctx.now)
    ctx.note("photo.cut_out", subject.kind, subject.id, media=cut, of=key)
    return cut
