"""Running a blocking call where it can hang without holding up the end of the process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def in_daemon_thread(call: Callable[[], T], name: str) -> Future[T]:
    """Start `call` in a daemon thread; a pool's threads would be waited for when the process ends."""
    outcome: Future[T] = Future()
    threading.Thread(target=_run, args=(call, outcome), name=name, daemon=True).start()
    return outcome


def _run(call: Callable[[], T], outcome: Future[T]) -> None:
    if not outcome.set_running_or_notify_cancel():
        return
    try:
        result = call()
    except Exception as error:  # noqa: BLE001 - handed to whoever waits for it
        outcome.set_exception(error)
    else:
        outcome.set_result(result)
