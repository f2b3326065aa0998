"""Threads that have nothing to do rest, and start at once when there is something."""

from __future__ import annotations

import threading
from pathlib import Path

from bot.app import Parts, create_app
from bot.runtime import POLL_SECONDS
from bot.settings import parse_settings


def test_idle_threads_look_only_a_few_times_a_second(tmp_path: Path) -> None:
    raw = {"database": {"url": f"sqlite:///{tmp_path}/bot.db", "media_dir": f"{tmp_path}/media"}}
    runtime = create_app(parse_settings(raw), Parts(workers=4)).runtime
    looks = []
    ask = runtime.work_once
    runtime.work_once = lambda: looks.append(1) or ask()  # type: ignore[method-assign,func-returns-value]
    runtime.start()
    threading.Event().wait(2 * POLL_SECONDS)
    runtime.stop()
    runtime.services.database.close()
    assert 4 <= len(looks) <= 4 * 6
