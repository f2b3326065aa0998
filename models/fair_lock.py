"""A lock that is given in the order it was asked for: whoever writes in a loop never starves the person who writes once."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Self


@dataclass(slots=True, eq=False)
class _Waiter:
    thread: int
    granted: threading.Event = field(default_factory=threading.Event)


class FairLock:
    """Reentrant; waiters are served first come, first served."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._owner: int | None = None
        self._depth = 0
        self._waiting: deque[_Waiter] = deque()

    def acquire(self, timeout: float | None = None) -> bool:
        """Take the lock; False when it was not ours within `timeout` seconds (None: wait for ever)."""
        me = threading.get_ident()
        with self._guard:
            if self._owner in {None, me}:
                self._owner, self._depth = me, self._depth + 1
                return True
            waiter = _Waiter(me)
            self._waiting.append(waiter)
        if waiter.granted.wait(timeout):
            return True
        with self._guard:
            if waiter.granted.is_set():  # in the instant between the two
                return True
            self._waiting.remove(waiter)
            return False

    def release(self) -> None:
        """Give it to whoever has waited longest; raises RuntimeError when it is not ours."""
        with self._guard:
            if self._owner != threading.get_ident():
                raise RuntimeError("released by somebody who does not hold it")
            self._depth -= 1
            if self._depth:
                return
            if not self._waiting:
                self._owner = None
                return
            waiter = self._waiting.popleft()
            self._owner, self._depth = waiter.thread, 1
            waiter.granted.set()

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
