"""From settings and services to a running DingTalk adapter."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from bot.adapters.dingtalk.adapter import DingtalkAdapter, Shared
from bot.adapters.dingtalk.config import DingtalkConfig, GroupConfig, Mode
from bot.adapters.dingtalk.pace import Pace
from bot.adapters.stores import (
    DatabaseLease,
    DatabaseMeter,
    DatabaseQuickReplies,
    DatabaseTokenStore,
    board_of,
    clock_of,
)
from bot.services import Services
from bot.settings import DingtalkSection
from models.db import Database
from models.group import group_of, remember_groups


def dingtalk_config(section: DingtalkSection) -> DingtalkConfig:
    """Return the adapter's configuration of a `[dingtalk]` section; the names are the same."""
    values = section.model_dump(exclude={"groups", "mode"})
    groups = tuple(GroupConfig(**group.model_dump()) for group in section.groups)
    return DingtalkConfig(**values, mode=Mode(section.mode), groups=groups)


def build_dingtalk(services: Services) -> DingtalkAdapter:
    """Return the adapter on the bot's database; leases run on real time whatever clock the business has."""
    database = services.database
    clock, board = clock_of(database), board_of(database)
    lease = DatabaseLease(database, clock.now)
    shared = Shared(
        tokens=DatabaseTokenStore(database, lease),
        lease=lease,
        meter=DatabaseMeter(database),
        quick_replies=DatabaseQuickReplies(database),
        read_media=services.media.get,
        board=board,
        group_name=partial(_group_name, database),
    )
    config = _with_learnt_groups(dingtalk_config(services.settings.dingtalk), services)
    pace = Pace(lambda: clock.now().timestamp(), board=board, scope="dingtalk.pace:")
    return DingtalkAdapter(config, shared, services.clock.now, pace=pace)


def _group_name(database: Database, conversation_id: str) -> str:
    with database.read() as session:
        group = group_of(session, DingtalkAdapter.name, conversation_id)
        return group.name if group is not None else ""


def _with_learnt_groups(config: DingtalkConfig, services: Services) -> DingtalkConfig:
    """Make configured groups addressable, and fill in the conversations that /绑定本群 has learnt since."""
    named = [(group.name, group.conversation_id) for group in config.groups]
    with services.database.write() as session:
        known = remember_groups(session, DingtalkAdapter.name, named)
    groups = (
        replace(group, conversation_id="" if known[group.name] == group.name else known[group.name])
        for group in config.groups
    )
    return replace(config, groups=tuple(groups))
