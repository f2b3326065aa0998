"""What the DingTalk adapter needs to know: built from the settings, never read from the environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

API_BASE: Final = "https://api.dingtalk.com"
OAPI_BASE: Final = "https://oapi.dingtalk.com"


class Mode(StrEnum):
    """How messages reach us."""

    STREAM = "stream"
    HTTP = "http"


@dataclass(frozen=True, slots=True)
class GroupConfig:
    """A group we may push to: by its conversation id, by a webhook (the only push with a real @), or both."""

    name: str
    conversation_id: str = ""
    webhook: str = field(default="", repr=False)
    webhook_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class DingtalkConfig:
    """One internal app with its robot.

    `robot_name` lets us strip "@name" where a client leaves it in the text. `agent_id` switches work notices on, the
    last resort when the robot cannot reach a person. `event_token`, `event_aes_key` and `card_secret` serve HTTP mode only.
    Both limits are a month's allowance of the whole organisation.
    """

    client_id: str
    client_secret: str = field(repr=False)
    robot_code: str = ""
    robot_name: str = ""
    corp_id: str = ""
    agent_id: str = ""
    mode: Mode = Mode.STREAM
    card_template_id: str = ""
    card_route_key: str = ""
    card_secret: str = field(default="", repr=False)
    event_token: str = field(default="", repr=False)
    event_aes_key: str = field(default="", repr=False)
    api_base: str = API_BASE
    oapi_base: str = OAPI_BASE
    monthly_api_limit: int = 5000
    monthly_message_limit: int = 3000
    groups: tuple[GroupConfig, ...] = ()

    @property
    def robot(self) -> str:
        """The robot code; an internal app's robot usually has the client id."""
        return self.robot_code or self.client_id

    def group(self, conversation_id: str) -> GroupConfig | None:
        """Return the configured group with this conversation id or, for a group that has none, with this name."""
        named = (g for g in self.groups if conversation_id in (g.conversation_id, g.name))
        return next(named, None)

    def trusts(self, url: str) -> bool:
        """Whether `url` is a session webhook we may call: https on the oapi host, or the configured base itself."""
        wanted = urlsplit(self.oapi_base)
        try:
            given = urlsplit(url)
        except ValueError:
            return False
        return (given.scheme, given.netloc) == (wanted.scheme, wanted.netloc)
