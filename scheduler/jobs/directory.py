"""Follows the platforms' directories each night: new accounts, missing managers, leavers."""

from __future__ import annotations

import threading
from datetime import datetime, time

import structlog

from bot.adapters.base import Adapter, TransportError
from bot.dispatch import alarm_admins
from bot.services import Services
from models.event import record
from models.roster import RosterChange, follow_directory
from scheduler.job import JobTurn, at_times, every_day

log = structlog.get_logger(__name__)


@at_times(every_day(lambda _: time(3, 20)))
def follow_directories(turn: JobTurn) -> None:
    """Read the directories in a thread: that takes minutes, and this turn holds the database."""
    services, now = turn.services, turn.now
    threading.Thread(target=lambda: follow_all(services, now), name="directory", daemon=True).start()


def follow_all(services: Services, now: datetime) -> None:
    """Follow every platform's directory; one that cannot be read changes nothing."""
    for adapter in services.adapters.values():
        try:
            follow(services, adapter, now)
        except TransportError as error:
            log.warning("directory_not_read", platform=adapter.name, reason=str(error))
        except Exception:  # the end of a thread of its own: nobody else would hear of it
            log.exception("directory_not_followed", platform=adapter.name)


def follow(services: Services, adapter: Adapter, now: datetime) -> RosterChange:
    """Follow one directory; raises `TransportError`."""
    members = [member for member in adapter.members() if member.active]
    if not members:  # the platform has none, or shows none: nobody has left because of that
        return RosterChange()
    with services.database.write() as session:
        change = follow_directory(session, adapter.name, members)
        for person_id in change.left:
            record(
                session, "person_left", "person", person_id, at=now, actor_id=None,
                data={"platform": adapter.name}, cause="job:directory",
            )  # fmt: skip
        if change.refused:
            text = (
                f"{adapter.name} 通讯录里少了一半以上的人，多半是可见范围变了，我没有停用任何人。请检查应用可见范围。"
            )
            alarm_admins(services, session, f"directory:{adapter.name}:{now:%Y%m%d}", text, now)
    return change
