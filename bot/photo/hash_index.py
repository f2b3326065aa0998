"""Near 64-bit hashes among millions in milliseconds: multi-index hashing with two flipped bits a band.

Two hashes at most 11 bits apart agree in at least one of four 16-bit bands but for two bits; so 4 × 137 buckets hold every
such neighbour (4 × 17 hold those up to 7). Buckets are runs of an array sorted by band; new hashes wait in a short tail
that is looked through whole.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]

BANDS: Final = 4
_TAIL = 8_000
_FLIPS = np.array(
    [0] + [1 << a for a in range(16)] + [(1 << a) | (1 << b) for a, b in combinations(range(16), 2)], np.uint16
)


class Near(NamedTuple):
    """A near picture: its number, how many bits apart, and which probe came so near."""

    owner: int
    distance: int
    probe: int


class HashIndex:
    """Hashes with the number of their picture. `add` and `near` are not thread-safe together: the caller holds a lock."""

    def __init__(self) -> None:
        self._hashes: Hashes = np.empty(0, np.uint64)
        self._owners = np.empty(0, np.int64)
        self._order: list[Any] = []
        self._starts: list[Any] = []
        self._sorted: list[Hashes] = []
        self._tail_hashes: Hashes = np.empty(0, np.uint64)
        self._tail_owners = np.empty(0, np.int64)

    def __len__(self) -> int:
        return len(self._hashes) + len(self._tail_hashes)

    def add(self, owner: int, hashes: Any) -> None:
        """Add the hashes of one picture; `owner` is its number."""
        self._tail_hashes = np.append(self._tail_hashes, np.array(hashes, np.uint64))
        self._tail_owners = np.append(self._tail_owners, np.full(len(hashes), owner, np.int64))
        if len(self._tail_hashes) > _TAIL:
            self._absorb(np.empty(0, np.uint64), np.empty(0, np.int64))

    def load(self, hashes: Hashes, owners: npt.NDArray[np.int64]) -> None:
        """Add many at once."""
        self._absorb(hashes, owners)

    def near(self, probes: Sequence[int], *, within: int, most: int, quick: Collection[int] = ()) -> list[Near]:
        """Return the nearest pictures within a distance, nearest first, once each, at most `most`.

        Complete up to 11 bits (7 for the `quick` probes, given by their place); farther ones are found by chance.
        """
        found = [self._near_one(at, probe, within, few=at in quick) for at, probe in enumerate(probes)]
        apart = np.concatenate([distances for distances, _, _ in found])
        owners = np.concatenate([owners for _, owners, _ in found])
        which = np.concatenate([np.full(len(owners), at) for _, owners, at in found])
        best: dict[int, Near] = {}
        for at in np.argsort(apart, kind="stable")[: most * 4]:  # a picture has up to four hashes
            best.setdefault(int(owners[at]), Near(int(owners[at]), int(apart[at]), int(which[at])))
        return list(best.values())[:most]

    def _near_one(self, at: int, probe: int, within: int, *, few: bool) -> tuple[Any, Any, int]:
        wanted = np.uint64(probe)
        runs = [self._in_band(band, wanted, within, _FLIPS[:17] if few else _FLIPS) for band in range(len(self._order))]
        runs.append(_close(self._tail_hashes, wanted, within, self._tail_owners))
        return np.concatenate([run[0] for run in runs]), np.concatenate([run[1] for run in runs]), at

    def _in_band(self, band: int, wanted: np.uint64, within: int, flips: Any) -> tuple[Any, Any]:
        """Look through the buckets of a band: each is one run of the sorted array."""
        keys = (_band(np.array([wanted]), band) ^ flips).astype(np.int64)
        starts = self._starts[band][keys]
        lengths = self._starts[band][keys + 1] - starts
        ends = np.cumsum(lengths)
        places = np.arange(int(ends[-1])) + np.repeat(starts - (ends - lengths), lengths)
        distances = np.bitwise_count(self._sorted[band][places] ^ wanted)
        close = np.flatnonzero(distances <= within)
        return distances[close], self._owners[self._order[band][places[close]]]

    def _absorb(self, hashes: Hashes, owners: npt.NDArray[np.int64]) -> None:
        self._hashes = np.concatenate([self._hashes, self._tail_hashes, hashes])
        self._owners = np.concatenate([self._owners, self._tail_owners, owners])
        self._tail_hashes, self._tail_owners = np.empty(0, np.uint64), np.empty(0, np.int64)
        self._order, self._starts, self._sorted = [], [], []
        for band in range(BANDS):
            keys = _band(self._hashes, band)
            self._order.append(np.argsort(keys, kind="stable").astype(np.int32))
            self._sorted.append(self._hashes[self._order[-1]])
            self._starts.append(np.concatenate([[0], np.cumsum(np.bincount(keys, minlength=1 << 16))]))


def _close(hashes: Hashes, wanted: np.uint64, within: int, owners: Any) -> tuple[Any, Any]:
    distances = np.bitwise_count(hashes ^ wanted)
    close = np.flatnonzero(distances <= within)
    return distances[close], owners[close]


def _band(hashes: Hashes, band: int) -> npt.NDArray[np.uint16]:
    return ((hashes >> np.uint64(16 * band)) & np.uint64(0xFFFF)).astype(np.uint16)
