"""The fake WeCom's side of the AI bot's long connection, and the ways it can be nasty."""

from __future__ import annotations

import json
import socket as sockets
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

BOT_ID, BOT_SECRET = "aib-1", "bot-secret-qwertyuiop"


@dataclass
class FakeBot:
    """`url` is what a configuration calls `ws_url`."""

    url: str = ""
    live: ServerConnection | None = None
    subscribes: list[ServerConnection] = field(default_factory=list)
    frames: list[dict[str, Any]] = field(default_factory=list)
    pings: int = 0
    swallow_pings: bool = False
    swallow_acks: bool = False
    held_acks: list[Callable[[], None]] = field(default_factory=list)
    hold_acks: bool = False
    refuse_with: dict[str, list[int]] = field(default_factory=dict)  # cmd → codes of the next answers
    uploads: dict[str, dict[str, Any]] = field(default_factory=dict)
    changed: Condition = field(default_factory=Condition)
    _number: int = 0

    # -- what tests do -------------------------------------------------------------------------------------------------

    def until(self, condition: Callable[[], Any], seconds: float = 10) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, seconds), "it did not happen"

    def wait_live(self, times: int = 1) -> None:
        self.until(lambda: len(self.subscribes) >= times and self.live is not None)

    def say(self, text: str = "", *, kind: str = "text", group: str = "", sender: str = "lihua", **more: Any) -> str:
        """Somebody says something to the bot; returns the request id."""
        body: dict[str, Any] = {
            "msgid": self.number("M"),
            "aibotid": BOT_ID,
            "from": {"userid": sender},
            "msgtype": kind,
        }
        body |= {"chattype": "group", "chatid": group} if group else {"chattype": "single"}
        body |= {"text": {"content": text}} if kind == "text" else {}
        return self.push("aibot_msg_callback", body | more)

    def event(self, name: str, details: dict[str, Any] | None = None, *, sender: str = "lihua", group: str = "") -> str:
        body = {
            "msgid": self.number("E"), "create_time": 1790000200, "aibotid": BOT_ID, "from": {"userid": sender},
            "msgtype": "event", "event": {"eventtype": name, name: details or {}},
        }  # fmt: skip
        body |= {"chattype": "group", "chatid": group} if group else {"chattype": "single"}
        return self.push("aibot_event_callback", body)

    def push(self, cmd: str, body: dict[str, Any]) -> str:
        req_id = self.number("R")
        assert self.live is not None
        self.live.send(json.dumps({"cmd": cmd, "headers": {"req_id": req_id}, "body": body}))
        return req_id

    def close(self, code: int) -> None:
        assert self.live is not None
        connection, self.live = self.live, None
        if code == 1006:
            with suppress(OSError):  # the other side was first
                connection.socket.shutdown(sockets.SHUT_RDWR)
        else:
            connection.close(code)

    def kick(self) -> None:
        """Tell the owner that somebody else has the bot now. The old connection stays open, as it really does."""
        self.event("disconnected_event")

    def release_acks(self) -> None:
        held, self.held_acks, self.hold_acks = self.held_acks, [], False
        for send in held:
            send()

    def sent(self, cmd: str) -> list[dict[str, Any]]:
        return [frame["body"] for frame in self.frames if frame["cmd"] == cmd]

    def number(self, prefix: str) -> str:
        self._number += 1
        return f"{prefix}-{self._number}"

    # -- what the platform does ----------------------------------------------------------------------------------------

    def serve(self, connection: ServerConnection) -> None:
        try:
            for text in connection:
                frame = json.loads(text)
                self._take(connection, frame)
        except ConnectionClosed:
            pass
        with self.changed:
            if self.live is connection:
                self.live = None
            self.changed.notify_all()

    def _take(self, connection: ServerConnection, frame: dict[str, Any]) -> None:
        cmd = frame["cmd"]
        if cmd == "aibot_subscribe":
            return self._subscribe(connection, frame)
        with self.changed:
            self.pings += cmd == "ping"
            if cmd != "ping":
                self.frames.append(frame)
            self.changed.notify_all()
        if cmd == "ping" and self.swallow_pings:
            return None
        answer = self._answer(cmd, frame)
        return self._ack(connection, frame, answer)

    def _subscribe(self, connection: ServerConnection, frame: dict[str, Any]) -> None:
        body = frame["body"]
        if (body["bot_id"], body["secret"]) != (BOT_ID, BOT_SECRET):
            return self._send(connection, frame, {"errcode": 853000, "errmsg": "invalid bot_id or secret"})
        old = self.live
        if old is not None and old is not connection:
            self.kick()
        self._send(connection, frame, {"errcode": 0, "errmsg": "ok"})
        with self.changed:
            self.live = connection
            self.subscribes.append(connection)
            self.changed.notify_all()
        return None

    def _answer(self, cmd: str, frame: dict[str, Any]) -> dict[str, Any]:
        codes = self.refuse_with.get(cmd)
        code = codes.pop(0) if codes else 0
        answer: dict[str, Any] = {"errcode": code, "errmsg": "ok" if not code else f"error {code}"}
        return answer | (
            {"body": self._upload(cmd, frame["body"])} if cmd.startswith("aibot_upload") and not code else {}
        )

    def _upload(self, cmd: str, body: dict[str, Any]) -> dict[str, Any]:
        if cmd == "aibot_upload_media_init":
            upload_id = self.number("U")
            self.uploads[upload_id] = body | {"data": b"", "next": 0}
            return {"upload_id": upload_id}
        upload = self.uploads[body["upload_id"]]
        if cmd == "aibot_upload_media_chunk":
            assert body["chunk_index"] == upload["next"]
            upload["data"] += b64decode(body["base64_data"])
            upload["next"] += 1
            return {}
        assert len(upload["data"]) == upload["total_size"]
        assert upload["next"] == upload["total_chunks"]
        return {"type": upload["type"], "media_id": self.number("BM"), "created_at": "1790000000"}

    def _ack(self, connection: ServerConnection, frame: dict[str, Any], answer: dict[str, Any]) -> None:
        if self.swallow_acks and frame["cmd"] != "ping":
            return
        if self.hold_acks and frame["cmd"] != "ping":
            self.held_acks.append(lambda: self._send(connection, frame, answer))
            return
        self._send(connection, frame, answer)

    def _send(self, connection: ServerConnection, frame: dict[str, Any], answer: dict[str, Any]) -> None:
        connection.send(json.dumps({"headers": frame["headers"]} | answer))


class BotServer:
    """Can go away and come back on the same port."""

    def __init__(self, bot: FakeBot) -> None:
        self.bot = bot
        self._server: Server | None = None
        self._port = 0

    def up(self) -> None:
        socket = sockets.create_server(("127.0.0.1", self._port), reuse_port=False)
        self._port = socket.getsockname()[1]
        self.bot.url = f"ws://127.0.0.1:{self._port}"
        self._server = serve(self.bot.serve, sock=socket, ping_interval=None, close_timeout=0.2)
        Thread(target=self._server.serve_forever, daemon=True).start()

    def down(self) -> None:
        if self.bot.live is not None:
            self.bot.close(1006)
        if self._server is not None:
            self._server.shutdown()
            self._server = None


@contextmanager
def fake_bot() -> Iterator[BotServer]:
    server = BotServer(FakeBot())
    server.up()
    try:
        yield server
    finally:
        server.down()
