"""HTTP to WeCom: one pooled session, failures told apart, no address ever in a log."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from typing import Any, Final

import requests

from bot.adapters.patience import bounded
from bot.adapters.wecom.errors import WecomError, api_error, unanswered, unreachable

TIMEOUT: Final = (5.0, 10.0)
DOWNLOAD_TIMEOUT: Final = (5.0, 30.0)
MAX_DOWNLOAD: Final = 20 * 1024 * 1024
_POOL: Final = 32
_CHUNK: Final = 64 * 1024


def pooled(session: requests.Session) -> requests.Session:
    """Give a session room for several threads, and answers that end."""
    keep_addresses_out_of_logs()
    return bounded(session, hosts=_POOL, connections=_POOL)


def json_bytes(body: Mapping[str, Any]) -> bytes:
    """Return compact UTF-8 JSON; the same mapping always gives the same bytes (WeCom recognises repeats by them)."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def transport_error(error: requests.RequestException) -> WecomError:
    """Tell a call that never arrived from one whose answer was lost. The library's text names the address: dropped."""
    never_arrived = (requests.ConnectTimeout, requests.exceptions.SSLError, requests.exceptions.ProxyError)
    if isinstance(error, never_arrived) or "NewConnectionError" in repr(error) or "NameResolution" in repr(error):
        return unreachable()
    return unanswered()


def http_error(status: int) -> WecomError:
    """Return the error for an HTTP status that is not 200: with 5xx the call may have worked."""
    return unanswered(f"http_{status}") if status >= requests.codes.server_error else unreachable(f"HTTP {status}")


def answer_of(response: requests.Response) -> dict[str, Any]:
    """Return the JSON of an answer whose errcode is 0; raises `WecomError`."""
    if not response.ok:
        raise http_error(response.status_code)
    try:
        result = response.json()
        code = int(result.get("errcode") or 0)
    except (ValueError, AttributeError, TypeError):
        raise unanswered("not_json") from None
    if code:
        raise api_error(code, str(result.get("errmsg", "")))
    answer: dict[str, Any] = result
    return answer


def read_file(response: requests.Response, most: int = MAX_DOWNLOAD) -> bytes:
    """Return a streamed file; raises `WecomError` beyond `most` bytes, or for an error that came in its place."""
    if not response.ok:
        raise http_error(response.status_code)
    data = bytearray()
    for chunk in response.iter_content(_CHUNK):
        data += chunk
        if len(data) > most:
            raise api_error("830002")
    _raise_json_error(bytes(data), response.headers.get("Content-Type", ""))
    return bytes(data)


def file_name(headers: Mapping[str, str]) -> str:
    """Return the name a download gives itself."""
    match = re.search(r'filename="?([^";]+)', headers.get("Content-Disposition", ""))
    return match[1].encode("latin-1", "replace").decode("utf-8", "replace") if match else ""


def _raise_json_error(data: bytes, content_type: str) -> None:
    if "json" not in content_type and data.lstrip()[:1] != b"{":
        return
    try:
        result = json.loads(data)
        code = int(result.get("errcode") or 0) if isinstance(result, dict) else 0
    except (ValueError, TypeError):
        return
    if code:
        raise api_error(code, str(result.get("errmsg", "")))


class _HideSecrets(logging.Filter):
    """urllib3 logs whole addresses at DEBUG, and WeCom takes its secrets there."""

    _SECRET = re.compile(r"(access_token|corpsecret|key|response_code)=[^&\s\"']+")

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self._SECRET.sub(r"\1=…", record.getMessage()), ()
        return True


def keep_addresses_out_of_logs() -> None:
    """Hide secrets in what urllib3 logs, once."""
    logger = logging.getLogger("urllib3.connectionpool")
    if not any(isinstance(each, _HideSecrets) for each in logger.filters):
        logger.addFilter(_HideSecrets())
