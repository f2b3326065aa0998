"""Our own copies of attachments: bytes in a folder under their SHA-256, facts in the `media` table."""

from __future__ import annotations

import os
import tempfile
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from models.chat import MASKED, MediaRow

UNFINISHED: Final = ".unfinished-"


class MediaStore:
    """Content-addressed files. Writing is atomic; the same content is kept once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Store bytes durably and return their key; raises OSError, and leaves nothing, where there is no room."""
        key = sha256(data).hexdigest()
        path = self._path(key)
        if path.exists():
            return key
        self._private(path.parent)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).rename(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _remember(path.parent)
        return key

    def sweep(self, before: datetime) -> int:
        """Delete what a process that was killed while it wrote left behind before an instant; returns how many."""
        left = [path for path in self._folder.glob(f"??/{UNFINISHED}*") if path.stat().st_mtime < before.timestamp()]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def _private(self, folder: Path) -> None:
        """Make a folder only we may look into, whatever the umask; the files in it are made with mode 0600 by `mkstemp`."""
        for place in (self._folder, folder):
            if not place.is_dir():
                place.mkdir(mode=0o700, parents=True, exist_ok=True)
                place.chmod(0o700)

    def get(self, key: str) -> bytes | None:
        """Return the bytes, or None when they were deleted by schedule."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            return None

    def delete(self, key: str) -> None:
        """Delete the bytes of a key."""
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        if len(key) != 64 or not set(key) <= set("0123456789abcdef"):  # a key is never a path
            raise ValueError("not a media key")
        return self._folder / key[:2] / key


def _remember(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remember_copy(session: Session, key: str, *, of: str, kind: str, size: int, now: datetime) -> MediaRow:
    """Note a copy made from an original: a masked one stays, a cut-out goes with its original."""
    row = session.get(MediaRow, key)
    if row is None:
        row = MediaRow(key=key, mime="image/jpeg", size=size, kind=kind, created_at=now, original_key=of)
        session.add(row)
    original = session.get(MediaRow, of)
    row.delete_on = original.delete_on if original is not None and kind != MASKED else None
    row.deleted_at = None
    session.flush()
    return row


def remember_media(  # noqa: PLR0913  # one per column
    session: Session, key: str, *, name: str, mime: str, size: int, kind: str, now: datetime, keep_days: int
) -> MediaRow:
    """Note an attachment and the day its original is deleted (appendix 4 #14)."""
    row = session.get(MediaRow, key)
    if row is None:
        row = MediaRow(key=key, name=name[:200], mime=mime[:100], size=size, kind=kind, created_at=now)
        session.add(row)
    row.delete_on = now + timedelta(days=keep_days)
    row.deleted_at = None
    return row
