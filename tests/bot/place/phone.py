"""A rep's phone: opens the link of the newest message and sends a position."""

from __future__ import annotations

import json
import re
from typing import Any

from werkzeug.test import TestResponse

from tests.stream_company import StreamCompany

PUBLIC = "https://bot.example.com"
GATE = (31.233720, 121.469225)
"""The gate of 华东机械 as a satellite has it: on Chinese maps 31.2317, 121.4737."""
_LINK = re.compile(r"https://bot\.example\.com(/place/[^\s)]+)")


def path_of(words: str) -> str:
    """The newest link in what somebody was shown."""
    return _LINK.findall(words)[-1]


def token_of(words: str) -> str:
    return path_of(words).removeprefix("/place/")


def open_page(company: StreamCompany, path: str) -> TestResponse:
    return company.app.web.test_client().get(path)


def post(company: StreamCompany, path: str, body: Any = None, **how: Any) -> TestResponse:
    """Post a body (or raw bytes) to a link."""
    data = body if isinstance(body, bytes | str) else json.dumps(body)
    return company.app.web.test_client().post(path, data=data, content_type="application/json", **how)


def send_place(
    company: StreamCompany, path: str, place: tuple[float, float] = GATE, *, accuracy: float = 12
) -> TestResponse:
    """Send a position and let the bot handle it."""
    answer = post(company, path, {"lat": place[0], "lng": place[1], "accuracy": accuracy})
    company.runtime.settle()
    return answer
