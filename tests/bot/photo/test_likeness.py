from __future__ import annotations

import random

import numpy as np
import pytest

from bench.forger import ATTACKS, GOALS, place
from bot.photo.fingerprint import fingerprint
from bot.photo.likeness import Traces, is_copy, unpacked
from bot.photo.print import Print

SMALL = (540, 720)


def traces(seed: int) -> Print:
    found = fingerprint(place(seed, size=SMALL))
    assert found is not None
    return found


def nearest(query: Print, stored: Print) -> tuple[int, int]:
    return min(((a ^ b).bit_count(), at) for at, a in enumerate(query.probes) for b in stored.hashes)


def copied(query: Print, stored: Print) -> bool:
    distance, probe = nearest(query, stored)
    kept = Traces(unpacked(stored.thumb), unpacked(stored.inner), unpacked(stored.features))
    return is_copy(query, probe, distance, kept)


@pytest.mark.parametrize("attack", [*GOALS, "photo of a screen", "turned 90°"])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_forged_copy_is_known(attack: str, seed: int) -> None:
    forged = fingerprint(np.ascontiguousarray(ATTACKS[attack](place(seed, size=SMALL), random.Random(seed))))
    assert forged is not None
    assert copied(forged, traces(seed))


def test_other_places_are_no_copies() -> None:
    album = [traces(seed) for seed in range(20, 32)]
    assert not any(copied(one, other) for one in album for other in album if one is not other)


def test_a_black_picture_has_no_traces() -> None:
    assert fingerprint(np.zeros((600, 400, 3), np.uint8)) is None
