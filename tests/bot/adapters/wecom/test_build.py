from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.adapters.wecom.build import config_of
from bot.adapters.wecom.robot import markdown_of
from bot.app import create_app
from bot.reply import Card, Link
from bot.settings import ConfigError, Settings, WecomSection, parse_settings
from models.chat import GroupRow

APP = {"corp_id": "ww1", "agent_id": 1000002, "secret": "s"}


def settings(**wecom: Any) -> Settings:
    return Settings(wecom=WecomSection(**wecom))


def test_six_values_are_a_whole_app() -> None:
    config = config_of(settings(**APP, token="t", aes_key="k"))
    assert (config.has_app, config.has_callback, config.agent_id) == (True, True, "1000002")


@pytest.mark.parametrize(
    ("wecom", "key"),
    [
        ({"corp_id": "ww1", "agent_id": "1"}, "wecom.secret"),
        (APP | {"token": "t"}, "wecom.aes_key"),
        (APP | {"bot": {"bot_id": "b"}}, "wecom.bot.secret"),
        ({"bot": {"aes_key": "k"}}, "wecom.bot.token"),
        (APP | {"agent_id": "ww1"}, "wecom.agent_id"),
    ],
)
def test_half_a_set_of_values_refuses_to_start_and_names_the_key(wecom: dict[str, Any], key: str) -> None:
    with pytest.raises(ConfigError, match=key):
        config_of(settings(**wecom))


def test_no_secret_is_in_what_is_printed() -> None:
    secrets = {"secret": "S1-", "token": "S2-", "aes_key": "S3-"}
    bot = {"bot_id": "b", "secret": "S4-", "token": "S5-", "aes_key": "S6-"}
    groups = ({"name": "g", "webhook": "https://x?key=S7-"},)
    config = config_of(settings(corp_id="ww1", agent_id="1", **secrets, bot=bot, groups=groups))
    assert not any(f"S{number}-" in repr(config) for number in range(1, 8))
    assert len(config.secrets) == 7


def test_the_robots_of_the_configuration_are_groups_that_can_be_announced_to(tmp_path: Path) -> None:
    groups = [
        {"name": "华东销售群", "webhook": "https://x?key=1"},
        {"name": "总部", "webhook": "https://x?key=2", "purpose": "hq"},
    ]
    raw = {"database": {"url": f"sqlite:///{tmp_path}/bot.db", "media_dir": str(tmp_path)}, "wecom": {"groups": groups}}
    for _ in range(2):  # a second start remembers them once
        application = create_app(parse_settings(raw))
    with application.services.database.read() as session:
        rows = session.scalars(select(GroupRow).where(GroupRow.platform == "wecom").order_by(GroupRow.purpose)).all()
        assert [(row.conversation_id, row.purpose) for row in rows] == [
            ("webhook:总部", "hq"),
            ("webhook:华东销售群", "sales"),
        ]
    application.services.database.close()


@pytest.mark.parametrize(
    ("wecom", "hears_places"),
    [
        (APP | {"token": "t", "aes_key": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"}, True),
        ({"bot": {"bot_id": "b", "secret": "s"}}, False),
    ],
)
def test_only_the_apps_callback_hears_places(tmp_path: Path, wecom: dict[str, Any], *, hears_places: bool) -> None:
    """With the AI bot alone a visit asks for its place as it does in DingTalk."""
    raw = {"database": {"url": f"sqlite:///{tmp_path}/bot.db", "media_dir": str(tmp_path)}, "wecom": wecom}
    application = create_app(parse_settings(raw))
    assert application.services.adapters["wecom"].capabilities.location is hears_places
    page = application.web.test_client().get("/place/x")
    assert page.status_code == (404 if hears_places else 403)
    application.services.database.close()


def test_a_link_of_a_card_is_written_out() -> None:
    card = Card("① 位置", "说明", links=(Link("发定位", "https://bot.example/place/1"),))
    assert markdown_of(card) == "**① 位置**\n说明\n发定位：https://bot.example/place/1"
