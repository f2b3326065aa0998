"""A block of the index that never changes: sorted arrays, searched by bisection. Small blocks lie over big ones."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.parse.customer.keys import Parts

_LOW = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)


@dataclass(frozen=True, slots=True)
class Block:
    """Postings of rows `first … first + count - 1`: token → rows, and exact hash → (row, kind)."""

    pairs: NDArray[np.uint64]  # token << 32 | row, sorted
    exact: NDArray[np.uint64]  # sorted
    exact_rows: NDArray[np.uint32]
    exact_kinds: NDArray[np.uint8]

    def rows_of(self, tokens: NDArray[np.uint64]) -> list[NDArray[np.uint32]]:
        """Return the rows of each token."""
        starts = np.searchsorted(self.pairs, tokens << _SHIFT)
        ends = np.searchsorted(self.pairs, (tokens << _SHIFT) | _LOW, side="right")
        return [
            (self.pairs[start:end] & _LOW).astype(np.uint32)
            for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
        ]

    def exact_hits(self, key: int) -> list[tuple[int, int]]:
        """Return (row, kind) of every spelling with this hash."""
        wanted = np.uint64(key)
        start = int(np.searchsorted(self.exact, wanted))
        end = int(np.searchsorted(self.exact, wanted, side="right"))
        return list(zip(self.exact_rows[start:end].tolist(), self.exact_kinds[start:end].tolist(), strict=True))

    def known(self, hashes: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Tell for each hash whether a spelling has it."""
        if not len(self.exact):
            return np.zeros(len(hashes), np.bool_)
        places = np.minimum(np.searchsorted(self.exact, hashes), len(self.exact) - 1)
        return np.asarray(self.exact[places] == hashes, np.bool_)


def block(keys: Sequence[Parts], first: int) -> Block:
    """Build a block of rows numbered from `first`."""
    rows = np.arange(first, first + len(keys), dtype=np.uint64)
    tokens = np.frombuffer(b"".join(one.tokens for one in keys), "<u4").astype(np.uint64)
    pairs = (tokens << _SHIFT) | np.repeat(rows, [len(one.tokens) // 4 for one in keys])
    pairs.sort()
    exact = np.frombuffer(b"".join(one.exact for one in keys), "<u8")
    kinds = np.frombuffer(b"".join(one.kinds for one in keys), np.uint8)
    exact_rows = np.repeat(rows.astype(np.uint32), [len(one.kinds) for one in keys])
    order = np.argsort(exact, kind="stable")
    return Block(pairs, exact[order], exact_rows[order], kinds[order])


def merge(blocks: Sequence[Block], renumber: NDArray[np.int64]) -> Block:
    """Join blocks into one, renumbering rows; a row renumbered to -1 is gone."""
    pairs = np.concatenate([one.pairs for one in blocks])
    rows = renumber[(pairs & _LOW).astype(np.int64)]
    pairs = (pairs & ~_LOW)[rows >= 0] | rows[rows >= 0].astype(np.uint64)
    pairs.sort()
    exact_rows = renumber[np.concatenate([one.exact_rows for one in blocks]).astype(np.int64)]
    alive = exact_rows >= 0
    exact = np.concatenate([one.exact for one in blocks])[alive]
    kinds = np.concatenate([one.exact_kinds for one in blocks])[alive]
    order = np.argsort(exact, kind="stable")
    return Block(pairs, exact[order], exact_rows[alive].astype(np.uint32)[order], kinds[order])
