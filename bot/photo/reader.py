"""Reads pictures in child processes; never raises for a bad file, never blocks for ever."""

import hashlib
import queue
from collections import OrderedDict
from collections.abc import MutableMapping
from dataclasses import replace
from threading import Lock
from time import monotonic
from types import TracebackType
from typing import Self

from bot.photo.child import BrokenChildError, Child
from bot.photo.load import MAX_BYTES
from bot.photo.reading import PhotoKind, Problem, Reading

READER_VERSION = 2  # part of the cache key: raise it when the same picture would be read differently
_CACHED = 512
_LASTING = frozenset({Problem.EMPTY, Problem.NOT_AN_IMAGE, Problem.TRUNCATED, Problem.TOO_LARGE, Problem.TOO_SMALL})


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
        reading = self._ask(data, expect)
        if reading.problem is None or reading.problem in _LASTING:
            with self._cache_lock:
                self._cache[key] = reading
        return reading

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

    def _ask(self, data: bytes, expect: PhotoKind | None) -> Reading:
        started = monotonic()
        try:
            child = self._places.get(timeout=3 * self._timeout_s)
        except queue.Empty:
            return Reading(problem=Problem.TIMEOUT)
        try:
            child = child or self._child()
            reading = child.ask(data, expect)
            if child.worn:
                child.close()
                child = None
        except BrokenChildError as broken:
            child, reading = None, Reading(engine=self.engine, problem=broken.problem)
        except OSError:  # no memory or process left to start a child with
            child, reading = None, Reading(engine=self.engine, problem=Problem.ENGINE_FAILED)
        finally:
            self._places.put(child)
        return replace(reading, took_ms=round((monotonic() - started) * 1000))

    def _child(self) -> Child:
        if self._closed:
            raise BrokenChildError(Problem.ENGINE_FAILED)
        return Child(self.engine, timeout_s=self._timeout_s, memory_mb=self._memory_mb, threads=self._threads)
