"""The radar for re-used pictures over the whole team (M6): millions of prints, a few milliseconds, nobody named.

Hashes live in memory, loaded once and kept up to date from the table; the few nearest candidates are compared closely.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from sqlalchemy.orm import Session

from bot.photo import Reading
from bot.photo.hash_index import HashIndex, Near
from bot.photo.likeness import Traces, is_copy, unpacked
from bot.photo.print import Print
from bot.photo.reading import PhotoKind
from models.photo_print import HashRow, PhotoPrint, hashes_after, hashes_of_customer, prints_of_others
from models.rules.gates import PHOTO

WITHIN: Final = 16
TURNED: Final = frozenset({1, 2, 3, 5, 6, 7})  # probes of turned pictures: rare, and near when they are copies
CANDIDATES: Final = 16
LIKELY: Final = 12
RECENT: Final = 4_000
OF_CUSTOMER: Final = 300
_BATCH = 50_000
_OVERLAP = 512  # another process may commit a lower number later; a number may be given out again after a roll-back
_TELLING: Final[Mapping[PhotoKind, Sequence[str]]] = {
    PhotoKind.CONTRACT_PAGE: ("contract_no", "sign_date", "amount"),
    PhotoKind.INVOICE: ("inv_no", "inv_date", "amount"),
    PhotoKind.WAYBILL: ("waybill_no",),
    PhotoKind.SIGNED_SLIP: ("number", "date", "amount"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a picture belongs: the visit it is sent for."""

    visit_id: str
    owner_id: str
    customer_id: str
    kind: str


class Radar:
    """One per process. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._index = HashIndex()
        self._last = 0
        self._recent: dict[int, bytes] = {}

    def find(self, session: Session, reading: Reading, place: Place) -> PhotoPrint | None:
        """Return the print of another visit that this picture is a copy of, or None."""
        traces = reading.print
        if traces is None:
            return None
        with self._lock:
            self._catch_up(session)
            near = self._nearest(session, traces, place.customer_id)
        stored = {row.id: row for row in prints_of_others(session, near, visit_id=place.visit_id, kind=place.kind)}
        essence = essence_of(reading, place.kind)
        for id_, (distance, probe) in near.items():
            row = stored.get(id_)
            if row is None or row.essence != essence:
                continue
            if is_copy(traces, probe, distance, Traces(row.thumb, row.inner, row.features)):
                return row
        return None

    def _nearest(self, session: Session, traces: Print, customer_id: str) -> dict[int, tuple[int, int]]:
        """Return picture → (distance, probe), nearest first: near ones of all, and the nearest among the likeliest."""
        near = self._index.near(traces.probes, within=WITHIN, most=CANDIDATES, quick=TURNED)
        likely = [HashRow(id_, hashes) for id_, hashes in self._recent.items()]
        likely += hashes_of_customer(session, customer_id, limit=OF_CUSTOMER)
        near += _nearest_of(likely, traces.probes)
        found: dict[int, tuple[int, int]] = {}
        for one in sorted(near, key=lambda one: one.distance):
            found.setdefault(one.owner, (one.distance, one.probe))
        return found

    def _catch_up(self, session: Session) -> None:
        while rows := hashes_after(session, self._last - _OVERLAP, limit=_BATCH):
            fresh = [row for row in rows if self._recent.get(row.id) != row.hashes]
            self._take(fresh)
            self._last = max(self._last, rows[-1].id)
            if len(rows) < _BATCH:
                return

    def _take(self, rows: Sequence[HashRow]) -> None:
        if len(rows) > _OVERLAP:
            counts = [len(row.hashes) // 8 for row in rows]
            owners = np.repeat(np.array([row.id for row in rows], np.int64), counts)
            self._index.load(_hashes(b"".join(row.hashes for row in rows)), owners)
        else:
            for row in rows:
                self._index.add(row.id, _hashes(row.hashes))
        self._recent.update((row.id, row.hashes) for row in rows[-RECENT:])
        for id_ in list(self._recent)[: max(0, len(self._recent) - RECENT)]:
            del self._recent[id_]


def keep(session: Session, reading: Reading, place: Place, *, media_key: str, at: datetime) -> None:
    """Store the traces of a picture, so that its copies are known."""
    traces = reading.print
    if traces is None:
        return
    session.add(
        PhotoPrint(
            media_key=media_key, visit_id=place.visit_id, owner_id=place.owner_id, customer_id=place.customer_id,
            kind=place.kind, at=at, essence=essence_of(reading, place.kind),
            hashes=b"".join(one.to_bytes(8, "big") for one in traces.hashes), thumb=unpacked(traces.thumb),
            inner=unpacked(traces.inner), features=unpacked(traces.features),
        )
    )  # fmt: skip
    session.flush()


def essence_of(reading: Reading, kind: str) -> str:
    """Return what tells a page from others of its form, shortened; "" for a photo, whose looks speak for themselves.

    Forms of one template have near hashes: a page is a copy only when number, date and amount (for a chat: its lines) agree.
    """
    if kind == PHOTO:
        return ""
    if reading.kind in _TELLING:
        words = [reading.value(name) or "" for name in _TELLING[reading.kind]]
    else:
        words = [line.text for line in reading.lines]
    return hashlib.sha256("|".join(words).encode()).hexdigest()[:32] if any(words) else ""


def radar_of(extras: dict[str, Any]) -> Radar:
    """Return the radar of this process."""
    radar: Radar = extras.setdefault("photo_radar", Radar())
    return radar


def _nearest_of(rows: Iterable[HashRow], probes: Sequence[int]) -> list[Near]:
    """Return the nearest rows by their first hash."""
    rows = list(rows)
    if not rows:
        return []
    stored = np.frombuffer(b"".join(row.hashes[:8] for row in rows), ">u8").astype(np.uint64)
    apart = np.bitwise_count(stored[:, None] ^ np.array(probes, np.uint64)[None])
    best = apart.min(axis=1)
    order = np.argsort(best, kind="stable")[:LIKELY]
    return [Near(rows[at].id, int(best[at]), int(apart[at].argmin())) for at in order]


def _hashes(packed: bytes) -> Any:
    return np.frombuffer(packed, ">u8").astype(np.uint64)
