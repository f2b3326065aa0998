"""Photos at rest: nobody else on the machine may read them, and a key is never a path."""

from __future__ import annotations

import errno
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.media import UNFINISHED, MediaStore

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_photos_are_ours_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        key = MediaStore(tmp_path / "data" / "media").put(b"a photo")
    finally:
        os.umask(before)
    folder = tmp_path / "data" / "media"
    assert mode(folder) == 0o700
    assert mode(folder / key[:2]) == 0o700
    assert mode(folder / key[:2] / key) == 0o600


@pytest.mark.parametrize("key", ["../../etc/passwd", "a" * 63, "A" * 64, "/" + "a" * 63, "", "a" * 64 + "\n"])
def test_a_key_is_never_a_path(tmp_path: Path, key: str) -> None:
    store = MediaStore(tmp_path)
    for use in (store.get, store.delete):
        with pytest.raises(ValueError, match="not a media key"):
            use(key)


def test_what_there_is_no_room_for_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = MediaStore(tmp_path)

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            store.put(b"a photo")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert store.get(store.put(b"a photo")) == b"a photo"


def test_what_a_dead_process_left_unfinished_goes_after_a_day_and_nothing_else(tmp_path: Path) -> None:
    store = MediaStore(tmp_path)
    key = store.put(b"a photo")
    for name, at in (("old", NOON - timedelta(hours=25)), ("fresh", NOON - timedelta(hours=23))):
        path = tmp_path / key[:2] / f"{UNFINISHED}{name}"
        path.write_bytes(b"half a pho")
        os.utime(path, (at.timestamp(), at.timestamp()))
    assert store.sweep(NOON - timedelta(days=1)) == 1
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {key, f"{UNFINISHED}fresh"}
