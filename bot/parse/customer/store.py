"""The customers in memory: rows with their keys, added and removed one at a time, found by token or spelling."""

from collections.abc import Iterable, Iterator, Mapping
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from bot.parse.customer.keys import Parts, exact_hash, keys_for, unpack
from bot.parse.customer.postings import Block, block, merge
from bot.parse.customer.types import CustomerName

_SMALL = 2_000  # rows waiting beside the blocks before they are merged
_MOST_BLOCKS = 4
_COMMON = 20_000  # a token shared by more rows than this tells nothing


class Store:
    """Rows of customers. A changed customer gets a new row; the old one dies until the next merge."""

    def __init__(self) -> None:
        self._names: list[CustomerName | None] = []
        self._places: dict[str, int] = {}
        self._ties = np.empty(0, np.uint32)
        self._alive = np.empty(0, np.bool_)
        self._blocks: list[Block] = []
        self._waiting: list[Parts] = []

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, customer_id: str) -> bool:
        return customer_id in self._places

    def __iter__(self) -> Iterator[CustomerName]:
        return (name for name in self._names if name is not None)

    def get(self, customer_id: str) -> CustomerName | None:
        """Return a customer by id."""
        row = self._places.get(customer_id)
        return None if row is None else self._names[row]

    def name(self, row: int) -> CustomerName:
        """Return the living customer of a row."""
        found = self._names[row]
        if found is None:
            raise LookupError(row)
        return found

    def rows(self, ids: Iterable[str]) -> frozenset[int]:
        """Return the rows of customers by id; unknown ids are left out."""
        places = self._places
        return frozenset(places[one] for one in ids if one in places)

    def put(self, name: CustomerName, packed: bytes | None = None) -> None:
        """Add or replace a customer; `packed` is its row of `keys_for`, computed here when absent or outdated."""
        keys = unpack(packed) if packed else None
        if keys is None:
            keys = unpack(keys_for(name.name, name.aliases))
        assert keys is not None  # just packed by this version
        self.drop(name.id)
        self._places[name.id] = len(self._names)
        self._names.append(name)
        self._waiting.append(keys)

    def drop(self, customer_id: str) -> None:
        """Forget a customer; unknown ids are no error."""
        row = self._places.pop(customer_id, None)
        if row is not None:
            self._names[row] = None
            if row < len(self._alive):
                self._alive[row] = False

    def settle(self) -> None:
        """Make what was added findable; merges blocks when there are many."""
        if self._waiting:
            first = len(self._names) - len(self._waiting)
            self._blocks.append(block(self._waiting, first))
            self._waiting = []
            fresh = self._names[first:]
            ties = np.fromiter((crc32(one.id.encode()) if one else 0 for one in fresh), np.uint32, len(fresh))
            self._ties = np.concatenate([self._ties, ties])
            alive = np.fromiter((one is not None for one in fresh), np.bool_, len(fresh))
            self._alive = np.concatenate([self._alive, alive])
        if len(self._blocks) > _MOST_BLOCKS or len(self._names) > 2 * len(self._places) + _SMALL:
            self._merge()

    def _merge(self) -> None:
        renumber = np.where(self._alive, np.cumsum(self._alive) - 1, -1).astype(np.int64)
        if self._alive.all():
            self._blocks = self._merge_small(renumber)
            return
        self._blocks = [merge(self._blocks, renumber)]
        self._names = [one for one in self._names if one is not None]
        self._places = {one.id: row for row, one in enumerate(self._names) if one is not None}
        self._ties = self._ties[self._alive]
        self._alive = np.ones(len(self._names), np.bool_)

    def _merge_small(self, same: NDArray[np.int64]) -> list[Block]:
        """Join the blocks on top; the big one at the bottom is touched only when they have grown to a tenth of it."""
        bottom, *small = self._blocks
        if sum(len(one.pairs) for one in small) * 10 < len(bottom.pairs):
            return [bottom, merge(small, same)]
        return [merge(self._blocks, same)]

    def spelled(self, folded: str) -> list[tuple[int, int]]:
        """Return (row, kind) of every living customer with a spelling of this hash; the caller checks the letters."""
        self.settle()
        key = exact_hash(folded)
        return [hit for one in self._blocks for hit in one.exact_hits(key) if self._alive[hit[0]]]

    def known(self, hashes: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Tell for each hash whether some spelling has it."""
        self.settle()
        found = np.zeros(len(hashes), np.bool_)
        for one in self._blocks:
            found |= one.known(hashes)
        return found

    def sharing(self, tokens: Mapping[int, float]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the rows that share a token, and how much rare sharing each has."""
        self.settle()
        wanted = np.fromiter(tokens, np.uint64, len(tokens))
        found: list[NDArray[np.uint32]] = []
        weights: list[NDArray[np.float64]] = []
        for weight, parts in zip(
            tokens.values(), zip(*(one.rows_of(wanted) for one in self._blocks), strict=True), strict=False
        ):
            rows = np.concatenate(parts)
            rows = rows[self._alive[rows]]
            if 0 < len(rows) <= _COMMON:
                found.append(rows)
                weights.append(np.full(len(rows), weight * np.log(1 + len(self) / len(rows))))
        if not found:
            return np.empty(0, np.int64), np.empty(0)
        unique, places = np.unique(np.concatenate(found), return_inverse=True)
        return unique.astype(np.int64), np.round(np.bincount(places, np.concatenate(weights)), 6)

    def best(self, rows: NDArray[np.int64], weights: NDArray[np.float64], most: int) -> list[int]:
        """Return the rows with the greatest weight; ties by id, so that the order does not depend on history."""
        if len(rows) > 4 * most:
            floor = np.partition(weights, -most)[-most]
            rows, weights = rows[weights >= floor], weights[weights >= floor]
        order = np.lexsort((self._ties[rows], -weights))[:most]
        return [int(row) for row in rows[order]]
