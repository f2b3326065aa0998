"""Reads pictures in child processes; never raises for a bad file, never blocks for ever."""

import hashlib
import queue
from collections import OrderedDict
from collections.abc import Callable, MutableMapping
from dataclasses import replace
from threading import Lock
from time import monotonic
from types import TracebackType
from typing import Self, TypeVar

from bot.photo.child import BrokenChildError, Child
from bot.photo.frames import MAX_BYTES, CutOrder, MaskOrder, Order, ReadOrder
from bot.photo.reading import Box, PhotoKind, Problem, Reading, from_json

READER_VERSION = 4  # part of the cache key: raise it when the same picture would be read differently
_CACHED = 512
_LASTING = frozenset({Problem.EMPTY, Problem.NOT_AN_IMAGE, Problem.TRUNCATED, Problem.TOO_LARGE, Problem.TOO_SMALL})

T = TypeVar("T")


class RecentReadings(OrderedDict[str, Reading]):
    """The last readings, oldest out first."""

    def __setitem__(self, key: str, reading: Reading) -> None:
        super().__setitem__(key, reading)
        while len(self) > _CACHED:
            self.popitem(last=False)


class PhotoReader:
    """`read(data)` from any thread. `workers` children are started when first needed and replaced when worn or broken.

    `engine`: auto, rapidocr or tesseract. `timeout_s` and `memory_mb` (resident) bound one picture. `cache` maps a
    content key to a Reading; by default the last 512 stay in memory.
    """

    def __init__(
        self,
        *,
        engine: str = "auto",
        timeout_s: float = 20.0,
        memory_mb: int = 1024,
        workers: int = 1,
        cache: MutableMapping[str, Reading] | None = None,
    ) -> None:
        self.engine = engine
        self._timeout_s = timeout_s
        self._memory_mb = memory_mb
        self._cache: MutableMapping[str, Reading] = RecentReadings() if cache is None else cache
        self._cache_lock = Lock()
        self._closed = False
        self._threads = 2 if workers == 1 else 1
        self._places: queue.SimpleQueue[Child | None] = queue.SimpleQueue()
        self._workers = workers
        for _ in range(workers):
            self._places.put(None)

    def read(self, data: bytes, *, expect: PhotoKind | None = None) -> Reading:
        """Read one file (image or PDF, by content). `expect` is what the conversation asked for. Never raises."""
        if not data or len(data) > MAX_BYTES:
            return Reading(problem=Problem.TOO_LARGE if data else Problem.EMPTY)
        key = f"{READER_VERSION}:{self.engine}:{expect or ''}:{hashlib.sha256(data).hexdigest()}"
        with self._cache_lock:
            known = self._cache.get(key)
        if known is not None:
            return known
        reading = self._read(data, expect)
        if reading.problem is None or reading.problem in _LASTING:
            with self._cache_lock:
                self._cache[key] = reading
        return reading

    def masked_copy(self, data: bytes, reading: Reading) -> bytes | None:
        """Return what others may see of a file as a JPEG (see `bot.photo.mask`); None when it does not open."""
        return self._drawn(MaskOrder(reading), data) if reading.problem is None else None

    def cut_out(self, data: bytes, box: Box, *, turn: int = 0) -> bytes | None:
        """Return a part of a file that was read as a JPEG (see `bot.photo.cut`); None when it does not open."""
        return self._drawn(CutOrder(box, turn), data)

    def warm(self) -> str:
        """Start one child now, so that the first photo does not wait for the weights; return the engine's full name."""
        place = self._places.get()
        try:
            place = place or self._child()
        except (BrokenChildError, OSError):
            return ""
        finally:
            self._places.put(place)
        return place.engine

    def close(self) -> None:
        """End every child. Reading afterwards answers `engine_failed`."""
        self._closed = True
        for _ in range(self._workers):
            try:
                child = self._places.get(timeout=self._timeout_s)
            except queue.Empty:  # a reading is still under way; its child ends with its own time limit
                return
            if child is not None:
                child.close()
            self._places.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _read(self, data: bytes, expect: PhotoKind | None) -> Reading:
        started = monotonic()
        try:
            reading = self._ask(ReadOrder(expect), data, from_json)
        except BrokenChildError as broken:
            reading = Reading(engine=self.engine, problem=broken.problem)
        return replace(reading, took_ms=round((monotonic() - started) * 1000))

    def _drawn(self, order: Order, data: bytes) -> bytes | None:
        if not data or len(data) > MAX_BYTES:
            return None
        try:
            return self._ask(order, data, bytes) or None
        except BrokenChildError:
            return None

    def _ask(self, order: Order, data: bytes, parse: Callable[[bytes], T]) -> T:
        """Have a child do something with a file, when one is free; raises BrokenChildError for whatever goes wrong."""
        try:
            child = self._places.get(timeout=3 * self._timeout_s)
        except queue.Empty:
            raise BrokenChildError(Problem.TIMEOUT) from None
        try:
            child = child or self._child()
            answer = parse(child.ask(order, data))
            if child.worn:
                child.close()
                child = None
        except BrokenChildError:
            child = None
            raise
        except (OSError, ValueError) as error:  # no memory or process left to start a child with; a garbled answer
            if child is not None:
                child.close()
            child = None
            raise BrokenChildError(Problem.ENGINE_FAILED) from error
        finally:
            self._places.put(child)
        return answer

    def _child(self) -> Child:
        if self._closed:
            raise BrokenChildError(Problem.ENGINE_FAILED)
        return Child(self.engine, timeout_s=self._timeout_s, memory_mb=self._memory_mb, threads=self._threads)
