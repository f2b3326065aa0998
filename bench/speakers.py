"""How somebody says something to a bot on each platform, the way the platform itself delivers it."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from itertools import count
from typing import Any, Final, Protocol

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

from bench.platforms import Platforms
from bot.clock import SystemClock
from tests.fakes.wecom.driver import CallbackDriver
from tests.fakes.wecom.state import AGENT, CORP
from tests.fakes.wecom.vectors import OFFICIAL

SLACK_SECRET: Final = "slack-signing-secret"
ACK_WITHIN: Final = ClientTimeout(total=5)
"""WeCom waits five seconds for its answer, then delivers again."""


class Speaker(Protocol):
    """Delivers messages of a platform."""

    async def say(self, account: str, text: str) -> bool:
        """Deliver a message once; True when the bot acknowledged it."""


def connections(most: int) -> ClientSession:
    """Return a client that keeps at most so many connections open."""
    return ClientSession(connector=TCPConnector(limit=most), timeout=ACK_WITHIN)


class WecomSpeaker:
    """Encrypted, signed callbacks of the self-built app."""

    def __init__(self, http: ClientSession, url: str) -> None:
        self._http, self._url = http, f"{url}/wecom/callback"
        self._driver = CallbackDriver(*OFFICIAL[:2], CORP, agent_id=AGENT)
        self._numbers, self._clock = count(1), SystemClock()

    def message(self, account: str, text: str) -> str:
        """Return the XML of a new text message."""
        return self._xml("text", account, Content=text)

    def picture(self, account: str, media_id: str) -> str:
        """Return the XML of a new picture."""
        return self._xml("image", account, PicUrl="http://p.example/1", MediaId=media_id)

    def press(self, account: str, key: str, task: str) -> str:
        """Return the XML of a pressed button."""
        fields = {
            "EventKey": key,
            "TaskId": task,
            "CardType": "button_interaction",
            "ResponseCode": f"R{next(self._numbers)}",
        }
        stamp = int(self._clock.now().timestamp())
        return self._driver.event("template_card_event", sender=account, at=stamp, **fields)

    def _xml(self, kind: str, account: str, **fields: Any) -> str:
        stamp = int(self._clock.now().timestamp())
        return self._driver.message(kind, sender=account, message_id=str(next(self._numbers)), at=stamp, **fields)

    async def say(self, account: str, text: str) -> bool:
        """Deliver a text once."""
        return await self.deliver(self.message(account, text))

    async def deliver(self, xml: str) -> bool:
        """Deliver an event once, with a fresh nonce; True when it was acknowledged in time."""
        self._driver.timestamp = int(self._clock.now().timestamp())
        query, body = self._driver.envelope(xml)
        try:
            async with self._http.post(
                self._url, params=query, data=body, headers={"Content-Type": "text/xml"}
            ) as answer:
                await answer.read()
                return answer.status == 200
        except (ClientError, TimeoutError):
            return False


class SlackSpeaker:
    """Signed events of Slack's Events API."""

    def __init__(self, http: ClientSession, url: str) -> None:
        self._http, self._url = http, f"{url}/slack/events"
        self._numbers, self._clock = count(1), SystemClock()

    async def say(self, account: str, text: str) -> bool:
        """Deliver a message in a direct channel once."""
        number = next(self._numbers)
        event = {
            "type": "message",
            "channel": account,
            "channel_type": "im",
            "user": f"U{account}",
            "text": text,
            "ts": f"{number}.1",
        }
        body = json.dumps(
            {"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event": event, "event_id": f"Ev{number}"}
        )
        stamp = str(int(self._clock.now().timestamp()))
        signed = hmac.new(SLACK_SECRET.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json", "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={signed}",
        }  # fmt: skip
        async with self._http.post(self._url, data=body, headers=headers) as answer:
            await answer.read()
            return answer.status == 200


class DingtalkSpeaker:
    """Frames of the official Stream."""

    def __init__(self, platforms: Platforms) -> None:
        self._platforms, self._numbers = platforms, count(1)

    async def say(self, account: str, text: str) -> bool:
        """Send a frame and wait for its acknowledgement."""
        number = f"frame{next(self._numbers)}"
        data = {
            "conversationId": f"cid-{account}", "conversationType": "1", "msgId": f"msg-{number}", "msgtype": "text",
            "text": {"content": text}, "senderStaffId": account, "senderId": account, "senderNick": account,
            "sessionWebhook": f"{self._platforms.url}/dingtalk/session/{account}", "robotCode": "robot", "createAt": 1790000000000,
        }  # fmt: skip
        headers = {
            "messageId": number,
            "topic": "/v1.0/im/bot/messages/get",
            "contentType": "application/json",
            "time": "1",
        }
        frame = {"specVersion": "1.0", "type": "CALLBACK", "headers": headers, "data": json.dumps(data)}
        return await self._platforms.push(number, frame) <= time.monotonic()
