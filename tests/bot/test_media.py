"""Photos at rest: nobody else on the machine may read them, and a key is never a path."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from bot.media import MediaStore


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
