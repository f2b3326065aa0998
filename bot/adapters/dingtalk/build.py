"""From settings and services to a running DingTalk adapter."""

from __future__ import annotations

from bot.adapters.dingtalk.adapter import DingtalkAdapter, Shared
from bot.adapters.dingtalk.config import DingtalkConfig, GroupConfig, Mode
from bot.adapters.stores import DatabaseLease, DatabaseMeter, DatabaseQuickReplies, DatabaseTokenStore
from bot.clock import SystemClock
from bot.services import Services
from bot.settings import DingtalkSection


def dingtalk_config(section: DingtalkSection) -> DingtalkConfig:
    """Return the adapter's configuration of a `[dingtalk]` section; the names are the same."""
    values = section.model_dump(exclude={"groups", "mode"})
    groups = tuple(GroupConfig(**group.model_dump()) for group in section.groups)
    return DingtalkConfig(**values, mode=Mode(section.mode), groups=groups)


def build_dingtalk(services: Services) -> DingtalkAdapter:
    """Return the adapter on the bot's database; leases run on real time whatever clock the business has."""
    database = services.database
    lease = DatabaseLease(database, SystemClock().now)
    shared = Shared(
        tokens=DatabaseTokenStore(database, lease),
        lease=lease,
        meter=DatabaseMeter(database),
        quick_replies=DatabaseQuickReplies(database),
        read_media=services.media.get,
    )
    return DingtalkAdapter(dingtalk_config(services.settings.dingtalk), shared, services.clock.now)
