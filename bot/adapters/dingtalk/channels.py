"""The ways a message leaves: session webhook, robot to people, robot to a group, group webhook, work notice.

Each takes one part and returns one outcome per recipient; which one is taken is `courier`'s decision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final
from urllib.parse import parse_qs, urlsplit

import requests

from bot.adapters.base import Delivery, Fate, Outcome, Recipient
from bot.adapters.dingtalk import wire
from bot.adapters.dingtalk.api import Api
from bot.adapters.dingtalk.config import DingtalkConfig, GroupConfig
from bot.adapters.dingtalk.errors import DingtalkError, oapi_error
from bot.adapters.dingtalk.errors import Kind as Error
from bot.adapters.dingtalk.http import exchange
from bot.adapters.dingtalk.oapi import NOTICE_RESULT, WORK_NOTICE, Oapi
from bot.adapters.dingtalk.outcomes import failed, failed_keyed, local, sent
from bot.adapters.dingtalk.pace import WEBHOOK_RATE, Pace
from bot.adapters.dingtalk.parts import Part, Said, TextPart, hook_body, robot_body
from bot.adapters.dingtalk.quota import Kind, QuotaBook
from bot.adapters.dingtalk.signature import sign_robot
from bot.adapters.dingtalk.wire import Json

BATCH: Final = "/v1.0/robot/oToMessages/batchSend"
GROUP: Final = "/v1.0/robot/groupMessages/send"
MOST_AT_ONCE: Final = 20
CROWDED_MINUTES: Final = frozenset({0})
"""The platform asks to keep off the full hour."""
_SESSION_MARGIN: Final = timedelta(seconds=60)
_NOTICE_BYTES: Final = 1_900  # of 2,048 for the whole message
_FIRST_PAUSE: Final = 60.0
_BAN: Final = 600.0


@dataclass(frozen=True, slots=True)
class Robot:
    """The robot's own voice through the OpenAPI: no @, no idempotency key."""

    config: DingtalkConfig
    api: Api

    def to_people(self, recipients: Sequence[Recipient], part: Part) -> list[Outcome]:
        """Send one message to up to twenty people; a 200 is read person by person."""
        body = {**robot_body(part, self.config.robot), "userIds": [to.account_id for to in recipients]}
        try:
            answer = self.api.post(BATCH, body)
        except DingtalkError as error:
            return [failed(to.key, error) for to in recipients]
        refusals = _refusals(answer)
        query_key = wire.text(answer, "processQueryKey")
        return [
            failed(to.key, refusals[to.account_id])
            if to.account_id in refusals
            else sent(to.key, message_id=query_key, query_key=query_key)
            for to in recipients
        ]

    def to_group(self, to: Recipient, part: Part) -> Outcome:
        """Send to a group the robot is a member of."""
        body = {**robot_body(part, self.config.robot), "openConversationId": to.account_id}
        try:
            answer = self.api.post(GROUP, body)
        except DingtalkError as error:
            return failed(to.key, error)
        query_key = wire.text(answer, "processQueryKey")
        return sent(to.key, message_id=query_key, query_key=query_key, conversation=to.account_id)


@dataclass(frozen=True, slots=True)
class Sessions:
    """Replies inside the session of an inbound message: no token, real @, good for about ninety minutes."""

    config: DingtalkConfig
    http: requests.Session
    quota: QuotaBook

    def is_open(self, delivery: Delivery) -> bool:
        """Whether the session can still be answered; a webhook of a foreign host never is."""
        webhook, until = delivery.reply_to.get("webhook", ""), delivery.reply_to.get("expires_at", "")
        if not webhook or not until or len(delivery.recipients) != 1 or not self.config.trusts(webhook):
            return False
        return delivery.now < datetime.fromisoformat(until) - _SESSION_MARGIN

    def send(self, delivery: Delivery, to: Recipient, part: Said) -> Outcome:
        """Reply; error kind SESSION means that the OpenAPI has to be used."""
        try:
            post_hook(self.http, delivery.reply_to["webhook"], hook_body(part, delivery.mentions), {})
        except DingtalkError as error:
            return failed(to.key, error)
        self.quota.count(Kind.MESSAGES, delivery.now)  # whether it is counted is not documented: better too many
        return sent(to.key)


