from __future__ import annotations

import numpy as np
import pytest

from bot.photo.hash_index import HashIndex

CHANCE = np.random.default_rng(11)


def flipped(value: int, bits: int) -> int:
    for bit in CHANCE.choice(64, bits, replace=False):
        value ^= 1 << int(bit)
    return value


@pytest.fixture(scope="module")
def crowd() -> np.ndarray:
    return CHANCE.integers(0, 2**63, 30_000, dtype=np.uint64)


@pytest.mark.parametrize("bits", [0, 7, 11])
def test_every_neighbour_up_to_eleven_bits_is_found(crowd: np.ndarray, bits: int) -> None:
    index = HashIndex()
    index.load(crowd, np.arange(len(crowd)))
    for owner in range(0, 3000, 100):
        probe = flipped(int(crowd[owner]), bits)
        assert (owner, bits, 0) in index.near([probe], within=11, most=9)


def test_what_was_just_added_is_found_too(crowd: np.ndarray) -> None:
    index = HashIndex()
    index.load(crowd, np.arange(len(crowd)))
    index.add(99_999, [5, 2**63])
    assert index.near([4], within=11, most=3)[0] == (99_999, 1, 0)
    assert len(index) == len(crowd) + 2


def test_an_empty_index_finds_nothing() -> None:
    assert HashIndex().near([1, 2], within=16, most=5) == []
