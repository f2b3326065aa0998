"""Nobody but this machine and this page may use the practice chat."""

from __future__ import annotations

import pytest

from tests.bot.adapters.practice.playhouse import Playhouse

PATHS = ["/", "/practice/static/js/main.js", "/practice/api/state", "/practice/api/messages?viewer=zhouhang"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("address", ["10.0.0.7", "192.168.1.5", "::ffff:10.0.0.7", "2001:db8::1", ""])
def test_another_machine_is_refused(untouched: Playhouse, path: str, address: str) -> None:
    client = untouched.app.web.test_client()
    answer = client.get(path, environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == 403


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_welcome(untouched: Playhouse, address: str) -> None:
    client = untouched.app.web.test_client()
    assert client.get("/practice/api/state", environ_base={"REMOTE_ADDR": address}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "practice.example.com"}, {"Host": "127.0.0.1.nip.io"}, {"Origin": "https://evil.example"}, {"Origin": "null"},
        {"Origin": "http://localhost:1"}, {"Sec-Fetch-Site": "cross-site"}, {"X-Real-Ip": "8.8.8.8"}, {"Host": "[bad"},
    ],
)  # fmt: skip
def test_a_foreign_page_or_name_is_refused(untouched: Playhouse, headers: dict[str, str]) -> None:
    answer = untouched.http.get(f"{untouched.url}/practice/api/state", headers=headers, timeout=10)
    assert 400 <= answer.status_code < 500
    posted = untouched.post("/messages", {"from": "linke", "chat": "direct", "text": "x"}, headers=headers)
    assert 400 <= posted.status_code < 500
    assert untouched.messages("linke") == []


def test_its_own_page_is_welcome(untouched: Playhouse) -> None:
    body = {"from": "zhouhang", "chat": "direct", "text": "x"}
    assert untouched.post("/messages", body, headers={"Origin": untouched.url}).status_code == 202
    assert untouched.http.get(f"{untouched.url}/practice/api/state", headers={"Host": "localhost:99"}, timeout=10).ok


def test_the_page_allows_no_inline_script(untouched: Playhouse) -> None:
    page = untouched.http.get(f"{untouched.url}/", timeout=10)
    page.encoding = "utf-8"
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert "onclick" not in page.text
    assert "销售记忆" in page.text


def test_a_static_path_cannot_leave_its_folder(untouched: Playhouse) -> None:
    client = untouched.app.web.test_client()
    assert client.get("/practice/static/../adapter.py").status_code == 404
    assert client.get("/practice/static/%2e%2e/adapter.py").status_code == 404