class Webhooks:
    """Group webhooks: real @, an idempotency key, twenty a minute and then ten minutes of silence."""

    def __init__(self, http: requests.Session, quota: QuotaBook, pace: Pace) -> None:
        self._http = http
        self._quota = quota
        self._pace = pace

    def send(self, group: GroupConfig, delivery: Delivery, to: Recipient, part: Said, uuid: str) -> Outcome:
        """Send under `uuid`: sent twice it arrives once."""
        lane = f"webhook:{sha256(group.webhook.encode()).hexdigest()[:16]}"
        wait = self._pace.turn(lane, WEBHOOK_RATE, ticket=uuid)
        if wait:
            return Outcome(to.key, Fate.LATER, error="pace", detail="群机器人每分钟 18 条，排队中", retry_after=wait)
        body = {**hook_body(part, delivery.mentions), "msgUuid": sha256(uuid.encode()).hexdigest()[:32]}
        try:
            post_hook(self._http, group.webhook, body, _signed(group.webhook_secret, delivery.now))
        except DingtalkError as error:
            if error.kind is Error.THROTTLED:
                error = self._throttled(lane, error)
            return local(failed_keyed(to.key, error))
        self._quota.count(Kind.MESSAGES, delivery.now)
        return sent(to.key)

    def _throttled(self, lane: str, error: DingtalkError) -> DingtalkError:
        """Pause a minute, and on the second time until the ten-minute ban must be over."""
        pause = self._pace.hold(lane, _FIRST_PAUSE, again=_BAN)
        return DingtalkError(Error.THROTTLED, error.code, retry_after=pause)


@dataclass(frozen=True, slots=True)
class Notices:
    """Work notices: another chat, nobody can answer there. The last resort for whom the robot cannot reach."""

    config: DingtalkConfig
    oapi: Oapi

    def takes(self, part: Part) -> bool:
        """Whether this can be a work notice at all."""
        return bool(self.config.agent_id) and not hasattr(part, "media_id")

    def send(self, to: Recipient, part: Said) -> Outcome:
        """Send and ask what became of it, because the call says success even when nothing goes out."""
        body = {"agent_id": self.config.agent_id, "userid_list": to.account_id, "msg": _notice(part)}
        try:
            task = wire.text(self.oapi.paid(WORK_NOTICE, body), "task_id")
            answer = self.oapi.paid(NOTICE_RESULT, {"agent_id": self.config.agent_id, "task_id": task})
        except DingtalkError as error:
            return local(failed(to.key, error))
        result = wire.child(answer, "send_result")
        lists = ("invalid_user_id_list", "forbidden_user_id_list", "failed_user_id_list")
        if any(to.account_id in wire.texts(result, name) for name in lists):
            return Outcome(to.key, Fate.NEVER, error="notice refused", detail="机器人和工作通知都送不到")
        return sent(to.key, notice=task)


def post_hook(http: requests.Session, url: str, body: Json, query: Mapping[str, str]) -> None:
    """Post to a webhook of either kind; the answer is always 200, the errcode a number or a text. Raises `DingtalkError`."""
    _status, answer = exchange(http, "POST", url, json=body, params=dict(query))
    if wire.text(answer, "errcode") != "0":
        raise oapi_error(answer)


def webhook_is_complete(webhook: str) -> bool:
    """Whether a configured webhook looks like one."""
    parts = urlsplit(webhook)
    return parts.scheme in {"https", "http"} and "access_token" in parse_qs(parts.query)


def _signed(secret: str, now: datetime) -> dict[str, str]:
    if not secret:
        return {}
    timestamp = str((now - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1))
    return {"timestamp": timestamp, "sign": sign_robot(timestamp, secret)}


def _refusals(answer: Json) -> dict[str, DingtalkError]:
    """Return who got nothing although the call succeeded."""
    invalid = DingtalkError(Error.GONE, "invalidStaffId", "不在应用可见范围内，或已离职")
    filtered = DingtalkError(Error.GONE, "filteredStaffId", "被钉钉过滤，没有送达")
    throttled = DingtalkError(Error.THROTTLED, "flowControlledStaffId", "对方收得太多，被钉钉限流", retry_after=60)
    return {
        **dict.fromkeys(wire.texts(answer, "flowControlledStaffIdList"), throttled),
        **dict.fromkeys(wire.texts(answer, "filteredStaffIdList"), filtered),
        **dict.fromkeys(wire.texts(answer, "invalidStaffIdList"), invalid),
    }


def _notice(part: Said) -> Json:
    text = part.text.encode()[:_NOTICE_BYTES].decode("utf-8", "ignore")
    if isinstance(part, TextPart):
        return {"msgtype": "text", "text": {"content": text}}
    return {"msgtype": "markdown", "markdown": {"title": part.title, "text": text}}
