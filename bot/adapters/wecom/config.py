"""What the WeCom adapter needs to know of the installation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

PLATFORM: Final = "wecom"
DEFAULT_API_BASE: Final = "https://qyapi.weixin.qq.com"
DEFAULT_WS_URL: Final = "wss://openws.work.weixin.qq.com"


@dataclass(frozen=True, slots=True)
class BotConfig:
    """The AI bot (智能机器人): `bot_id` and `secret` for the long connection, `token` and `aes_key` for URL mode."""

    bot_id: str = ""
    secret: str = field(default="", repr=False)
    ws_url: str = DEFAULT_WS_URL
    token: str = field(default="", repr=False)
    aes_key: str = field(default="", repr=False)

    @property
    def has_socket(self) -> bool:
        """Whether the long connection is configured."""
        return bool(self.bot_id and self.secret)

    @property
    def has_url(self) -> bool:
        """Whether URL mode is configured."""
        return bool(self.token and self.aes_key)


@dataclass(frozen=True, slots=True)
class GroupRobot:
    """A push-only robot of one group; whoever has the webhook address can post, so it is a secret."""

    name: str
    webhook: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class WecomConfig:
    """The self-built app and what stands beside it. Secrets are left out of `repr`."""

    corp_id: str = ""
    agent_id: str = ""
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    aes_key: str = field(default="", repr=False)
    api_base: str = DEFAULT_API_BASE
    public_url: str = ""
    bot: BotConfig = BotConfig()
    groups: tuple[GroupRobot, ...] = ()

    @property
    def has_app(self) -> bool:
        """Whether the app can call the API."""
        return bool(self.corp_id and self.agent_id and self.secret)

    @property
    def has_callback(self) -> bool:
        """Whether the app can receive messages."""
        return bool(self.corp_id and self.token and self.aes_key)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Everything that must never appear in a log."""
        own = (self.secret, self.token, self.aes_key, self.bot.secret, self.bot.token, self.bot.aes_key)
        return tuple(value for value in (*own, *(group.webhook for group in self.groups)) if value)
