"""People talk: encrypted WeCom callbacks and signed DingTalk ones, delivered again until they are taken, as the platforms do."""

from __future__ import annotations

import json
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol

import requests

from bench.crash.world import WECOM, Office
from bot.adapters.dingtalk.signature import sign_robot
from bot.clock import SystemClock
from tests.bot.adapters.dingtalk.payloads import message as dingtalk_message
from tests.fakes.wecom.driver import CallbackDriver
from tests.fakes.wecom.state import AGENT, CORP
from tests.fakes.wecom.vectors import OFFICIAL

ANSWER_WITHIN = 5
"""Seconds a platform waits."""
AGAIN_AFTER = 0.2
GIVE_UP_AFTER = 180.0
TWICE = 0.1
"""Share of the messages a platform delivers again although they were taken."""
NOBODYS = "V-20200101-{:03d}"
"""A number of nobody's visit, named in the answer: so every answer is one of a kind."""


def words(number: int) -> str:
    """Begin a visit, ask to take it back, say yes, ask for one that is not there; and so on."""
    return ("拜访 华东机械", "撤销", "撤销", f"撤销 {NOBODYS.format(number + 1)}")[number % 4]


class Platform(Protocol):
    """Delivers one message of a person."""

    def deliver(self, http: requests.Session, base: str, person: str, number: int) -> bool:
        """Post it; whether it was taken."""


class Wecom:
    """Posts encrypted XML."""

    def __init__(self) -> None:
        self._driver = CallbackDriver(*OFFICIAL[:2], CORP, agent_id=AGENT)

    def deliver(self, http: requests.Session, base: str, person: str, number: int) -> bool:
        """Post it; whether it was taken."""
        at = int(SystemClock().now().timestamp())
        xml = self._driver.message(
            "text", sender=person, message_id=identity(person, number), at=at, Content=words(number)
        )
        self._driver.timestamp = at
        query, body = self._driver.envelope(xml)
        answer = http.post(f"{base}/wecom/callback", params=query, data=body, timeout=ANSWER_WITHIN)
        return answer.status_code == HTTPStatus.OK


@dataclass
class Dingtalk:
    """Posts signed JSON; answers go into the session."""

    office: Office

    def deliver(self, http: requests.Session, base: str, person: str, number: int) -> bool:
        """Post it; whether it was taken."""
        now = int(SystemClock().now().timestamp() * 1000)
        ding = self.office.dingtalk
        body = dingtalk_message(
            identity(person, number), senderStaffId=person, createAt=now, text={"content": words(number)},
            conversationId=f"cid-{person}==", sessionWebhook=ding.session_webhook(person),
            sessionWebhookExpiredTime=now + 5_400_000,
        )  # fmt: skip
        headers = {
            "timestamp": str(now),
            "sign": sign_robot(str(now), ding.state.client_secret),
            "Content-Type": "application/json",
        }
        answer = http.post(f"{base}/dingtalk/callback", data=json.dumps(body), headers=headers, timeout=ANSWER_WITHIN)
        return answer.status_code == HTTPStatus.OK


def identity(person: str, number: int) -> str:
    """Return the platform's id of a message: digits, as WeCom's are."""
    return f"{int(person[1:]) + 1}{number:06d}"


@dataclass
class Talk:
    """Everybody's messages, each person's one after the other."""

    office: Office
    taken: int = 0
    tries: int = 0
    waits: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def total(self) -> int:
        return self.office.size.people * self.office.size.each

    def progress(self) -> float:
        """Return how much of it has been taken, 0 to 1."""
        return self.taken / self.total

    def run(self) -> None:
        """Let everybody talk; returns when everything was taken."""
        people = self.office.people()
        platforms = {True: Wecom(), False: Dingtalk(self.office)}
        ports = [f"http://127.0.0.1:{self.office.port(number)}" for number in range(self.office.size.webs)]
        groups = [people[start :: self.office.size.talkers] for start in range(self.office.size.talkers)]
        with ThreadPoolExecutor(self.office.size.talkers) as pool:
            done = [pool.submit(self._some, group, platforms, ports) for group in groups if group]
            for each in done:
                each.result()

    def _some(self, people: list[tuple[str, str]], platforms: dict[bool, Any], bases: list[str]) -> None:
        """Speak for some people in turn: one message of each, then the next."""
        dice = random.Random(f"{self.office.size.seed}{people[0][0]}")
        http = requests.Session()
        for number in range(self.office.size.each):
            for person, platform in people:
                self._say(http, platforms[platform == WECOM], bases, dice, person, number)

    def _say(
        self,
        http: requests.Session,
        platform: Platform,
        bases: list[str],
        dice: random.Random,
        person: str,
        number: int,
    ) -> None:
        until = time.monotonic() + GIVE_UP_AFTER
        while True:
            begun = time.monotonic()
            taken = _delivered(http, platform, dice.choice(bases), person, number)
            with self._lock:
                self.tries += 1
            if taken:
                break
            assert begun < until, f"{person}'s message {number} was never taken"
            time.sleep(AGAIN_AFTER)
        with self._lock:
            self.taken += 1
            self.waits.append(time.monotonic() - begun)
        if dice.random() < TWICE:
            _delivered(http, platform, dice.choice(bases), person, number)


def _delivered(http: requests.Session, platform: Platform, base: str, person: str, number: int) -> bool:
    try:
        return platform.deliver(http, base, person, number)
    except requests.RequestException:
        return False
