"""What is kept of a picture to know it again: small numbers, from which nobody can see what was on it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Print:
    """The traces of one picture (M6); `bot.photo.fingerprint` takes them, `bot.photo.likeness` compares them.

    `hashes` (64 bits each) are stored and searched: the picture, its middle, and what a frame encloses. `probes` are what
    is searched *for*: the same picture mirrored and turned. `thumb` and `inner` are small grey pictures, `features` are
    local features, `others` those of the mirror image and of what a frame encloses (searched for, not stored), all base64.
    `moire` says how much the picture looks like a photo of a screen, 0…1.
    """

    hashes: tuple[int, ...] = ()
    probes: tuple[int, ...] = ()
    thumb: str = ""
    inner: str = ""
    features: str = ""
    others: tuple[str, ...] = ()
    moire: float = 0.0
