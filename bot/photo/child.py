"""The parent's end of one reading child: start it, ask it, bound its time and memory, throw it away when it misbehaves."""

import os
import selectors
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import monotonic

from bot.photo.frames import ANSWER, Order, packed
from bot.photo.reading import Problem, from_json

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0
ADDRESS_PER_RESIDENT = 3  # address space a reader maps per resident byte (measured 2.3 with onnxruntime)
RECYCLE_AFTER = 200
_LOOK_EVERY = 0.05
_CHUNK = 1 << 16
_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / (1024 * 1024)


class BrokenChildError(Exception):
    """The child died, hung or grew too big while reading; `problem` says which."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class Child:
    """One process with one engine. Not thread-safe: one asker at a time."""

    def __init__(self, engine: str, *, timeout_s: float, memory_mb: int, threads: int) -> None:
        self._memory_mb = memory_mb
        self._timeout_s = timeout_s
        self._jobs = 0
        limits = (memory_mb * ADDRESS_PER_RESIDENT, int(timeout_s) + 5, threads)
        environment = {**os.environ, "MALLOC_ARENA_MAX": "2", "OMP_NUM_THREADS": str(threads), "OMP_THREAD_LIMIT": "2"}
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
            [sys.executable, "-m", "bot.photo.worker", engine, *map(str, limits)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            process_group=0,  # what it starts (Tesseract) must end with it
        )
        ready = from_json(self._receive(b"", monotonic() + START_SECONDS))
        self.engine = ready.engine
        if ready.problem is not None:
            self.close()
            raise BrokenChildError(ready.problem)

    @property
    def worn(self) -> bool:
        """True when it should be replaced before the next picture."""
        return self._jobs >= RECYCLE_AFTER or self._resident_mb() > 0.85 * self._memory_mb

    def ask(self, order: Order, data: bytes) -> bytes:
        """Have something done with one file. Raises BrokenChildError; the child is closed then."""
        self._jobs += 1
        return self._receive(packed(order, data), monotonic() + self._timeout_s)

    def close(self) -> None:
        """End the process now, and whatever it started."""
        with suppress(ProcessLookupError):  # all gone already
            os.killpg(self._process.pid, signal.SIGKILL)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue  # the rest of a frame nobody will read
        self._process.wait()

    def _receive(self, frame: bytes, deadline: float) -> bytes:
        try:
            return self._exchange(frame, deadline)
        except BrokenChildError:
            self.close()
            raise
        except OSError as error:
            self.close()
            raise BrokenChildError(Problem.ENGINE_FAILED) from error

    def _exchange(self, frame: bytes, deadline: float) -> bytes:
        source, sink = self._pipes()
        unsent, answer = memoryview(frame), bytearray()
        with selectors.DefaultSelector() as waiting:
            waiting.register(source, selectors.EVENT_READ)
            if unsent:
                os.set_blocking(sink, False)
                waiting.register(sink, selectors.EVENT_WRITE)
            while True:
                self._check(deadline)
                for key, _ in waiting.select(_LOOK_EVERY):
                    if key.fd == sink:
                        unsent = unsent[os.write(sink, unsent[:_CHUNK]) :]
                        if not unsent:
                            waiting.unregister(sink)
                    else:
                        answer += self._heard(source)
                if len(answer) >= ANSWER.size and len(answer) >= ANSWER.size + ANSWER.unpack_from(answer)[0]:
                    return bytes(answer[ANSWER.size :])

    def _heard(self, source: int) -> bytes:
        chunk = os.read(source, _CHUNK)
        if not chunk:
            raise BrokenChildError(Problem.ENGINE_FAILED)
        return chunk

    def _check(self, deadline: float) -> None:
        if monotonic() > deadline:
            raise BrokenChildError(Problem.TIMEOUT)
        if self._resident_mb() > self._memory_mb:
            raise BrokenChildError(Problem.OUT_OF_MEMORY)

    def _resident_mb(self) -> float:
        try:
            statm = Path(f"/proc/{self._process.pid}/statm").read_text(encoding="ascii")
        except OSError:
            return 0.0  # not Linux, or gone: the pipe will say so
        return int(statm.split()[1]) * _PAGE_MB

    def _pipes(self) -> tuple[int, int]:
        if self._process.stdout is None or self._process.stdin is None:
            raise BrokenChildError(Problem.ENGINE_FAILED)
        return self._process.stdout.fileno(), self._process.stdin.fileno()
