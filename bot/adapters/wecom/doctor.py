"""`doctor` for WeCom: every setting a deployer can get wrong, with what to do about it. Sends no message to anybody."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit

import requests

from bot.adapters.base import CheckResult
from bot.adapters.wecom import callback
from bot.adapters.wecom.bot import AiBot
from bot.adapters.wecom.bot_frames import State
from bot.adapters.wecom.client import WecomClient
from bot.adapters.wecom.config import GroupRobot, WecomConfig
from bot.adapters.wecom.crypto import Envelope
from bot.adapters.wecom.errors import UNTRUSTED_IP, Kind, WecomError
from bot.adapters.wecom.http import TIMEOUT
from bot.adapters.wecom.robot import Robots, is_webhook

MAX_SKEW: Final = 60.0
ECHO_WITHIN: Final = 1.0
ROOT: Final = 1
_BOT_WITHIN: Final = 8.0
_TOKEN: Final = re.compile(r"[A-Za-z0-9]{1,32}")
_DEAD_ROBOT: Final = frozenset({"93000", "93004", "93008"})
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104  # recognised, not bound
_BY_HAND: Final = (
    "接收消息页已勾选「用户发送的普通消息」「进入应用」「上报地理位置」「模板卡片」；已认证企业的回调域名要用同主体备案域名；"
    "只在微信里看消息的人收不到卡片；久不使用的应用会被自动停用"
)


class Doctor:
    """Checks one installation."""

    def __init__(
        self,
        config: WecomConfig,
        client: WecomClient | None,
        robots: Robots,
        bot: AiBot,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._config = config
        self._client = client
        self._robots = robots
        self._bot = bot
        self._now = now

    def checks(self) -> Iterator[CheckResult]:
        """Check what can be checked without the service running."""
        if self._config.corp_id:
            yield from self._app_settings()
            yield from self._callback_settings()
        if self._client is not None:
            yield self._clock()
            yield from self._api(self._client)
        for robot in self._config.groups:
            yield self._robot(robot)
        yield from self._ai_bot()

    # -- settings ------------------------------------------------------------------------------------------------------

    def _app_settings(self) -> Iterable[CheckResult]:
        config = self._config
        yield _result(
            "corp_id", config.corp_id.startswith("ww"), config.corp_id, "在「我的企业 → 企业信息」页底复制，以 ww 开头"
        )
        yield _result(
            "agent_id", config.agent_id.isdigit(), config.agent_id, "在「应用管理 → 自建 → 应用」页复制，是一串数字"
        )
        yield _result(
            "secret",
            bool(config.secret),
            "已填" if config.secret else "没填",
            "应用页点 Secret 的「查看」，在企业微信里收取",
        )

    def _callback_settings(self) -> Iterable[CheckResult]:
        config = self._config
        token_ok = bool(_TOKEN.fullmatch(config.token))
        yield _result(
            "Token", token_ok, "已填" if token_ok else "没填或不合要求", "与「接收消息」页一致，最多 32 位字母数字"
        )
        key_ok = self._envelope_works()
        yield _result(
            "EncodingAESKey",
            key_ok,
            "可加解密" if key_ok else "没填或不合要求",
            "与「接收消息」页一致，恰好 43 位字母数字",
        )
        yield _result(
            "模板卡片", token_ok and key_ok, "可以发带按钮的卡片" if token_ok and key_ok else "没有回调就不能发带按钮的卡片",
            "填好 token、aes_key 并在「接收消息」页保存 URL",
        )  # fmt: skip
        yield self._public_url()
        yield CheckResult("企业微信 后台（请人工确认）", ok=True, detail=_BY_HAND)

    def _public_url(self) -> CheckResult:
        parts = urlsplit(self._config.public_url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.hostname not in _LOOPBACK
        shown = f"{self._config.public_url.rstrip('/')}{callback.PATH}" if usable else self._config.public_url or "没填"
        hint = "在 [server] public_url 填企业微信能访问到的地址；填好并启动服务后运行 doctor --wecom-echo"
        return _result("回调 URL", usable, shown, hint)

    def _envelope_works(self) -> bool:
        try:
            envelope = Envelope(self._config.token, self._config.aes_key, self._config.corp_id)
            sealed = envelope.seal("echo", timestamp="1", nonce="n")
            return envelope.open(sealed.encrypt, signature=sealed.signature, timestamp="1", nonce="n") == "echo"
        except ValueError:
            return False

    # -- the platform --------------------------------------------------------------------------------------------------

    def _clock(self) -> CheckResult:
        try:
            answer = requests.get(f"{self._config.api_base.rstrip('/')}/cgi-bin/gettoken", timeout=TIMEOUT)
            theirs = parsedate_to_datetime(answer.headers["Date"])
        except (requests.RequestException, KeyError, ValueError):
            return _result("时钟", ok=False, detail="连不上企业微信", hint="检查网络、代理和 [wecom] api_base")
        skew = abs((self._now() - theirs).total_seconds())
        return _result(
            "时钟", skew <= MAX_SKEW, f"与企业微信相差 {skew:.0f} 秒", "打开 NTP 校时；超过 10 分钟的回调会被拒收"
        )

    def _api(self, client: WecomClient) -> Iterable[CheckResult]:
        try:
            client.token.fetch()
        except WecomError as error:
            yield _result(
                "access_token",
                ok=False,
                detail=f"{error.code} {error.detail}",
                hint="核对 corp_id 与 secret 是否同一应用",
            )
            return
        yield _result("access_token", ok=True, detail="可以获取")
        try:
            agent = client.get("agent/get", params={"agentid": self._config.agent_id})
        except WecomError as error:
            yield self._refused(error)
            return
        yield _result("企业可信IP", ok=True, detail="可以调用接口")
        yield from self._agent(agent)
        yield self._callback_ips(client)

    def _refused(self, error: WecomError) -> CheckResult:
        if error.code == UNTRUSTED_IP:
            hint = "应用页底「企业可信IP」加上括号里的地址，约 1 分钟生效；要先保存回调 URL 或可信域名才能填"
            return _result("企业可信IP", ok=False, detail=error.detail, hint=hint)
        hint = "核对 agent_id 与 secret 是否同一应用" if error.meaning.kind is Kind.CONFIG else "稍后再试"
        return _result("应用", ok=False, detail=f"{error.code} {error.detail}", hint=hint)

    def _agent(self, agent: dict[str, Any]) -> Iterable[CheckResult]:
        closed = bool(agent.get("close"))
        yield _result(
            "应用", not closed, f"{agent.get('name', '')}{'（已停用）' if closed else ''}", "在应用页重新启用"
        )
        people = agent.get("allow_userinfos", {}).get("user", [])
        parties = agent.get("allow_partys", {}).get("partyid", [])
        tags = agent.get("allow_tags", {}).get("tagid", [])
        seen = bool(people or parties or tags)
        whole = "；含根部门，可建应用群" if ROOT in parties else "；不含根部门，不能建应用群"
        detail = f"{len(people)} 人、{len(parties)} 个部门、{len(tags)} 个标签{whole}" if seen else "没有人看得到应用"
        yield _result("可见范围", seen, detail, "应用页「可见范围」加上所有用机器人的人；范围外的人收不到消息")

    def _callback_ips(self, client: WecomClient) -> CheckResult:
        try:
            count = len(client.get("getcallbackip").get("ip_list", []))
        except WecomError as error:
            return _result("回调来源 IP", ok=False, detail=f"{error.code} {error.detail}", hint="稍后再试")
        return _result("回调来源 IP", ok=True, detail=f"{count} 段；防火墙若限制来源，请每天更新放行")

    # -- groups and the bot --------------------------------------------------------------------------------------------

    def _robot(self, robot: GroupRobot) -> CheckResult:
        """Ask with an empty message, which a living robot refuses for its content and posts nowhere."""
        name, hint = f"群机器人 {robot.name}", "在群里重新添加「消息推送」，把新地址填进配置"
        if not is_webhook(robot.webhook):
            return _result(name, ok=False, detail="不是群机器人的地址", hint=hint)
        try:
            self._robots.post(robot, {"msgtype": "text", "text": {"content": ""}})
        except WecomError as error:
            reached = error.code.isdigit()
            detail = f"{error.code} {error.detail}" if error.code in _DEAD_ROBOT or not reached else "可用"
            return _result(name, reached and error.code not in _DEAD_ROBOT, detail, hint)
        return _result(name, ok=True, detail="可用")

    def _ai_bot(self) -> Iterable[CheckResult]:
        if self._config.bot.has_url:
            yield self._bot_url()
        if self._bot.socket is None:
            return
        owner = self._bot.socket.holder()
        if owner is not None:
            yield _result("智能机器人", ok=True, detail="长连接由运行中的服务占用，不另行试连")
            return
        state = self._bot.socket.trial(_BOT_WITHIN)
        hint = "「管理工具 → 智能机器人 → API 模式 → 长连接」核对 bot_id、secret；请由超级管理员创建，否则看不到明文 userid"
        detail = (
            "可以连上；每人要先和它说一句话，之后才能收到推送" if state is State.LIVE else self._bot.socket.words(state)
        )
        yield _result("智能机器人", state is State.LIVE, detail, hint)

    def _bot_url(self) -> CheckResult:
        try:
            Envelope(self._config.bot.token, self._config.bot.aes_key, "")
        except ValueError:
            return _result(
                "智能机器人 URL", ok=False, detail="aes_key 不合要求", hint="与机器人回调页一致，恰好 43 位字母数字"
            )
        return _result("智能机器人 URL", ok=True, detail="密钥可用")

    # -- echo ----------------------------------------------------------------------------------------------------------

    def echo_checks(self) -> Iterator[CheckResult]:
        """Do what the console does when the callback URL is saved, against our own public address."""
        if not self._config.has_callback or not self._config.public_url:
            yield _result("回调验证", ok=False, detail="缺 public_url、token 或 aes_key", hint="先填好这三项")
            return
        echo = secrets.token_hex(8) + "+/="
        envelope = Envelope(self._config.token, self._config.aes_key, self._config.corp_id)
        sealed = envelope.seal(echo, timestamp=str(int(self._now().timestamp())), nonce=secrets.token_hex(4))
        query = {
            "msg_signature": sealed.signature, "timestamp": sealed.timestamp, "nonce": sealed.nonce,
            "echostr": sealed.encrypt,
        }  # fmt: skip
        yield self._echo(query, echo)

    def _echo(self, query: dict[str, str], echo: str) -> CheckResult:
        address = f"{self._config.public_url.rstrip('/')}{callback.PATH}"
        begun = time.monotonic()
        try:
            answer = requests.get(address, params=query, timeout=TIMEOUT, allow_redirects=False)
        except requests.RequestException:
            return _result(
                "回调验证", ok=False, detail=f"访问不到 {address}", hint="先启动服务，再检查域名、端口和反向代理"
            )
        took = time.monotonic() - begun
        problem, hint = _echo_problem(answer, echo, took)
        return _result("回调验证", not problem, problem or f"{address} 用时 {took * 1000:.0f} 毫秒", hint)


def _echo_problem(answer: requests.Response, echo: str, took: float) -> tuple[str, str]:
    """Return what is wrong with an answer to the verification and what to do; empty when nothing is."""
    if answer.status_code == requests.codes.forbidden:
        return "服务拒绝了签名", "运行中的服务用的是另一个 token 或 corp_id，改完配置要重启"
    if answer.status_code == requests.codes.bad_request:
        return "服务解不开密文", "运行中的服务用的是另一个 aes_key，改完配置要重启"
    if answer.status_code != requests.codes.ok:
        return f"HTTP {answer.status_code}", f"反向代理没有把 {callback.PATH} 原样转给本服务"
    if answer.content != echo.encode():
        return "回答不是原文", "反向代理改写了内容；要原样返回，不带引号、换行、BOM"
    if took > ECHO_WITHIN:
        return f"用时 {took:.1f} 秒", "企业微信要求 1 秒内回答，检查网络和代理"
    return "", ""


def _result(name: str, ok: bool, detail: str, hint: str = "") -> CheckResult:  # noqa: FBT001  # reads like the line it becomes
    return CheckResult(f"企业微信 {name}", ok=ok, detail=detail, hint=hint)
