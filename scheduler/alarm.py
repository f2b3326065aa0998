"""The alarm clock: APScheduler, in memory, with one interval job. It wakes; what is due stands in tables of ours."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import UTC

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pkg_resources notices of older APScheduler releases
    from apscheduler.schedulers.background import BackgroundScheduler


class AlarmClock:
    """Calls a function every second; a call that takes longer is not started twice, a missed one is made up for once."""

    def __init__(self, seconds: float = 1.0) -> None:
        self._seconds = seconds
        self._scheduler: BackgroundScheduler | None = None

    def start(self, wake: Callable[[], None]) -> None:
        """Call `wake` every second from now on."""
        scheduler = BackgroundScheduler(timezone=UTC)
        scheduler.add_job(
            wake, "interval", seconds=self._seconds, coalesce=True, max_instances=1, misfire_grace_time=None
        )
        scheduler.start()
        self._scheduler = scheduler

    def stop(self) -> None:
        """Stop calling; waits for a call that runs."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=True)
            self._scheduler = None
