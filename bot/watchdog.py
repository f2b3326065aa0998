"""Whoever runs besides notices when nobody lets time pass, or nobody works: the auditor cannot tell that it is dead itself.

Every process keeps the last sign of life of its own threads where the others see it; each looks at all. On SQLite there is
one process, whose threads watch each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.dispatch import alarm_admins
from bot.services import Services
from models.chat import get_setting, put_setting
from models.db import one_at_a_time

log = structlog.get_logger(__name__)

STALE: Final = timedelta(seconds=60)
"""Without a beat for so long a role counts as ill (`/healthz`)."""
ALARM: Final = timedelta(seconds=120)
"""And the administrators are told: a restart takes less."""
SCHEDULER, WORKER = "scheduler", "worker"
WORDS: Final = {
    SCHEDULER: "调度进程从 {at:%H:%M} 起没有心跳：提醒、升级和自检都停着。请检查 scheduler 进程。",
    WORKER: "处理进程从 {at:%H:%M} 起没有心跳：消息收下了，但没人处理。请检查 worker 进程。",
}
_LOCK: Final = 7_006


class Watchdog:
    """`beats` are the last signs of life of this process's threads by name, in the time of the leases."""

    def __init__(self, services: Services, beats: Mapping[str, datetime], since: datetime) -> None:
        self._services = services
        self._beats = beats
        self._since = since
        self._silent: dict[str, datetime] = {}

    def look(self, now: datetime) -> None:
        """Pass on our own signs of life, and tell the administrators about a role that shows none; once, whoever sees it."""
        self._pass_on()
        silent, before = self.silent(now, ALARM), self._silent
        self._silent = silent
        for role, at in silent.items():
            if before.get(role) != at:
                continue  # seen for the first time: after a suspend or an outage of the database everybody looks dead for a moment
            log.error("role_silent", role=role, since=at.isoformat())
            text = WORDS[role].format(at=at.astimezone(self._services.calendar.zone))
            with self._services.database.write() as session:
                alarm_admins(
                    self._services, session, f"watchdog:{role}:{at:%Y%m%d%H%M}", text, self._services.clock.now()
                )

    def problems(self, now: datetime) -> dict[str, str]:
        """Return which roles show no sign of life, for `/healthz`."""
        try:
            return dict.fromkeys(self.silent(now, STALE), "no heartbeat of this role")
        except SQLAlchemyError:  # told as the database's own problem
            return {}

    def silent(self, now: datetime, patience: timedelta) -> dict[str, datetime]:
        """Return the roles without a sign of life for so long, and since when."""
        last = self._of_everybody()
        return {role: at for role, at in last.items() if now - at > patience}

    def _own(self) -> dict[str, datetime]:
        beats = dict(self._beats)
        workers = [at for name, at in beats.items() if name.startswith("worker-")]
        own = {SCHEDULER: beats.get("ticker"), WORKER: max(workers, default=None)}
        return {role: at for role, at in own.items() if at is not None}

    def _pass_on(self) -> None:
        own = self._own()
        if self._services.database.is_sqlite or not own:
            return
        with self._services.database.write() as session:
            one_at_a_time(session, _LOCK)
            for role, at in own.items():
                known = get_setting(session, f"beat:{role}")
                if known is None or datetime.fromisoformat(known) < at:
                    put_setting(session, f"beat:{role}", at.isoformat())

    def _of_everybody(self) -> dict[str, datetime]:
        """Return the last sign of life of each role; a role that has shown none yet counts from when we began."""
        if self._services.database.is_sqlite:
            return self._own()
        with self._services.database.read() as session:
            known = {role: get_setting(session, f"beat:{role}") for role in WORDS}
        return {role: datetime.fromisoformat(at) if at else self._since for role, at in known.items()}
