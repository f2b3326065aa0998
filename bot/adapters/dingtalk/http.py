"""Sending one HTTP request to DingTalk and telling "surely not sent" from "perhaps sent"."""

from __future__ import annotations

import logging
import re
from typing import Any, Final

import requests
from urllib3.exceptions import NewConnectionError

from bot.adapters.dingtalk import wire
from bot.adapters.dingtalk.errors import DingtalkError, Kind, is_ban, unreadable_error
from bot.adapters.dingtalk.wire import Json, Unreadable
from bot.adapters.patience import bounded

TIMEOUT: Final = (5, 15)
_SECRETS: Final = re.compile(r"((?:access_token|appsecret|appkey|session|sign|ticket)=)[^&\s\"']+", re.IGNORECASE)


class _Redact(logging.Filter):
    """Takes tokens out of the addresses that urllib3 logs at DEBUG."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _SECRETS.sub(r"\1***", record.getMessage())
        record.args = ()
        return True


def new_session() -> requests.Session:
    """Return a session with a pool of its own whose log tells no secrets and whose answers end."""
    log = logging.getLogger("urllib3.connectionpool")
    if not any(isinstance(each, _Redact) for each in log.filters):
        log.addFilter(_Redact())
    return bounded(requests.Session(), hosts=4, connections=16)


def exchange(session: requests.Session, method: str, url: str, **request: Any) -> tuple[int, Json]:
    """Return status and JSON answer; raises `DingtalkError` of kind TRANSIENT (not sent), UNKNOWN, BANNED."""
    try:
        response = session.request(method, url, timeout=TIMEOUT, allow_redirects=False, **request)
    except requests.RequestException as error:
        raise network_error(error) from None
    return response.status_code, read_answer(response)


def read_answer(response: requests.Response) -> Json:
    """Return the JSON object of a response; raises `DingtalkError` when it is something else."""
    try:
        answer = wire.load(response.content)
    except Unreadable:
        raise unreadable_error(response.status_code) from None
    if is_ban(answer):
        raise DingtalkError(Kind.BANNED, "1111")
    return answer


def network_error(error: requests.RequestException) -> DingtalkError:
    """Return what a failed exchange means: without a connection nothing was sent, otherwise nobody knows."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    not_taken = isinstance(error, requests.ConnectTimeout | requests.TooManyRedirects)
    surely = not_taken or isinstance(reason, NewConnectionError)
    return DingtalkError(Kind.TRANSIENT if surely else Kind.UNKNOWN, type(error).__name__)
