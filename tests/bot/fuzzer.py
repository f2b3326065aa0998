"""Hostile HTTP requests from a seed: wrong types, depth, great numbers, doubled keys, damaged multipart, odd queries."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

API: Final = "/practice/api"
MESSAGE: Final = {
    "from": "zhouhang", "chat": "direct", "text": "客户 华东机械", "location": {"lat": 31.2, "lng": 121.4, "label": "上海"},
    "quote": None, "mention_bot": True, "client_id": "c1", "voice_text": None,
}  # fmt: skip
BODIES: Final[dict[str, dict[str, Any]]] = {
    f"{API}/messages": MESSAGE,
    f"{API}/actions": {"from": "zhouhang", "message_id": "m1", "action": "x", "values": {"why": "忙"}, "client_id": "p"},
    f"{API}/clock": {"advance": "PT1M", "to": "2026-11-16T09:00:00+08:00"},
    f"{API}/read": {"viewer": "zhouhang", "chat": "direct", "seq": 1},
    "/dingtalk/callback": {"msgtype": "text", "text": {"content": "你好"}, "msgId": "1", "senderStaffId": "zhouhang", "robotCode": "ding"},
    "/wecom/callback": {"xml": {"Encrypt": "AAAA"}},
}  # fmt: skip
LOOKS: Final = (
    "/healthz", "/metrics", "/", f"{API}/state", f"{API}/messages", f"{API}/overview", f"{API}/commands", f"{API}/places",
    f"{API}/clock/next", f"{API}/samples", f"{API}/samples/none", f"{API}/media/m1/0", "/practice/static/js/main.js", "/nothing",
    "/wecom/callback", "/dingtalk/callback", "/wecom/bot/callback",
)  # fmt: skip
KEYS: Final = (
    "viewer", "after", "changed_after", "chat", "wait", "until", "sign", "msg_signature", "timestamp", "nonce", "echostr", "q",
)  # fmt: skip
STRINGS: Final = (
    "", " ", "\x00", "汉" * 3000, "9" * 5000, "-1", "1e999", "NaN", "../../etc/passwd", "%00", "' OR 1=1 --", "<script>", "\u202e", "\ud7ff",
    "zhouhang", "direct", "huadong-sales", "bot", "{{7*7}}", "2026-02-30", "P9Y", "٣", "１２", "=1+1",
)  # fmt: skip
RAW: Final = (
    "NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 400, "0.1e-9999", "null", "true", "[]", "{}", '"\\ud800"', '"\\u0000"',
    "[" * 3000 + "]" * 3000, '{"a":' * 3000 + "1" + "}" * 3000, "1.7976931348623157e309", "00", "'x'", "18446744073709551616",
)  # fmt: skip
TYPES: Final = (
    "application/json", "application/json; charset=utf-16", "text/plain", "multipart/form-data", "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded", "", "application/xml", "x" * 500, 'multipart/form-data; boundary="\u00ff"',
)  # fmt: skip
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "BREW")


@dataclass(frozen=True)
class Shot:
    """One request."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Fuzzer:
    """The same seed makes the same shots."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._ways: tuple[Callable[[], Shot], ...] = (
            self.wrong_value, self.wrong_value, self.raw_value, self.doubled_key, self.damaged_json, self.odd_look, self.odd_multipart,
            self.odd_method, self.noise,
        )  # fmt: skip

    def shot(self) -> Shot:
        return self._chance.choice(self._ways)()

    def wrong_value(self) -> Shot:
        path, body = self._target()
        for name in self._chance.sample(sorted(body), k=min(len(body), self._chance.randrange(1, 3))):
            body[name] = self._value(3)
        if self._chance.random() < 0.2:
            body[self._chance.choice(STRINGS)] = self._value(1)
        return self._post(path, json.dumps(body).encode())

    def raw_value(self) -> Shot:
        path, body = self._target()
        name = self._chance.choice(sorted(body))
        body[name] = "@@"
        return self._post(path, json.dumps(body).replace('"@@"', self._chance.choice(RAW)).encode())

    def doubled_key(self) -> Shot:
        path, body = self._target()
        name = self._chance.choice(sorted(body))
        text = json.dumps(body)
        return self._post(path, (text[:-1] + f", {json.dumps(name)}: {self._chance.choice(RAW)}}}").encode())

    def damaged_json(self) -> Shot:
        path, body = self._target()
        data = bytearray(json.dumps(body, ensure_ascii=False).encode())
        for _ in range(self._chance.choice((1, 2, 20))):
            at = self._chance.randrange(len(data))
            data[at : at + self._chance.randrange(3)] = self._chance.randbytes(self._chance.randrange(3))
        return self._post(path, bytes(data) or b"x")

    def odd_look(self) -> Shot:
        keys = self._chance.sample(KEYS, k=self._chance.randrange(5))
        return Shot("GET", self._chance.choice(LOOKS), {key: self._chance.choice(STRINGS) for key in keys})

    def odd_multipart(self) -> Shot:
        name = self._chance.choice(("image", "file", "voice", "from", "chat", "text", "location", 'x"; y="z', ""))
        file_name = self._chance.choice(("a.jpg", "../../a", "a\x00b", "汉" * 300, 'q"r', "", "CON", "=cmd()"))
        fields = {"from": "zhouhang", "chat": self._chance.choice(STRINGS), "location": self._chance.choice(RAW)[:200]}
        parts = [
            f'--x\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in fields.items()
        ]
        part = f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="{file_name}"\r\nContent-Type: {self._chance.choice(TYPES)}\r\n\r\n'
        data = (
            "".join(parts).encode("utf-8", "replace")
            + part.encode() * self._chance.choice((1, 1, 40))
            + self._chance.randbytes(300)
        )
        end = self._chance.choice((b"\r\n--x--\r\n", b"", b"\r\n--x"))
        return Shot("POST", f"{API}/messages", {}, {"Content-Type": "multipart/form-data; boundary=x"}, data + end)

    def odd_method(self) -> Shot:
        path = self._chance.choice((*LOOKS, *BODIES))
        return Shot(self._chance.choice(METHODS), path, {}, {"Content-Type": "application/json"}, b"{}")

    def noise(self) -> Shot:
        path = self._chance.choice(sorted(BODIES))
        headers = {"Content-Type": self._chance.choice(TYPES[:-1])}
        if self._chance.random() < 0.5:
            headers[
                self._chance.choice(("sign", "timestamp", "x-ddpaas-signature", "Range", "Cookie", "If-None-Match"))
            ] = "9" * 50
        return Shot("POST", path, {}, headers, self._chance.randbytes(self._chance.randrange(400)))

    def _target(self) -> tuple[str, dict[str, Any]]:
        path = self._chance.choice(sorted(BODIES))
        return path, dict(BODIES[path])

    def _value(self, depth: int) -> Any:
        pick = self._chance.randrange(8 if depth else 6)
        if pick < 3:
            return self._chance.choice(STRINGS)
        if pick == 6:
            return [self._value(depth - 1) for _ in range(self._chance.randrange(4))]
        if pick == 7:
            return {self._chance.choice(STRINGS): self._value(depth - 1) for _ in range(3)}
        return self._chance.choice((None, True, 0, -1, 2**63, 10**300, 1e308, 0.1))

    def _post(self, path: str, body: bytes) -> Shot:
        return Shot("POST", path, {}, {"Content-Type": "application/json"}, body)
