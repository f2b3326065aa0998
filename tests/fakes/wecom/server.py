"""The fake WeCom on loopback: HTTP/1.1, one thread a connection."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.wecom.api import CALLS, WITHOUT_TOKEN, Call, error
from tests.fakes.wecom.state import CORP, HTML, HTTP_502, LOSE_ANSWER, SECRET, State


class FakeWecom:
    """`url` is what a configuration calls `api_base`."""

    def __init__(self, server: ThreadingHTTPServer, state: State) -> None:
        self.state = state
        self.url = f"http://127.0.0.1:{server.server_address[1]}"

    def webhook(self, key: str) -> str:
        self.state.robots.setdefault(key, [])
        return f"{self.url}/cgi-bin/webhook/send?key={key}"


@contextmanager
def fake_wecom() -> Iterator[FakeWecom]:
    state = State()
    handler = type("Handler", (_Handler,), {"state": state})
    server = _Server(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield FakeWecom(server, state)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # a burst of connections waits instead of being reset

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet about callers that were killed."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    state: State
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._handle(b"")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        raw = self.rfile.read(length)
        if len(raw) == length:  # else who spoke was killed in the middle of it
            self._handle(raw)

    def log_message(self, *args: Any) -> None:
        pass

    def _handle(self, raw: bytes) -> None:
        url = urlsplit(self.path)
        name = url.path.removeprefix("/cgi-bin/").strip("/")
        call = Call(dict(parse_qsl(url.query, keep_blank_values=True)), raw, self._files(raw))
        with self.state.lock:
            self.state.calls[name] += 1
            self.state.requests.append((name, raw))
            fault = self.state.fault_of(name)
            self._play(name, call, fault)

    def _play(self, name: str, call: Call, fault: Any) -> None:
        if fault == HTTP_502:
            self._answer(b"<html>bad gateway</html>", "text/html", status=502)
        elif fault == HTML:
            self._answer(b"<html>hello</html>", "text/html")
        elif isinstance(fault, int):
            self._json(error(fault))
        elif fault == LOSE_ANSWER or callable(fault):
            self._result(name, call)
            if callable(fault):  # what happens while the answer is on its way
                fault()
            self.close_connection = True
            self.connection.shutdown(2)
        else:
            self._reply(name, call)

    def _reply(self, name: str, call: Call) -> None:
        result = self._result(name, call)
        if isinstance(result, tuple):
            file_name, data = result[0].encode().decode("latin-1"), result[1]
            self._answer(data, "image/jpeg", headers={"Content-Disposition": f'attachment; filename="{file_name}"'})
        else:
            self._json(result)

    def _result(self, name: str, call: Call) -> Any:
        if name == "gettoken":
            right = call.query.get("corpid") == CORP and call.query.get("corpsecret") == SECRET
            return self.state.issue_token() if right else error(40001)
        if name in WITHOUT_TOKEN:
            return WITHOUT_TOKEN[name](self.state, call)
        code = self.state.token_code(call.query.get("access_token", ""))
        if code:
            return error(code)
        if not self.state.ip_trusted:
            return error(60020, "not allow to access from your ip, hint: [1], from ip: 203.0.113.9, more info at …")
        if name == "media/get":
            return self.state.media.get(call.query["media_id"], error(40007))
        return CALLS[name](self.state, call) if name in CALLS else error(40066)

    def _files(self, raw: bytes) -> dict[str, tuple[str, bytes]]:
        boundary = re.search(r"boundary=(.+)", self.headers.get("Content-Type", ""))
        if boundary is None:
            return {}
        found: dict[str, tuple[str, bytes]] = {}
        for part in raw.split(b"--" + boundary[1].encode())[1:-1]:
            head, _, data = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
            names = dict(re.findall(r'(\w+)="([^"]*)"', head.decode()))
            found[names["name"]] = (names.get("filename", ""), data.removesuffix(b"\r\n"))
        return found

    def _json(self, result: dict[str, Any]) -> None:
        self._answer(json.dumps(result, ensure_ascii=False).encode(), "application/json; charset=UTF-8")

    def _answer(self, data: bytes, kind: str, *, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.send_response_only(status)
        self.send_header("Date", format_datetime(self.state.now, usegmt=True))
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
