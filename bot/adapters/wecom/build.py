"""Builds the adapter from the configuration."""

from __future__ import annotations

from bot.adapters.stores import DatabaseLease, DatabaseTokenStore, board_of, clock_of
from bot.adapters.wecom.adapter import WecomAdapter
from bot.adapters.wecom.config import PLATFORM, BotConfig, GroupRobot, WecomConfig
from bot.adapters.wecom.robot import PREFIX
from bot.adapters.wecom.surroundings import Surroundings
from bot.services import Services
from bot.settings import ConfigError, Settings
from models.group import bind_group


def build(services: Services) -> WecomAdapter:
    """Return the adapter; raises ConfigError naming the key that cannot be used."""
    _remember_groups(services)
    now = clock_of(
        services.database
    ).now  # tokens, leases and limits run on real time, whatever the business clock says
    lease = DatabaseLease(services.database, now)
    tokens = DatabaseTokenStore(services.database, lease)
    board = board_of(services.database)
    around = Surroundings(tokens=tokens, lease=lease, media=services.media, now=now, board=board)
    try:
        return WecomAdapter(config_of(services.settings), around)
    except ValueError as error:
        raise ConfigError(f"wecom: {error}") from None


def _remember_groups(services: Services) -> None:
    """Make the groups of the configuration addressable; nobody can bind them by speaking there."""
    with services.database.write() as session:
        for group in services.settings.wecom.groups:
            bind_group(session, PLATFORM, f"{PREFIX}{group.name}", group.name, group.purpose)


def config_of(settings: Settings) -> WecomConfig:
    """Return what the adapter needs of the settings; raises ConfigError for half a set of values."""
    section = settings.wecom
    _together("wecom", corp_id=section.corp_id, agent_id=section.agent_id, secret=section.secret)
    _together("wecom", token=section.token, aes_key=section.aes_key)
    _together("wecom.bot", bot_id=section.bot.bot_id, secret=section.bot.secret)
    _together("wecom.bot", token=section.bot.token, aes_key=section.bot.aes_key)
    if section.agent_id and not section.agent_id.isdigit():
        raise ConfigError("wecom.agent_id: 应用的 AgentId 是一串数字")
    return WecomConfig(
        corp_id=section.corp_id,
        agent_id=section.agent_id,
        secret=section.secret,
        token=section.token,
        aes_key=section.aes_key,
        api_base=section.api_base,
        public_url=settings.server.public_url,
        bot=BotConfig(
            bot_id=section.bot.bot_id,
            secret=section.bot.secret,
            ws_url=section.bot.ws_url,
            token=section.bot.token,
            aes_key=section.bot.aes_key,
        ),
        groups=tuple(GroupRobot(group.name, group.webhook) for group in section.groups),
    )


def _together(table: str, **values: str) -> None:
    """Refuse some of the values that only work together; the message names what is missing."""
    missing = [name for name, value in values.items() if not value]
    if missing and len(missing) < len(values):
        raise ConfigError(
            f"{table}.{missing[0]}: 缺少，与 {'、'.join(name for name in values if name not in missing)} 要一起填"
        )
