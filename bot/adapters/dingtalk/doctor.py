"""What a deployer can get wrong with DingTalk, one line each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import requests

from bot.adapters.base import CheckResult
from bot.adapters.dingtalk.api import Api
from bot.adapters.dingtalk.cards import CARDS
from bot.adapters.dingtalk.channels import BATCH, webhook_is_complete
from bot.adapters.dingtalk.config import DingtalkConfig, GroupConfig, Mode
from bot.adapters.dingtalk.directory import Directory
from bot.adapters.dingtalk.errors import DingtalkError, Kind
from bot.adapters.dingtalk.gateway import GatewayRefused, OpenGateway
from bot.adapters.dingtalk.http import TIMEOUT, new_session
from bot.adapters.dingtalk.oapi import Oapi
from bot.adapters.dingtalk.quota import QuotaBook
from bot.adapters.lease import Lease

_GROUP_ROBOTS: Final = "/v1.0/robot/groups/robots/query"
_SKEW: Final = timedelta(minutes=5)
_CONSOLE: Final = "开发者后台 open-dev.dingtalk.com"


@dataclass(frozen=True, slots=True)
class Doctor:
    """Checks the configuration against the platform; costs about three paid calls."""

    config: DingtalkConfig
    api: Api
    oapi: Oapi
    directory: Directory
    quota: QuotaBook
    lease: Lease
    lease_name: str
    open_gateway: OpenGateway
    now: Callable[[], datetime]

    def checks(self) -> Iterator[CheckResult]:
        """Return the checks in the order in which a deployer mends them."""
        token = self._token()
        yield token
        yield self._clock()
        if not token.ok:
            return  # everything below would say the same
        if self.config.mode is Mode.STREAM:
            yield self._stream()
        else:
            yield self._http()
        yield self._sending()
        yield self._contacts()
        yield self._published()
        yield self._cards()
        yield from (self._group(group) for group in self.config.groups)
        yield from self._allowance()

    def _token(self) -> CheckResult:
        name = "钉钉 access_token"
        hint = f"{_CONSOLE} → 应用 → 凭证与基础信息，核对 client_id 和 client_secret"
        try:
            self.api.fetch_token()
            self.oapi.fetch_token()
        except DingtalkError as error:
            return CheckResult(name, ok=False, detail=f"取不到：{error.code} {error.detail}", hint=hint)
        return CheckResult(name, ok=True, detail="新旧两个接口都取到了")

    def _clock(self) -> CheckResult:
        name = "钉钉 时钟"
        try:
            response = new_session().get(self.config.api_base, timeout=TIMEOUT, allow_redirects=False)
            skew = abs(parsedate_to_datetime(response.headers["date"]) - self.now())
        except (requests.RequestException, KeyError, ValueError, TypeError) as error:
            return CheckResult(
                name, ok=False, detail=f"问不到钉钉的时间：{type(error).__name__}", hint="检查出网和防火墙"
            )
        seconds = int(skew.total_seconds())
        hint = "用 NTP 校时；相差一小时以上，签名全部作废"
        return CheckResult(name, ok=skew < _SKEW, detail=f"与钉钉相差 {seconds} 秒", hint="" if skew < _SKEW else hint)

    def _stream(self) -> CheckResult:
        name = "钉钉 Stream"
        try:
            self.open_gateway()
        except GatewayRefused as error:
            hint = "确认：应用已发布、机器人消息接收模式为 Stream、出口 IP 已加白"
            return CheckResult(name, ok=False, detail=f"网关拒绝：{error.code}", hint=hint)
        holder = self.lease.holder(self.lease_name)
        if holder is None:
            return CheckResult(name, ok=True, detail="网关可用；目前没有进程在收消息，启动 serve 即可")
        return CheckResult(name, ok=True, detail=f"网关可用，由进程 {holder} 独占接收")

    def _http(self) -> CheckResult:
        name, missing = "钉钉 HTTP 回调", []
        if self.config.card_template_id and not (self.config.card_secret and self.config.card_route_key):
            missing.append("card_route_key、card_secret")
        if not self.config.corp_id:
            missing.append("corp_id")
        if missing:
            hint = "HTTP 签名不包含正文，缺了这些就认不出伪造的请求"
            return CheckResult(name, ok=False, detail=f"未配置 {'、'.join(missing)}", hint=hint)
        return CheckResult(name, ok=True, detail="消息接收地址填 https://你的域名/dingtalk/callback")

    def _sending(self) -> CheckResult:
        """Ask the robot to send to nobody: a missing scope is told before the missing people are."""
        body = {"robotCode": self.config.robot, "userIds": [], "msgKey": "sampleText", "msgParam": '{"content":""}'}
        return self._scope("钉钉 机器人发消息", "qyapi_robot_sendmsg", lambda: self.api.post(BATCH, body))

    def _contacts(self) -> CheckResult:
        read = lambda: self.oapi.contacts("/topapi/v2/department/listsub", {"dept_id": 1})  # noqa: E731 - one of three
        return self._scope(
            "钉钉 通讯录", "qyapi_get_department_list、qyapi_get_department_member、qyapi_get_member", read
        )

    def _cards(self) -> CheckResult:
        name = "钉钉 互动卡片"
        if not self.config.card_template_id:
            return CheckResult(name, ok=True, detail="未配置模板：按钮改用快捷回复链接和文字")
        body = {"outTrackId": "doctor-probe", "cardData": {"cardParamMap": {}}}
        return self._scope(name, "Card.Instance.Write", lambda: self.api.call("PUT", CARDS, body))

    def _published(self) -> CheckResult:
        name, count = "钉钉 应用发布", self.quota.unpublished_today(self.now())
        if not count:
            return CheckResult(name, ok=True, detail="今天收到的同事消息都带 userId")
        hint = "应用 → 版本管理与发布：发布新版本，可见范围包含所有要用的人"
        return CheckResult(name, ok=False, detail=f"今天有 {count} 条同事消息没有 userId，认不出是谁", hint=hint)

    def _group(self, group: GroupConfig) -> CheckResult:
        name = f"钉钉群 {group.name}"
        if group.webhook and not webhook_is_complete(group.webhook):
            return CheckResult(name, ok=False, detail="webhook 不完整", hint="从群机器人设置里重新复制整条地址")
        if not group.conversation_id:
            detail = "用 webhook 推送" if group.webhook else "没有 conversation_id，也没有 webhook"
            return CheckResult(name, ok=bool(group.webhook), detail=detail, hint="在群里 @机器人 /绑定本群")
        try:
            self.api.post(_GROUP_ROBOTS, {"openConversationId": group.conversation_id})
        except DingtalkError as error:
            if error.kind is Kind.CONFIG:
                return CheckResult(name, ok=True, detail="未检查：没有 qyapi_chat_manage 权限")
            hint = "群设置 → 机器人 → 添加企业机器人，再 @机器人 /绑定本群"
            return CheckResult(name, ok=False, detail=f"机器人不在群里：{error.code}", hint=hint)
        return CheckResult(name, ok=True, detail="机器人在群里")

    def _allowance(self) -> Iterator[CheckResult]:
        hint = "上限在「资源管理」页；配置 monthly_api_limit、monthly_message_limit 要与之一致"
        for quota in self.quota.all(self.now()):
            fine = quota.limit > 0 and not quota.is_blocked and quota.ratio < 1
            yield CheckResult(f"钉钉 额度 {quota.kind}", ok=fine, detail=quota.sentence(), hint="" if fine else hint)

    def _scope(self, name: str, scopes: str, call: Callable[[], object]) -> CheckResult:
        try:
            call()
        except DingtalkError as error:
            if error.kind in {Kind.CONFIG, Kind.TOKEN, Kind.QUOTA}:
                hint = f"应用 → 权限管理，申请 {scopes}"
                return CheckResult(name, ok=False, detail=f"{error.code} {error.detail}", hint=hint)
            if error.kind not in {Kind.CONTENT, Kind.GONE}:
                return CheckResult(name, ok=False, detail=f"没问到：{error.code} {error.detail}", hint="稍后再试")
        return CheckResult(name, ok=True, detail="权限已开通")
