from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from werkzeug.serving import make_server

from bot.adapters.base import CheckResult
from bot.adapters.lease import MemoryLease
from bot.adapters.token import MemoryTokenStore
from bot.adapters.wecom.adapter import WecomAdapter
from bot.adapters.wecom.config import BotConfig, GroupRobot, WecomConfig
from bot.adapters.wecom.surroundings import Surroundings
from bot.clock import SystemClock
from tests.bot.adapters.wecom.conftest import Clock
from tests.fakes.wecom.bot import BOT_ID, BOT_SECRET, BotServer, fake_bot
from tests.fakes.wecom.server import FakeWecom
from tests.fakes.wecom.vectors import OFFICIAL, WECHATPY

TOKEN, KEY, _ = OFFICIAL


@pytest.fixture
def full(config: WecomConfig, wecom: FakeWecom) -> WecomConfig:
    wecom.state.agent |= {
        "allow_userinfos": {"user": [{"userid": "lihua"}]}, "allow_partys": {"partyid": [1]}, "allow_tags": {"tagid": []},
    }  # fmt: skip
    robot = GroupRobot("华东晨会", wecom.webhook("K"))
    return replace(config, token=TOKEN, aes_key=KEY, public_url="https://bot.example", groups=(robot,))


@pytest.fixture
def adapter(clock: Clock) -> Callable[[WecomConfig], WecomAdapter]:
    def make(config: WecomConfig) -> WecomAdapter:
        return WecomAdapter(config, Surroundings(MemoryTokenStore(), MemoryLease(SystemClock().now), {}, clock.now))

    return make


Make = Callable[[WecomConfig], WecomAdapter]


def failed(adapter: WecomAdapter) -> dict[str, CheckResult]:
    return {check.name: check for check in adapter.checks() if not check.ok}


def test_a_right_installation_has_nothing_to_do(adapter: Make, full: WecomConfig, wecom: FakeWecom) -> None:
    checks = list(adapter(full).checks())
    assert [check.name for check in checks if not check.ok] == []
    assert len(checks) >= 13
    assert wecom.state.phones == []
    assert wecom.state.robots["K"] == []


@pytest.mark.parametrize(
    ("wrong", "name", "hint"),
    [
        ({"corp_id": "1000002"}, "企业微信 corp_id", "企业信息"),
        ({"agent_id": "ww1"}, "企业微信 agent_id", "应用管理"),
        ({"secret": "wrong"}, "企业微信 access_token", "secret"),
        ({"token": "有汉字"}, "企业微信 Token", "32"),
        ({"token": "x" * 33}, "企业微信 Token", "32"),
        ({"aes_key": ""}, "企业微信 EncodingAESKey", "43"),
        ({"aes_key": ""}, "企业微信 模板卡片", "回调"),
        ({"public_url": ""}, "企业微信 回调 URL", "public_url"),
        ({"public_url": "http://127.0.0.1:8000"}, "企业微信 回调 URL", "企业微信能访问到"),
        ({"api_base": "http://127.0.0.1:9"}, "企业微信 时钟", "api_base"),
        ({"groups": (GroupRobot("a", "https://example.com"),)}, "企业微信 群机器人 a", "消息推送"),
    ],
)
def test_each_wrong_setting_is_named_with_what_to_do(
    adapter: Make, full: WecomConfig, wrong: dict[str, str], name: str, hint: str
) -> None:
    found = failed(adapter(replace(full, **wrong)))  # type: ignore[arg-type]
    assert name in found
    assert hint in found[name].hint + found[name].detail


def test_a_robot_that_left_its_group_is_found(adapter: Make, full: WecomConfig, wecom: FakeWecom) -> None:
    del wecom.state.robots["K"]
    assert "93000" in failed(adapter(full))["企业微信 群机器人 华东晨会"].detail


def test_an_untrusted_address_is_named_with_the_address(adapter: Make, full: WecomConfig, wecom: FakeWecom) -> None:
    wecom.state.ip_trusted = False
    assert "203.0.113.9" in failed(adapter(full))["企业微信 企业可信IP"].detail


def test_an_app_that_was_switched_off_is_found(adapter: Make, full: WecomConfig, wecom: FakeWecom) -> None:
    wecom.state.agent["close"] = 1
    assert "停用" in failed(adapter(full))["企业微信 应用"].detail


def test_an_app_nobody_sees_is_found(adapter: Make, full: WecomConfig, wecom: FakeWecom) -> None:
    wecom.state.agent |= {"allow_userinfos": {"user": []}, "allow_partys": {"partyid": []}}
    assert "企业微信 可见范围" in failed(adapter(full))


