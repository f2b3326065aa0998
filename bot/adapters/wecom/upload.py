"""Pictures and files on their way out: uploaded once, used for three days."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

from bot.adapters.wecom.errors import api_error

KEPT: Final = timedelta(days=3) - timedelta(hours=1)
MAX_IMAGE: Final = 10 * 1024 * 1024
MAX_FILE: Final = 20 * 1024 * 1024
_MIN_SIZE: Final = 6
_MAX_KNOWN: Final = 500
_IMAGE_HEADS: Final = {b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}


class MediaSource(Protocol):
    """Where our own copies lie (`bot.media.MediaStore`)."""

    def get(self, key: str) -> bytes | None:
        """Return the bytes, or None when they were deleted."""


def image_type(data: bytes) -> str | None:
    """Return "jpg" or "png", the only pictures WeCom shows, or None."""
    return next((kind for head, kind in _IMAGE_HEADS.items() if data.startswith(head)), None)


def bytes_of(media: MediaSource, key: str) -> bytes:
    """Return our copy; raises `WecomError` when it is gone."""
    data = media.get(key)
    if data is None or len(data) < _MIN_SIZE:
        raise api_error("44001")
    return data


class Uploads:
    """Media ids by content. `send(kind, name, data)` uploads; a refused id is forgotten and the file sent up again."""

    def __init__(
        self, media: MediaSource, send: Callable[[str, str, bytes], str], *, now: Callable[[], datetime]
    ) -> None:
        self._media = media
        self._send = send
        self._now = now
        self._known: dict[tuple[str, str], tuple[str, datetime]] = {}
        self._guard = threading.Lock()

    def media_id(self, kind: str, key: str, name: str) -> str:
        """Return a media id for our copy `key`; raises `WecomError`."""
        with self._guard:
            known = self._known.get((kind, key))
        if known is not None and self._now() < known[1]:
            return known[0]
        media_id = self._send(kind, name, bytes_of(self._media, key))
        with self._guard:
            while len(self._known) >= _MAX_KNOWN:
                self._known.pop(next(iter(self._known)))
            self._known[kind, key] = (media_id, self._now() + KEPT)
        return media_id

    def forget(self, media_id: str) -> None:
        """Forget an id that the platform does not know any more."""
        with self._guard:
            self._known = {name: known for name, known in self._known.items() if known[0] != media_id}


def kind_and_name(media: MediaSource, key: str, name: str, *, is_image: bool) -> tuple[str, str]:
    """Return how to send our copy: "image" where WeCom would show it, else "file"; and a name that says what it is."""
    data = bytes_of(media, key)
    shown = image_type(data) if is_image else None
    if shown and len(data) <= MAX_IMAGE:
        return "image", name if "." in name else f"{name or 'image'}.{shown}"
    if len(data) > MAX_FILE:
        raise api_error("45001")
    return "file", name or "file"
