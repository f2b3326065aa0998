"""WeCom, Slack and DingTalk on loopback, light enough not to be what is measured. They live in the driver's event loop.

Whoever is spoken to hears it here: `hear(account)` is a future that the next message to that account resolves. Every message
that arrives is counted, so that lost and doubled ones show. `latency` is how long a platform takes for a call; `faults` lets calls
end badly, in the proportions asked for.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Self

from aiohttp import WSMsgType, web

CALLED = "/cgi-bin/{name:.+}"


@dataclass(frozen=True)
class Faults:
    """Shares of the calls that end badly: told to slow down, broken, broken after delivery, never answered."""

    busy: float = 0.0
    broken: float = 0.0
    answer_lost: float = 0.0
    hangs: float = 0.0
    hang_seconds: float = 12.0

    def draw(self, dice: random.Random) -> str:
        """Return which fault the next call meets; empty for none."""
        names = ("busy", "broken", "answer_lost", "hangs")
        shares = [getattr(self, name) for name in names]
        return dice.choices([*names, ""], [*shares, 1 - sum(shares)])[0]


@dataclass
class Platforms:
    """`async with Platforms() as platforms:` listens on a free port of loopback."""

    faults: Faults = Faults()
    latency: float = 0.0
    seed: int = 1
    heard: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    faulted: Counter[str] = field(default_factory=Counter)
    repeats: int = 0
    recipients: int = 0
    pictures: dict[str, bytes] = field(default_factory=dict)
    cards: dict[str, dict[str, Any]] = field(default_factory=dict)
    log: deque[tuple[str, str]] | None = None
    _waiting: defaultdict[str, deque[asyncio.Future[float]]] = field(default_factory=lambda: defaultdict(deque))
    _numbers: Any = field(default_factory=lambda: count(1))
    _seen: dict[bytes, float] = field(default_factory=dict)
    _tasks: dict[str, float] = field(default_factory=dict)
    _stream: web.WebSocketResponse | None = None
    _acks: dict[str, asyncio.Future[float]] = field(default_factory=dict)
    _runner: web.AppRunner | None = None
    url: str = ""
    connected: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once a bot has opened its stream."""

    async def __aenter__(self) -> Self:
        self._dice = random.Random(self.seed)
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", CALLED, self._wecom)
        app.router.add_post("/slack/{name}", self._slack)
        app.router.add_post("/v1.0/gateway/connections/open", self._gateway)
        app.router.add_get("/stream", self._open_stream)
        app.router.add_post("/dingtalk/session/{account}", self._session)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, backlog=512)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    # -- what the driver asks ------------------------------------------------------------------------------------------

    def hear(self, account: str) -> asyncio.Future[float]:
        """Return a future of the instant (monotonic) at which the next message to this account arrives."""
        future: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._waiting[account].append(future)
        return future

    def forget(self, account: str) -> None:
        """Nobody listens to this account any more."""
        self._waiting.pop(account, None)

    def _arrived(self, account: str) -> None:
        self.heard[account] += 1
        waiting = self._waiting.get(account)
        while waiting:
            future = waiting.popleft()
            if not future.done():
                future.set_result(time.monotonic())
                return

    # -- WeCom ---------------------------------------------------------------------------------------------------------

    async def _wecom(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        raw = await request.read()
        self.calls[name] += 1
        await asyncio.sleep(self.latency)
        fault = self.faults.draw(self._dice)
        if fault:
            self.faulted[fault] += 1
            bad = await self._bad(fault, name, raw, request)
            if bad is not None:
                return bad
        return self._answer(name, raw, request)

    async def _bad(self, fault: str, name: str, raw: bytes, request: web.Request) -> web.StreamResponse | None:
        if fault == "busy":
            return web.Response(status=429, text="<html>slow down</html>")
        if fault == "broken":
            return web.Response(status=502, text="<html>bad gateway</html>")
        if fault == "hangs":
            await asyncio.sleep(self.faults.hang_seconds)
        self._answer(name, raw, request)
        return web.Response(status=500, text="")

    def _answer(self, name: str, raw: bytes, request: web.Request) -> web.StreamResponse:
        if name == "gettoken":
            return _json({"access_token": f"t{next(self._numbers)}", "expires_in": 7200})
        if name == "media/get":
            picture = self.pictures.get(request.query["media_id"])
            if picture is None:
                return _json({"errcode": 40007, "errmsg": "invalid media_id"})
            headers = {"Content-Disposition": 'attachment; filename="photo.jpg"'}
            return web.Response(body=picture, content_type="image/jpeg", headers=headers)
        if name == "message/send":
            return self._message(raw)
        return _json({"media_id": "m1", "created_at": "1790000000", "ip_list": []})

    def _message(self, raw: bytes) -> web.Response:
        body = json.loads(raw)
        content = body[body["msgtype"]]
        task = content.get("task_id", "") if body["msgtype"] == "template_card" else ""
        if self._is_repeat(raw, body) or self._is_taken(task):
            self.repeats += 1
            return _json({"errcode": 42014} if task else {"msgid": "repeat"})
        accounts = [account for account in body["touser"].split("|") if account]
        self.recipients += len(accounts)
        for account in accounts:
            if task:
                self.cards[account] = content
            if self.log is not None:
                self.log.append((account, raw.decode()))
            self._arrived(account)
        number = next(self._numbers)
        return _json({"msgid": f"msg{number}", "response_code": f"rc{number}", "invaliduser": "", "unlicenseduser": ""})

    def _is_repeat(self, raw: bytes, body: dict[str, Any]) -> bool:
        """WeCom drops a message it has seen within the interval that was asked for."""
        now, key = time.monotonic(), hash(raw).to_bytes(8, "big", signed=True)
        seen = self._seen.get(key)
        self._seen[key] = now
        return bool(body.get("enable_duplicate_check")) and seen is not None

    def _is_taken(self, task: str) -> bool:
        if not task:
            return False
        taken = task in self._tasks
        self._tasks[task] = time.monotonic()
        return taken

    # -- Slack ---------------------------------------------------------------------------------------------------------

    async def _slack(self, request: web.Request) -> web.Response:
        if request.match_info["name"] == "auth.test":
            return _json({"ok": True, "user_id": "UBOT", "bot_id": "BBOT", "team_id": "T1", "user": "bot", "team": "t"})
        await asyncio.sleep(self.latency)
        kind = request.content_type
        body = await request.json() if "json" in kind else await request.post()
        self._arrived(str(body["channel"]))
        return _json({"ok": True, "ts": f"{next(self._numbers)}.0", "channel": body["channel"]})

    # -- DingTalk ------------------------------------------------------------------------------------------------------

    async def _gateway(self, _request: web.Request) -> web.Response:
        return web.json_response({"endpoint": f"{self.url.replace('http', 'ws')}/stream", "ticket": "ticket"})

    async def _open_stream(self, request: web.Request) -> web.WebSocketResponse:
        stream = web.WebSocketResponse()
        await stream.prepare(request)
        self._stream = stream
        self.connected.set()
        async for message in stream:
            if message.type is WSMsgType.TEXT:
                number = json.loads(message.data)["headers"].get("messageId", "")
                acked = self._acks.pop(number, None)
                if acked is not None and not acked.done():
                    acked.set_result(time.monotonic())
        return stream

    async def push(self, number: str, frame: dict[str, Any]) -> float:
        """Send a frame down the stream; returns the instant its acknowledgement came."""
        assert self._stream is not None
        acked: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._acks[number] = acked
        await self._stream.send_str(json.dumps(frame))
        return await acked

    async def _session(self, request: web.Request) -> web.Response:
        await request.read()
        await asyncio.sleep(self.latency)
        self._arrived(request.match_info["account"])
        return _json({})


def _json(answer: dict[str, Any]) -> web.Response:
    return web.json_response({"errcode": 0, "errmsg": "ok"} | answer)