@pytest.mark.parametrize(("seconds", "ok"), [(-60, True), (-62, False), (60, True), (62, False)])
def test_a_wrong_clock_is_found(full: WecomConfig, clock: Clock, seconds: int, ok: bool) -> None:
    def ours() -> datetime:
        return clock.now() + timedelta(seconds=seconds)

    adapter = WecomAdapter(full, Surroundings(MemoryTokenStore(), MemoryLease(clock.now), {}, ours))
    assert ("企业微信 时钟" not in failed(adapter)) is ok


class TestBot:
    @pytest.fixture
    def server(self) -> Iterator[BotServer]:
        with fake_bot() as server:
            yield server

    def test_a_bot_nobody_runs_is_tried(self, adapter: Make, server: BotServer) -> None:
        config = WecomConfig(bot=BotConfig(BOT_ID, BOT_SECRET, server.bot.url))
        checks = list(adapter(config).checks())
        assert [(check.name, check.ok) for check in checks] == [("企业微信 智能机器人", True)]
        server.bot.until(lambda: server.bot.live is None)  # it has let go again

    def test_a_wrong_secret_is_found(self, adapter: Make, server: BotServer) -> None:
        found = failed(adapter(WecomConfig(bot=BotConfig(BOT_ID, "wrong", server.bot.url))))
        assert "853000" in found["企业微信 智能机器人"].detail

    def test_a_running_bot_is_not_kicked_by_its_doctor(self, adapter: Make, server: BotServer) -> None:
        running = adapter(WecomConfig(bot=BotConfig(BOT_ID, BOT_SECRET, server.bot.url)))
        running.start(lambda _update: True)
        server.bot.wait_live()
        assert failed(running) == {}
        assert len(server.bot.subscribes) == 1
        running.stop()


class TestEcho:
    """`doctor --wecom-echo`: the GET of the console, against a running service."""

    @pytest.fixture
    def serve(self) -> Iterator[Callable[[Flask], str]]:
        servers = []

        def start(app: Flask) -> str:
            server = make_server("127.0.0.1", 0, app)
            servers.append(server)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            return f"http://127.0.0.1:{server.server_port}"

        yield start
        for server in servers:
            server.shutdown()

    def echo(self, adapter: Make, config: WecomConfig) -> CheckResult:
        [check] = adapter(config).echo_checks()
        return check

    def running(self, adapter: Make, config: WecomConfig, serve: Callable[[Flask], str]) -> WecomConfig:
        app = Flask(__name__)
        adapter(config).register(app, lambda _update: True)
        return replace(config, public_url=serve(app))

    def test_the_service_is_asked_and_answers(
        self, adapter: Make, full: WecomConfig, serve: Callable[[Flask], str]
    ) -> None:
        check = self.echo(adapter, self.running(adapter, full, serve))
        assert check.ok, check

    @pytest.mark.parametrize(
        ("changed", "words"), [({"token": "old"}, "token"), ({"aes_key": WECHATPY[1]}, "aes_key")], ids=["token", "key"]
    )
    def test_a_service_with_old_settings_is_found_out(
        self, adapter: Make, full: WecomConfig, serve: Callable[[Flask], str], changed: dict[str, str], words: str
    ) -> None:
        config = self.running(adapter, full, serve)
        check = self.echo(adapter, replace(config, **changed))  # type: ignore[arg-type]
        assert (check.ok, words in check.hint) == (False, True)

    @pytest.mark.parametrize(("answer", "words"), [('{"data":"1"}', "原文"), ("", "原文")])
    def test_a_proxy_that_rewrites_is_found_out(
        self, adapter: Make, full: WecomConfig, serve: Callable[[Flask], str], answer: str, words: str
    ) -> None:
        app = Flask(__name__)
        app.add_url_rule("/wecom/callback", "x", lambda: answer)
        assert words in self.echo(adapter, replace(full, public_url=serve(app))).detail

    def test_a_proxy_that_swallows_the_path_is_found_out(
        self, adapter: Make, full: WecomConfig, serve: Callable[[Flask], str]
    ) -> None:
        check = self.echo(adapter, replace(full, public_url=serve(Flask(__name__))))
        assert check.detail == "HTTP 404"

    def test_a_service_that_does_not_run_is_found_out(self, adapter: Make, full: WecomConfig) -> None:
        assert "启动服务" in self.echo(adapter, replace(full, public_url="http://127.0.0.1:9")).hint

    def test_without_an_address_there_is_nothing_to_ask(self, adapter: Make, full: WecomConfig) -> None:
        assert not self.echo(adapter, replace(full, public_url="")).ok
